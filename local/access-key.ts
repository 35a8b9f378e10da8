import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/**
 * Loopback is open to every user of the machine, so the embedded servers serve only requests
 * signed with the key of this process. The key id is random and known only to who may read the
 * data folder; the signature itself is not recomputed, the id alone is what admits.
 */
export interface AccessKey {
  readonly id: string;
  readonly secret: string;
}

export function createAccessKey(): AccessKey {
  return {
    id: `LOCAL${randomBytes(16).toString('hex').toUpperCase()}`,
    secret: randomBytes(30).toString('base64url'),
  };
}

/** Whether the request's SigV4 `Authorization` header names this key; `'unsigned'` without one. */
export function signedWith(
  key: AccessKey,
  request: IncomingMessage,
): 'admitted' | 'unsigned' | 'unknown key' {
  const credential = /^AWS4-HMAC-SHA256 .*?Credential=([^/,\s]+)\//.exec(
    request.headers.authorization ?? '',
  )?.[1];
  if (credential === undefined) return 'unsigned';
  const given = Buffer.from(credential);
  const expected = Buffer.from(key.id);
  return given.length === expected.length && timingSafeEqual(given, expected)
    ? 'admitted'
    : 'unknown key';
}
