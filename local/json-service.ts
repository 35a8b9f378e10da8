import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AccessKey, signedWith } from './access-key.ts';

/** What an AWS JSON service answers instead of a result: `error.name` in the SDK is `type`. */
export class JsonServiceError extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

/** @throws JsonServiceError with the types that AWS gives for a missing or unknown access key */
export function requireAccessKey(key: AccessKey, request: IncomingMessage): void {
  const verdict = signedWith(key, request);
  if (verdict === 'unsigned') {
    throw new JsonServiceError(
      'MissingAuthenticationTokenException',
      'Request is missing Authentication Token',
    );
  }
  if (verdict === 'unknown key') {
    throw new JsonServiceError(
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    );
  }
}

/** @throws JsonServiceError when the body is longer than `limitBytes` */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request.iterator({ destroyOnReturn: false })) {
    bytes += part.length;
    if (bytes > limitBytes) {
      throw new JsonServiceError('RequestEntityTooLargeException', 'The request is too large.');
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
  response.end(JSON.stringify(value));
}

export function sendJsonError(response: ServerResponse, error: unknown): void {
  // What is left of the body is read past, or the next request on this connection would never be.
  response.req.resume();
  if (error instanceof JsonServiceError) {
    sendJson(response, 400, { __type: error.type, message: error.message });
  } else {
    sendJson(response, 500, { __type: 'InternalServiceError', message: 'An error occurred.' });
  }
}
