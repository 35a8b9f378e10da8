import { type Span, subtractSpans, unionOfSpans } from '../activity/spans.ts';
import type { Backfill } from './backfills.ts';
import type { KnownState } from './checkpoint.ts';
import { coverageOf } from './coverage.ts';
import type { AccountState } from './state-document.ts';

/** What of event time a state says was read whole; `null`, which is no state, says nothing. */
export function claimsOf(state: AccountState | null): readonly Span[] {
  return state === null ? [] : coverageOf(state.checkpoint, state.backfills);
}

/** What is in the table and not in the state that is to take its place. */
export interface Forgotten {
  /** Read whole, and not known to be any more. */
  readonly spans: readonly Span[];
  /** The names of backfills that had not ended. */
  readonly backfills: readonly string[];
}

/**
 * What would be forgotten of what is there if a state took its place.
 *
 * @param backfills those that are there, also where the checkpoint is lost
 */
export function forgottenBy(
  given: AccountState,
  there: AccountState | null,
  backfills: readonly Backfill[],
): Forgotten {
  const goesOn = (a: Backfill, b: Backfill) =>
    a.name === b.name && a.fromMs === b.fromMs && a.toMs === b.toMs && a.status !== 'cancelled';
  return {
    spans: subtractSpans(claimsOf(there), claimsOf(given)),
    backfills: backfills
      .filter(({ status }) => status === 'active')
      .filter((active) => !given.backfills.some((other) => goesOn(other, active)))
      .map(({ name }) => name),
  };
}

/**
 * A state that keeps what the one that it replaces has and that must never be forgotten: whom nothing is
 * stored of any more, what has expired, and which account the responses name. What was learned here of the
 * source's limits is newer, too: by an older limit a cut answer would pass for a whole one.
 *
 * @param known digests of erased agents, and up to where rows have expired, from elsewhere
 */
export function keepingFor(
  given: AccountState,
  there: AccountState | null,
  known: Pick<KnownState, 'erased' | 'keptFromMs'>,
): AccountState {
  const { facts, ...checkpoint } = given.checkpoint;
  const before = there?.checkpoint;
  const pinnedAccountId = facts.pinnedAccountId ?? before?.facts.pinnedAccountId ?? null;
  return {
    ...given,
    checkpoint: {
      ...checkpoint,
      erased: new Set([...checkpoint.erased, ...(before?.erased ?? []), ...known.erased]),
      keptFromMs: Math.max(
        checkpoint.keptFromMs,
        before?.keptFromMs ?? Number.NEGATIVE_INFINITY,
        known.keptFromMs,
      ),
      facts: { ...(before?.facts ?? facts), pinnedAccountId },
    },
  };
}

/**
 * A state that does not claim these spans any more. What can be read again by itself is: the watermark moves
 * before a span that it ends in, a backfill goes on before the first in what it read. The others are gaps.
 */
export function withoutClaims(state: AccountState, unproved: readonly Span[]): AccountState {
  const { checkpoint, backfills } = state;
  const spans = unionOfSpans(unproved);
  if (spans.length === 0) return state;
  const { startMs, watermarkMs, skipped } = checkpoint;
  const last = spans.find(({ fromMs, toMs }) => fromMs < watermarkMs && toMs >= watermarkMs);
  const readMs = Math.max(startMs, last?.fromMs ?? watermarkMs);
  const within = { fromMs: startMs, toMs: readMs };
  const read = subtractSpans([within], [...skipped, ...spans]);
  return {
    checkpoint: { ...checkpoint, watermarkMs: readMs, skipped: subtractSpans([within], read) },
    backfills: backfills.map((backfill) => {
      const { fromMs, positionMs, status } = backfill;
      const first = spans.find((span) => span.fromMs < positionMs && span.toMs > fromMs);
      if (first === undefined) return backfill;
      return {
        ...backfill,
        positionMs: Math.max(fromMs, first.fromMs),
        status: status === 'done' ? 'active' : status,
      };
    }),
  };
}
