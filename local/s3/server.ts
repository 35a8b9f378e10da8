import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { isoInstant } from '../../shared/activity/instant.ts';
import { type AccessKey, signedWith } from '../access-key.ts';
import { type LoopbackServer, listen } from '../loopback-server.ts';
import { deleteCondition, isNotModified, putCondition, requestedRange } from './conditions.ts';
import { notImplemented, S3Error } from './error.ts';
import { LISTING_PARAMETERS, listingPage } from './listing.ts';
import type { ObjectStore } from './object-store.ts';
import { uploadedAttributes, uploadedBody } from './upload.ts';
import { requireOnlyVersion, VERSIONS_PARAMETERS, versionsPage } from './versions.ts';
import { document, element, textElement, withoutNamespace } from './xml.ts';

/** One request, on the path `/<bucket>/<key>`; the key is empty for the bucket itself. */
interface Exchange {
  readonly store: ObjectStore;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly bucket: string;
  readonly key: string;
  readonly query: URLSearchParams;
}

interface Operation {
  readonly perform: (exchange: Exchange) => Promise<void>;
  readonly parameters?: readonly string[];
}

/**
 * The S3 operations that the product relies on, and what Trino, DuckDB, pandas, Polars, pyarrow and the
 * AWS CLI send to read a lake. Anything else is answered 501, never ignored.
 */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  'GET service': { perform: listBuckets },
  'PUT bucket': { perform: createBucket },
  'HEAD bucket': { perform: headBucket },
  'GET bucket': { perform: listObjects, parameters: [...LISTING_PARAMETERS, 'location'] },
  'GET versions': { perform: listVersions, parameters: VERSIONS_PARAMETERS },
  'PUT object': { perform: putObject },
  'GET object': { perform: getObject },
  'HEAD object': { perform: getObject },
  'DELETE object': { perform: deleteObject, parameters: ['versionId'] },
};

/** The `x-amz-` headers that are understood or may be ignored without changing what is asked. */
const KNOWN_HEADERS =
  /^x-amz-(api-version|date|content-sha256|user-agent|security-token|decoded-content-length|trailer|sdk-checksum-algorithm|checksum-[a-z0-9]+|optional-object-attributes|meta-.+)$/;

export function startS3Server(store: ObjectStore, key: AccessKey): Promise<LoopbackServer> {
  return listen(
    createServer(async (request, response) => {
      response.setHeader('x-amz-request-id', randomUUID());
      try {
        requireAccessKey(key, request);
        await serve(store, request, response);
      } catch (error) {
        sendError(request, response, error);
      }
    }),
  );
}

function requireAccessKey(key: AccessKey, request: IncomingMessage): void {
  const verdict = signedWith(key, request);
  if (verdict === 'unsigned') throw new S3Error(403, 'AccessDenied', 'Access Denied');
  if (verdict === 'unknown key') {
    throw new S3Error(
      403,
      'InvalidAccessKeyId',
      'The AWS Access Key Id you provided does not exist in our records.',
    );
  }
}

async function serve(
  store: ObjectStore,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const exchange = { store, request, response, ...parseTarget(request.url ?? '') };
  const operation = OPERATIONS[`${request.method} ${subjectOf(exchange)}`];
  if (operation === undefined) throw notImplemented(`${request.method} on this path`);
  for (const name of exchange.query.keys()) {
    // x-id only names the operation, for the readers of logs.
    if (name !== 'x-id' && !operation.parameters?.includes(name)) {
      throw notImplemented(`The parameter ${name}`);
    }
  }
  for (const name of Object.keys(request.headers)) {
    if (name.startsWith('x-amz-') && !KNOWN_HEADERS.test(name)) {
      throw notImplemented(`The header ${name}`);
    }
  }
  await operation.perform(exchange);
}

function subjectOf({ bucket, key, query }: Exchange): 'service' | 'bucket' | 'versions' | 'object' {
  if (bucket === '' && key === '') return 'service';
  if (key !== '') return 'object';
  return query.has('versions') ? 'versions' : 'bucket';
}

/** Not by `URL`, which would resolve `..` in keys. */
function parseTarget(target: string): Pick<Exchange, 'bucket' | 'key' | 'query'> {
  const [, path = '', query] = /^\/([^?]*)(?:\?(.*))?$/s.exec(target) ?? [];
  const slash = path.indexOf('/');
  try {
    return {
      bucket: decodeURIComponent(slash < 0 ? path : path.slice(0, slash)),
      key: slash < 0 ? '' : decodeURIComponent(path.slice(slash + 1)),
      query: new URLSearchParams(query),
    };
  } catch {
    throw new S3Error(400, 'InvalidURI', "Couldn't parse the specified URI.");
  }
}

async function listBuckets({ store, response }: Exchange): Promise<void> {
  const buckets = (await store.buckets()).map(({ name, createdMs }) =>
    element(
      'Bucket',
      textElement('Name', name),
      textElement('CreationDate', isoInstant(createdMs)),
    ),
  );
  sendXml(response, document('ListAllMyBucketsResult', element('Buckets', ...buckets)));
}

async function createBucket({ store, response, bucket }: Exchange): Promise<void> {
  await store.createBucket(bucket);
  response.setHeader('location', `/${bucket}`).end();
}

async function headBucket({ store, response, bucket }: Exchange): Promise<void> {
  await store.requireBucket(bucket);
  response.end();
}

async function listObjects({ store, response, bucket, query }: Exchange): Promise<void> {
  if (query.has('location')) {
    await store.requireBucket(bucket);
    // Empty is us-east-1.
    sendXml(response, document('LocationConstraint'));
    return;
  }
  sendXml(response, await listingPage(store, bucket, query));
}

function sendXml(response: ServerResponse, body: string): void {
  response.setHeader('content-type', 'application/xml').end(body);
}

async function putObject({ store, request, response, bucket, key }: Exchange): Promise<void> {
  const { etag } = await store.put(
    bucket,
    key,
    uploadedBody(request),
    uploadedAttributes(request),
    putCondition(request),
  );
  response.setHeader('etag', `"${etag}"`).end();
}

async function listVersions({ store, response, bucket, query }: Exchange): Promise<void> {
  sendXml(response, await versionsPage(store, bucket, query));
}

async function deleteObject(exchange: Exchange): Promise<void> {
  const { store, request, response, bucket, key, query } = exchange;
  requireOnlyVersion(query);
  await store.delete(bucket, key, deleteCondition(request));
  response.writeHead(204).end();
}

async function getObject({ store, request, response, bucket, key }: Exchange): Promise<void> {
  const { object, file } = await store.open(bucket, key);
  try {
    if (isNotModified(request, object)) {
      response.writeHead(304, { etag: `"${object.etag}"` }).end();
      return;
    }
    const range = requestedRange(request, object.size);
    const { start, end } = range ?? { start: 0, end: object.size - 1 };
    if (range !== undefined) {
      response.statusCode = 206;
      response.setHeader('content-range', `bytes ${start}-${end}/${object.size}`);
    }
    response.setHeader('accept-ranges', 'bytes');
    response.setHeader('content-length', end - start + 1);
    response.setHeader('content-type', object.contentType);
    response.setHeader('etag', `"${object.etag}"`);
    response.setHeader('last-modified', new Date(object.lastModifiedMs).toUTCString());
    if (object.contentEncoding !== undefined) {
      response.setHeader('content-encoding', object.contentEncoding);
    }
    for (const [name, value] of Object.entries(object.metadata)) {
      response.setHeader(`x-amz-meta-${name}`, value);
    }
    if (request.method === 'HEAD' || end < start) {
      response.end();
      return;
    }
    await pipeline(file.createReadStream({ start, end, autoClose: false }), response);
  } finally {
    await file.close();
  }
}

function sendError(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  // What is left of the body is read past, or the next request on this connection would never be.
  request.resume();
  const { status, code, message } = error instanceof S3Error ? error : internalError(error);
  const resource = (request.url ?? '').replace(/\?.*/s, '');
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(
    withoutNamespace(
      'Error',
      textElement('Code', code),
      textElement('Message', message),
      textElement('Resource', resource),
    ),
  );
}

/** Names the system's error code (`ENOSPC`, `EACCES`), which a person can act on, and no path. */
function internalError(error: unknown): S3Error {
  const cause = (error as NodeJS.ErrnoException).code ?? 'an unexpected error';
  return new S3Error(500, 'InternalError', `We encountered an internal error: ${cause}.`);
}
