import type { StoredObject } from './object-metadata.ts';
import type { ObjectStore } from './object-store.ts';
import { invalidArgument, S3Error } from './s3-error.ts';
import { document, element, textElement } from './s3-xml.ts';

const MAX_PAGE = 1000;

/** The query parameters that a listing understands. */
export const LISTING_PARAMETERS = [
  'list-type',
  'prefix',
  'delimiter',
  'max-keys',
  'continuation-token',
  'start-after',
  'marker',
  'encoding-type',
  'fetch-owner',
] as const;

/** The XML of one page of ListObjectsV2, or of the older ListObjects. */
export async function listingPage(
  store: ObjectStore,
  bucket: string,
  query: URLSearchParams,
): Promise<string> {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const isV2 = query.get('list-type') === '2';
  const startAfter = query.get('start-after') ?? '';
  // A marker is what the last page ended with, as a token is; V1 gives it in plain text.
  const marker = query.get('marker');
  const token = isV2 ? query.get('continuation-token') : marker && tokenOfEntry(marker);
  const maxKeys = parseMaxKeys(query.get('max-keys'));
  const inUrls = parseEncodingType(query.get('encoding-type'));
  const encoded = (name: string, value: string) =>
    textElement(name, inUrls ? encodeURIComponent(value).replaceAll('%2F', '/') : value);

  /** The common prefix a key is listed under, if any. */
  const commonPrefix = (key: string) => {
    const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    return at < 0 ? undefined : key.slice(0, at + delimiter.length);
  };

  const after = token === null ? startAfter : entryOfToken(token);
  const entries: string[] = [];
  // The page before may have ended with a common prefix: the rest of its keys is listed already.
  let last = token === null ? '' : after;
  let isTruncated = false;
  for await (const key of store.keys(bucket, prefix, after)) {
    const shared = commonPrefix(key);
    if (shared !== undefined && shared === last) continue;
    if (entries.length === maxKeys) {
      isTruncated = maxKeys > 0;
      break;
    }
    if (shared !== undefined) {
      entries.push(element('CommonPrefixes', encoded('Prefix', shared)));
    } else {
      const object = await store.head(bucket, key).catch(deletedMeanwhile);
      if (object === undefined) continue;
      entries.push(element('Contents', encoded('Key', key), ...facts(object)));
    }
    last = shared ?? key;
  }

  return document(
    'ListBucketResult',
    textElement('Name', bucket),
    encoded('Prefix', prefix),
    ...(delimiter === '' ? [] : [encoded('Delimiter', delimiter)]),
    ...(startAfter === '' ? [] : [encoded('StartAfter', startAfter)]),
    ...(inUrls ? [textElement('EncodingType', 'url')] : []),
    textElement('MaxKeys', maxKeys),
    textElement('IsTruncated', isTruncated),
    ...(isV2
      ? [
          textElement('KeyCount', entries.length),
          ...(token === null ? [] : [textElement('ContinuationToken', token)]),
          ...(isTruncated ? [textElement('NextContinuationToken', tokenOfEntry(last))] : []),
        ]
      : [encoded('Marker', marker ?? ''), ...(isTruncated ? [encoded('NextMarker', last)] : [])]),
    ...entries,
  );
}

const facts = ({ etag, size, lastModifiedMs }: StoredObject) => [
  textElement('LastModified', new Date(lastModifiedMs).toISOString()),
  textElement('ETag', `"${etag}"`),
  textElement('Size', size),
  textElement('StorageClass', 'STANDARD'),
];

function deletedMeanwhile(error: unknown): undefined {
  if (error instanceof S3Error && error.code === 'NoSuchKey') return undefined;
  throw error;
}

const tokenOfEntry = (entry: string) => Buffer.from(entry).toString('base64url');

function entryOfToken(token: string): string {
  const entry = Buffer.from(token, 'base64url').toString();
  if (entry === '' || tokenOfEntry(entry) !== token) {
    throw invalidArgument('The continuation token provided is incorrect');
  }
  return entry;
}

function parseMaxKeys(text: string | null): number {
  if (text === null) return MAX_PAGE;
  if (!/^\d{1,9}$/.test(text)) throw invalidArgument('max-keys must be a whole number.');
  return Math.min(Number(text), MAX_PAGE);
}

function parseEncodingType(text: string | null): boolean {
  if (text !== null && text !== 'url') throw invalidArgument('Invalid Encoding Method specified');
  return text === 'url';
}
