import { isoInstant } from '../../shared/activity/instant.ts';
import { invalidArgument, S3Error } from './error.ts';
import type { StoredObject } from './object-metadata.ts';
import type { ObjectStore } from './object-store.ts';
import { document, element, textElement } from './xml.ts';

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
  const isV2 = parseListType(query.get('list-type'));
  const startAfter = query.get('start-after') ?? '';
  const token = isV2 ? query.get('continuation-token') : null;
  const marker = query.get('marker') ?? '';
  const withOwner = !isV2 || query.get('fetch-owner') === 'true';
  const maxKeys = parseMaxKeys(query.get('max-keys'));
  const inUrls = parseEncodingType(query.get('encoding-type'));
  const encoded = (name: string, value: string) =>
    textElement(name, inUrls ? encodeURIComponent(value).replaceAll('%2F', '/') : value);

  /** The common prefix a key is listed under, if any. */
  const commonPrefix = (key: string) => {
    const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    return at < 0 ? undefined : key.slice(0, at + delimiter.length);
  };

  // What the page before ended with: a token in V2, in V1 the marker, in plain text.
  const listed = isV2 ? (token === null ? undefined : entryOfToken(token)) : marker;
  const after = listed ?? startAfter;
  const entries: string[] = [];
  // It may have ended with a common prefix: the rest of its keys is listed already.
  let last = listed ?? '';
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
      const owner = withOwner ? [OWNER] : [];
      entries.push(element('Contents', encoded('Key', key), ...facts(object), ...owner));
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
      : [
          encoded('Marker', marker),
          // Else the last key is the next marker.
          ...(isTruncated && delimiter !== '' ? [encoded('NextMarker', last)] : []),
        ]),
    ...entries,
  );
}

/** Everything here belongs to whoever may read the folder. */
const OWNER = element('Owner', textElement('ID', 'local'));

const facts = ({ etag, size, lastModifiedMs }: StoredObject) => [
  textElement('LastModified', isoInstant(lastModifiedMs)),
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

/** @returns whether it is the second version */
function parseListType(text: string | null): boolean {
  if (text !== null && text !== '2')
    throw invalidArgument('Invalid List Type specified in Request');
  return text === '2';
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
