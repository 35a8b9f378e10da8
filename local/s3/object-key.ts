import { invalidArgument, S3Error } from './error.ts';

const MAX_KEY_BYTES = 1024;
const MAX_FILE_NAME_BYTES = 255;

/**
 * The folders and file name under which an object is kept. S3 takes any key; objects that are
 * ordinary files can't have keys that are no plain relative path.
 *
 * @throws S3Error naming the rule that the key breaks
 */
export function pathOfKey(key: string): readonly string[] {
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) {
    throw new S3Error(400, 'KeyTooLongError', `Your key is longer than ${MAX_KEY_BYTES} bytes.`);
  }
  const segments = key.split('/');
  for (const segment of segments) {
    const problem = problemWith(segment);
    if (problem !== undefined) {
      throw invalidArgument(`Objects are kept as files here, so a key must not have ${problem}.`);
    }
  }
  return segments;
}

function problemWith(segment: string): string | undefined {
  if (segment === '') return 'an empty part, nor a slash at its start or end';
  if (segment === '.' || segment === '..') return 'a part that is "." or ".."';
  if (segment.includes('\0')) return 'a NUL character';
  if (segment.includes('\\')) return 'a backslash';
  if (Buffer.byteLength(segment) > MAX_FILE_NAME_BYTES) {
    return `a part longer than ${MAX_FILE_NAME_BYTES} bytes`;
  }
  return undefined;
}

/** A file stands where the key needs a folder, or a folder where it needs a file. */
export const keyInTheWay = (key: string) =>
  invalidArgument(
    `Objects are kept as files here, so "${key}" can't be stored: ` +
      'it is a folder of other keys, or another key is a folder of it.',
  );

/** S3's naming rule, which also keeps bucket folders apart from the store's own dotted ones. */
export function isBucketName(name: string): boolean {
  return /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes('..');
}
