import { secondAtOrAfter } from '../../shared/activity/instant.ts';
import type { Span } from '../../shared/activity/spans.ts';
import type { TruthEvent } from './contact-centre.ts';
import { draw } from './draw.ts';

/** What this source does beyond, or against, its documentation. Shares are from 0 to 1. */
export interface Behaviour {
  /** These events are listed up to `longestMs` later than their stack explains. */
  readonly late: { readonly share: number; readonly longestMs: number } | null;
  /** These rows are listed twice, one right after the other. */
  readonly repeatedShare: number;
  /** `afterMs` after they were first listed, all changes of these agent-seconds disappear. */
  readonly withdrawn: { readonly share: number; readonly afterMs: number } | null;
  /** `afterMs` after they were first listed, these events get another reason code (a 9 at its end). */
  readonly corrected: { readonly share: number; readonly afterMs: number } | null;
  /** Of seconds; inside one agent-second the order is always that of the changes. */
  readonly order: 'oldestFirst' | 'newestFirst';
  readonly fromBound: 'inclusive' | 'exclusive';
  readonly toBound: 'inclusive' | 'exclusive';
  /** No answer has more than `rows`; whether it says so is `announcedBy`. */
  readonly rowCap: {
    readonly rows: number;
    readonly keep: 'oldest' | 'newest';
    readonly announcedBy: 'nothing' | 'hasMore' | 'totalCount';
  } | null;
  /** What is answered for a time of which there is nothing: an empty list, or no list at all. */
  readonly nothing: 'list' | '204' | '404' | 'null' | 'noList';
  /** `AgentUpdates`, `AgentId`, … as in the documented sample, or `agentUpdates`, `agentId`, … */
  readonly casing: 'pascal' | 'camel';
  /** `10/20/2020 2:13:12`, or ISO 8601 with offset. */
  readonly eventTime: 'documented' | 'iso';
  /** The IANA zone in which `EventTime` is written. The query is by UTC instants in any case. */
  readonly timeZone: string;
  /** The account id that answers carry; `null` is the one asked for. */
  readonly answeredAccountId: string | null;
  /** Requests in a sliding minute of the simulator's clock. Refused ones do not count. */
  readonly requestLimit: { readonly perMinute: number; readonly retryAfter: boolean } | null;
}

/** As documented, and where nothing is documented as simple as can be. */
export const AS_DOCUMENTED: Behaviour = {
  late: null,
  repeatedShare: 0,
  withdrawn: null,
  corrected: null,
  order: 'oldestFirst',
  fromBound: 'inclusive',
  toBound: 'exclusive',
  rowCap: null,
  nothing: 'list',
  casing: 'pascal',
  eventTime: 'documented',
  timeZone: 'UTC',
  answeredAccountId: null,
  requestLimit: null,
};

/** What goes wrong with one request whose token was good. */
export type Fault =
  /** An error answer with a Kore.ai error body: 401, 429, 500, … */
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: string }
  | { readonly kind: 'redirect'; readonly location: string }
  /** The connection is reset before any answer. */
  | { readonly kind: 'reset' }
  /** The right answer, after so much real time. */
  | { readonly kind: 'slow'; readonly delayMs: number }
  /** Half of the right answer, then the connection closes. */
  | { readonly kind: 'cutBody' }
  /** Half of the right answer, then silence. */
  | { readonly kind: 'stalledBody' }
  /** 200 with a page of HTML. */
  | { readonly kind: 'html' }
  /** 200 with JSON that has no list of updates. */
  | { readonly kind: 'noList' }
  /** 200 with numbers as agent ids and as numeric reason codes. */
  | { readonly kind: 'wrongTypes' };

/** A row of the source's store: listed while `listedAtMs` ≤ now < `unlistedAtMs`. */
export interface ListedEvent extends TruthEvent {
  /** `Infinity` unless the event is withdrawn or corrected. */
  readonly unlistedAtMs: number;
}

/** Every row the source will ever list, by time; a corrected event is two rows, one after the other. */
export function listingOf(
  events: readonly TruthEvent[],
  { late, withdrawn, corrected }: Behaviour,
  seed: number,
): readonly ListedEvent[] {
  const hit = (rule: { readonly share: number } | null, ...parts: (string | number)[]) =>
    rule !== null && draw(seed, ...parts) < rule.share;
  const listing = events.flatMap((event): ListedEvent | ListedEvent[] => {
    const { agentId, eventMs, activity, reasonCode, seq } = event;
    let { listedAtMs } = event;
    // Field by field: with 100,000 events a spread takes most of the simulator's start.
    const listed = (reason: string | null, fromMs: number, unlistedAtMs: number) => ({
      agentId,
      eventMs,
      activity,
      reasonCode: reason,
      seq,
      listedAtMs: fromMs,
      unlistedAtMs,
    });
    if (late !== null && hit(late, 'late', agentId, eventMs, seq)) {
      const lateness = 1 - draw(seed, 'lateness', agentId, eventMs, seq);
      listedAtMs += secondAtOrAfter(lateness * late.longestMs);
    }
    // Whole agent-seconds: A → B → A without its B would be indistinguishable from a repeated A.
    if (withdrawn !== null && hit(withdrawn, 'withdrawn', agentId, eventMs)) {
      return listed(reasonCode, listedAtMs, listedAtMs + withdrawn.afterMs);
    }
    if (corrected !== null && hit(corrected, 'corrected', agentId, eventMs, seq)) {
      const correctedAtMs = listedAtMs + corrected.afterMs;
      return [
        listed(reasonCode, listedAtMs, correctedAtMs),
        listed(`${reasonCode ?? ''}9`, correctedAtMs, Number.POSITIVE_INFINITY),
      ];
    }
    return listed(reasonCode, listedAtMs, Number.POSITIVE_INFINITY);
  });
  return listing.sort((a, b) => a.eventMs - b.eventMs);
}

export interface Selection {
  readonly rows: readonly ListedEvent[];
  /** How many rows there are without the cap. */
  readonly total: number;
}

/** The rows of one answer, in its order. */
export function select(
  listing: readonly ListedEvent[],
  query: Span & { readonly nowMs: number },
  behaviour: Behaviour,
  seed: number,
): Selection {
  const { fromBound, toBound, repeatedShare, rowCap, order } = behaviour;
  // Events stand on whole milliseconds, so an exclusive bound is the inclusive one a step further.
  const firstMs = fromBound === 'inclusive' ? query.fromMs : query.fromMs + 1;
  const endMs = toBound === 'exclusive' ? query.toMs : query.toMs + 1;
  const all: ListedEvent[] = [];
  for (const event of between(listing, firstMs, endMs)) {
    if (event.listedAtMs > query.nowMs || event.unlistedAtMs <= query.nowMs) continue;
    all.push(event);
    const { agentId, eventMs, seq } = event;
    if (repeatedShare > 0 && draw(seed, 'repeated', agentId, eventMs, seq) < repeatedShare) {
      all.push(event);
    }
  }
  let rows = all;
  if (rowCap !== null && all.length > rowCap.rows) {
    rows = rowCap.keep === 'oldest' ? all.slice(0, rowCap.rows) : all.slice(-rowCap.rows);
  }
  if (order === 'newestFirst') rows = rows.toSorted((a, b) => b.eventMs - a.eventMs);
  return { rows, total: all.length };
}

/** The events of `[fromMs, toMs)` of a list ordered by time. */
export function between<E extends TruthEvent>(
  events: readonly E[],
  fromMs: number,
  toMs: number,
): readonly E[] {
  return events.slice(firstAtOrAfter(events, fromMs), firstAtOrAfter(events, toMs));
}

function firstAtOrAfter(events: readonly TruthEvent[], ms: number): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((events[middle]?.eventMs ?? ms) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}
