import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Credentials } from './credentials.ts';

/** Kore.ai refuses tokens of more than an hour where it asks for `jti`. */
const LIFETIME_SECONDS = 5 * 60;

/**
 * A token for one request: where a tenant asks for `jti`, the source takes each only once.
 * A ready token is passed on as it is.
 */
export async function signToken(credentials: Credentials, nowMs: number): Promise<string> {
  if ('jwt' in credentials) return credentials.jwt;
  const { clientId, clientSecret, sub = clientId } = credentials;
  const issuedAt = Math.floor(nowMs / 1_000);
  return new SignJWT({ appId: clientId })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(sub)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + LIFETIME_SECONDS)
    .setJti(randomUUID())
    .sign(new TextEncoder().encode(clientSecret));
}
