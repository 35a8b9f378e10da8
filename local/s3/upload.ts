import type { IncomingMessage } from 'node:http';
import { decodeAwsChunked } from './aws-chunked.ts';
import { isKnownChecksum, verified } from './checksums.ts';
import { incompleteBody, notImplemented, S3Error } from './error.ts';
import type { ObjectAttributes } from './object-metadata.ts';

const META = 'x-amz-meta-';
const MAX_METADATA_BYTES = 2048;

/**
 * The bytes to store: without their `aws-chunked` framing, of the stated length, and right by every
 * checksum sent along. Reading it throws at the end when that does not hold.
 */
export function uploadedBody(request: IncomingMessage): AsyncIterable<Buffer> {
  // Not destroyed when reading stops early: the error still has to be answered on its socket.
  const received: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
  const trailers = new Map<string, string>();
  const isFramed =
    contentEncodings(request).includes('aws-chunked') ||
    header(request, 'x-amz-content-sha256')?.startsWith('STREAMING-');
  const length = header(request, isFramed ? 'x-amz-decoded-content-length' : 'content-length');
  if (length === undefined || !/^\d{1,15}$/.test(length)) {
    throw new S3Error(
      411,
      'MissingContentLength',
      'You must provide the Content-Length HTTP header.',
    );
  }
  const body = isFramed
    ? decodeAwsChunked(received, (name, value) => trailers.set(name, value))
    : received;
  return verified(
    ofLength(body, Number(length)),
    checksumsSent(request),
    (name) => header(request, name) ?? trailers.get(name),
  );
}

/** @throws S3Error MetadataTooLarge */
export function uploadedAttributes(request: IncomingMessage): ObjectAttributes {
  const metadata: Record<string, string> = {};
  let bytes = 0;
  for (const [name, value] of Object.entries(request.headers)) {
    if (!name.startsWith(META)) continue;
    metadata[name.slice(META.length)] = String(value);
    bytes += Buffer.byteLength(name) - META.length + Buffer.byteLength(String(value));
  }
  if (bytes > MAX_METADATA_BYTES) {
    throw new S3Error(
      400,
      'MetadataTooLarge',
      'Your metadata headers exceed the maximum allowed metadata size',
    );
  }
  const encoding = contentEncodings(request)
    .filter((name) => name !== 'aws-chunked')
    .join(',');
  return {
    contentType: request.headers['content-type'] ?? 'binary/octet-stream',
    ...(encoding !== '' && { contentEncoding: encoding }),
    metadata,
  };
}

async function* ofLength(body: AsyncIterable<Buffer>, length: number): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const part of body) {
    bytes += part.length;
    yield part;
  }
  if (bytes !== length) throw incompleteBody();
}

/** @throws S3Error NotImplemented for a checksum we can't compute: none is ignored */
function checksumsSent(request: IncomingMessage): readonly string[] {
  const announced = header(request, 'x-amz-trailer')?.toLowerCase().split(',') ?? [];
  const names = [...Object.keys(request.headers), ...announced.map((name) => name.trim())].filter(
    (name) => name === 'content-md5' || name.startsWith('x-amz-checksum-'),
  );
  const unknown = names.find((name) => !isKnownChecksum(name));
  if (unknown !== undefined) throw notImplemented(unknown);
  const isBodySigned = /^[0-9a-f]{64}$/.test(header(request, 'x-amz-content-sha256') ?? '');
  return isBodySigned ? [...names, 'x-amz-content-sha256'] : names;
}

function contentEncodings(request: IncomingMessage): readonly string[] {
  const listed = request.headers['content-encoding']?.split(',') ?? [];
  return listed.map((name) => name.trim()).filter((name) => name !== '');
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}
