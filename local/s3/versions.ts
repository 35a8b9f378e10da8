import { isoInstant } from '../../shared/activity/instant.ts';
import { invalidArgument, S3Error } from './error.ts';
import type { ObjectStore } from './object-store.ts';
import { document, element, textElement } from './xml.ts';

const MAX_PAGE = 1000;

/** The query parameters that a listing of versions understands. */
export const VERSIONS_PARAMETERS = [
  'versions',
  'prefix',
  'key-marker',
  'version-id-marker',
  'encoding-type',
] as const;

/** What S3 calls the one version of an object in a bucket that keeps no others. */
const ONLY_VERSION = 'null';

/** The XML of one page of ListObjectVersions: of each object the one version there is. */
export async function versionsPage(
  store: ObjectStore,
  bucket: string,
  query: URLSearchParams,
): Promise<string> {
  const prefix = query.get('prefix') ?? '';
  const inUrls = query.get('encoding-type') === 'url';
  const encoded = (name: string, value: string) =>
    textElement(name, inUrls ? encodeURIComponent(value).replaceAll('%2F', '/') : value);
  const versions: string[] = [];
  let last = '';
  let isTruncated = false;
  for await (const key of store.keys(bucket, prefix, query.get('key-marker') ?? '')) {
    if (versions.length === MAX_PAGE) {
      isTruncated = true;
      break;
    }
    const object = await store.head(bucket, key).catch((error: unknown) => {
      if (error instanceof S3Error && error.code === 'NoSuchKey') return undefined;
      throw error;
    });
    if (object === undefined) continue;
    last = key;
    versions.push(
      element(
        'Version',
        encoded('Key', key),
        textElement('VersionId', ONLY_VERSION),
        textElement('IsLatest', true),
        textElement('LastModified', isoInstant(object.lastModifiedMs)),
        textElement('ETag', `"${object.etag}"`),
        textElement('Size', object.size),
        textElement('StorageClass', 'STANDARD'),
      ),
    );
  }
  return document(
    'ListVersionsResult',
    textElement('Name', bucket),
    encoded('Prefix', prefix),
    textElement('MaxKeys', MAX_PAGE),
    textElement('IsTruncated', isTruncated),
    ...(inUrls ? [textElement('EncodingType', 'url')] : []),
    ...(isTruncated
      ? [encoded('NextKeyMarker', last), textElement('NextVersionIdMarker', ONLY_VERSION)]
      : []),
    ...versions,
  );
}

/** @throws S3Error InvalidArgument for any version but the one there can be */
export function requireOnlyVersion(query: URLSearchParams): void {
  const version = query.get('versionId');
  if (version === null || version === ONLY_VERSION) return;
  throw invalidArgument('Invalid version id specified');
}
