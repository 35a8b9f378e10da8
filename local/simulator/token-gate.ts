import { jwtVerify } from 'jose';
import type { Clock } from '../../shared/clock.ts';

export interface TokenRules {
  readonly clientId: string;
  readonly clientSecret: string;
  /** A token made elsewhere, good for any number of requests. */
  readonly readyJwt?: string;
}

/** The longest life that Kore.ai allows a token where `jti` is enforced. */
const LONGEST_LIFE_S = 3_600;

/**
 * Judges the `auth` header as Kore.ai does: HS256 with the client secret, `appId` the client id, `exp`
 * at most an hour ahead, a `jti` good for one request. Answers why a token is refused, or `null`.
 */
export function tokenGate(rules: TokenRules, clock: Pick<Clock, 'now'>) {
  const secret = new TextEncoder().encode(rules.clientSecret);
  const seen = new Set<string>();
  return async (token: string | undefined): Promise<string | null> => {
    if (token === undefined) return 'auth header missing';
    if (token === rules.readyJwt) return null;
    const nowMs = clock.now();
    try {
      const options = { algorithms: ['HS256'], currentDate: new Date(nowMs) };
      const { payload } = await jwtVerify(token, secret, options);
      if (payload.appId !== rules.clientId) return 'unknown appId';
      if ((payload.exp ?? 0) > nowMs / 1_000 + LONGEST_LIFE_S) return 'exp is too far ahead';
      if (payload.jti === undefined) return null;
      if (seen.has(payload.jti)) return 'jti was used before';
      seen.add(payload.jti);
      return null;
    } catch {
      return 'token invalid or expired';
    }
  };
}
