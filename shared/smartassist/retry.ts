import { MINUTE_MS } from '../activity/instant.ts';
import {
  type ActivityLakeError,
  CredentialsError,
  RateLimitedError,
  SourceContractError,
  SourceTimeoutError,
  SourceUnavailableError,
} from '../errors.ts';

export const MAX_REQUESTS = 6;

const MAX_BACKOFF_MS = MINUTE_MS;

/** What can be tried again, how long to wait at first, and what it becomes when that is no use. */
const KINDS = {
  // The source counts by the minute, so a quick retry only uses up what others need.
  throttled: {
    firstBackoffMs: 4_000,
    error: RateLimitedError,
    nextAction:
      'Nothing is lost: the next run goes on. If it stays, lower the requests per minute, or ask ' +
      'Kore.ai for a higher limit: it is shared by everything that uses the account.',
  },
  timeout: {
    firstBackoffMs: 500,
    error: SourceTimeoutError,
    nextAction: 'Nothing is lost: the next run goes on. If it stays, ask for smaller windows.',
  },
  unavailable: {
    firstBackoffMs: 500,
    error: SourceUnavailableError,
    nextAction:
      'Nothing is lost: the next run goes on. If it stays, check the host, the way to it from ' +
      'here, and the status page of Kore.ai.',
  },
  // It answers 200, and says in it that it failed.
  failed: {
    firstBackoffMs: 500,
    error: SourceUnavailableError,
    nextAction:
      'Nothing is lost: the next run goes on. If it stays, do what the source says, or ask Kore.ai ' +
      'with its words.',
  },
  // A 200 that is empty, cut or no JSON: once it is an accident, again and again another contract.
  broken: {
    firstBackoffMs: 500,
    error: SourceContractError,
    nextAction: 'Check that the host is the SmartAssist host and not a login page or a proxy.',
  },
  // Not waited for: the credentials are read again, once.
  unauthorised: {
    firstBackoffMs: 0,
    error: CredentialsError,
    nextAction:
      'Check that the client id (exact case) and secret belong to an app of this account that is ' +
      'enabled for JWT (HS256), that a ready token has not expired, and that the clock here is right.',
  },
} as const;

/** One request that failed in a way that another one may not. */
export class FailedRequest extends Error {
  readonly kind: keyof typeof KINDS;
  readonly retryAfterMs: number;
  readonly #error: ActivityLakeError | undefined;
  readonly #nextAction: string;

  /**
   * @param message what the source did, to stand behind "the source": `answered 503`
   * @param known `error`: what it becomes when other requests were in vain, by default one of its kind;
   *   `nextAction`: what then is to be done beside waiting for the next run, if more is known than by its kind
   */
  constructor(
    kind: keyof typeof KINDS,
    message: string,
    known: {
      readonly retryAfterMs?: number;
      readonly error?: ActivityLakeError;
      readonly nextAction?: string;
    } = {},
  ) {
    super(message);
    this.kind = kind;
    this.retryAfterMs = known.retryAfterMs ?? 0;
    this.#error = known.error;
    this.#nextAction =
      known.nextAction === undefined
        ? KINDS[kind].nextAction
        : `Nothing is lost: the next run goes on. ${known.nextAction}`;
  }

  /** The error of the whole call, once `requests` have been made in vain. */
  concluded(asked: string, requests: number, leftMs: number): ActivityLakeError {
    if (this.#error !== undefined) return this.#error;
    const { error } = KINDS[this.kind];
    const left = Math.max(0, Math.round(leftMs / 1_000));
    return new error(
      `${asked}: the source ${this.message} (request ${requests} of at most ${MAX_REQUESTS}, ` +
        `with ${left} s left for the run).`,
      this.#nextAction,
    );
  }
}

/**
 * How long to wait after the `requests`-th failed request: exponential backoff with full jitter
 * (a random part of the whole backoff), and never less than the source asked for.
 */
export function waitBeforeRetryMs(failure: FailedRequest, requests: number): number {
  const { firstBackoffMs } = KINDS[failure.kind];
  const backoffMs = Math.min(MAX_BACKOFF_MS, firstBackoffMs * 2 ** (requests - 1));
  return Math.ceil(Math.max(Math.random() * backoffMs, failure.retryAfterMs));
}

/**
 * `Retry-After` as RFC 9110 has it, in seconds or as one of its three forms of a date, and as it is sent:
 * with a fraction of a second, or twice, by a proxy of its own (then the longest counts).
 *
 * @returns milliseconds from now; 0 if unreadable
 */
export function readRetryAfterMs(header: string | null, nowMs: number): number {
  if (header === null) return 0;
  // Two headers are joined by a comma; a date has one after its day of the week.
  const parts = header.split(/,(?!\s*\d{1,2}[ -][A-Z][a-z]{2}[ -])/).map((part) => part.trim());
  return Math.max(0, ...parts.map((part) => retryAfterMs(part, nowMs)));
}

const SECONDS = /^\d+(\.\d+)?(\s*s(ec(onds?)?)?)?$/i;
/** `Sun Nov  6 08:49:37 1994`, as asctime writes it: in UTC, though it does not say so. */
const ASCTIME = /^[A-Z][a-z]{2} ([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4})$/;

function retryAfterMs(text: string, nowMs: number): number {
  if (SECONDS.test(text)) return Math.ceil(Number.parseFloat(text) * 1_000);
  const [, asctime] = ASCTIME.exec(text) ?? [];
  const date = asctime === undefined ? text : `${asctime} GMT`;
  const atMs = /(GMT|UTC)$/.test(date) ? Date.parse(date) : Number.NaN;
  return Number.isNaN(atMs) ? 0 : atMs - nowMs;
}
