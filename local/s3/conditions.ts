import type { IncomingMessage } from 'node:http';
import { notImplemented, preconditionFailed, S3Error } from './error.ts';
import type { StoredObject } from './object-metadata.ts';
import type { PutCondition } from './object-store.ts';

export function putCondition({ headers }: IncomingMessage): PutCondition {
  const noneMatch = headers['if-none-match'];
  if (noneMatch !== undefined && noneMatch !== '*') throw notImplemented('If-None-Match: <etag>');
  return {
    ...(noneMatch !== undefined && { absent: true }),
    ...(headers['if-match'] !== undefined && { etag: unquoted(headers['if-match']) }),
  };
}

/** `*`: whatever is there. */
export function deleteCondition({ headers }: IncomingMessage): { readonly etag?: string } {
  const etag = headers['if-match'];
  return etag === undefined ? {} : { etag: unquoted(etag) };
}

/**
 * @returns whether to answer 304 instead of the object
 * @throws S3Error PreconditionFailed
 */
export function isNotModified({ headers }: IncomingMessage, object: StoredObject): boolean {
  const names = (list: string) =>
    list.split(',').some((name) => name.trim() === '*' || unquoted(name) === object.etag);
  // Of an ETag and a date the ETag decides. Dates are in whole seconds; one not understood is none.
  const modified = Math.floor(object.lastModifiedMs / 1_000);
  const seconds = (date: string | undefined) => Math.floor(Date.parse(date ?? '') / 1_000);
  const isOther =
    headers['if-match'] === undefined
      ? modified > seconds(headers['if-unmodified-since'])
      : !names(headers['if-match']);
  if (isOther) throw preconditionFailed();
  return headers['if-none-match'] === undefined
    ? modified <= seconds(headers['if-modified-since'])
    : names(headers['if-none-match']);
}

const unquoted = (etag: string) => etag.trim().replace(/^"(.*)"$/, '$1');

/**
 * The bytes a `Range` header asks for, both ends included; `undefined` for the whole object: without
 * a range, or with one that is malformed or has several parts, which S3 does not serve.
 *
 * @throws S3Error InvalidRange when nothing of it exists
 */
export function requestedRange(
  { headers }: IncomingMessage,
  size: number,
): { readonly start: number; readonly end: number } | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(headers.range ?? '');
  if (match === null) return undefined;
  const [, from, to] = match;
  if (from === '' && to === '') return undefined;
  if (from !== '' && to !== '' && Number(from) > Number(to)) return undefined;
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (start > end) {
    throw new S3Error(416, 'InvalidRange', 'The requested range is not satisfiable');
  }
  return { start, end };
}
