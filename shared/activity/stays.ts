import type { AgentActivityRow } from './event.ts';
import { localDaySpan } from './local-day.ts';
import { sourceZone } from './source-zone.ts';
import type { Span } from './spans.ts';

/** How long one agent was in one status, within one local day: a row of `agent_stay`. */
export type AgentStayRow = {
  readonly agent_id: string;
  readonly activity: string;
  readonly reason_code: string | null;
  readonly started_at: number;
  /** `null` while it lasts. */
  readonly ended_at: number | null;
  readonly seconds: number;
  readonly entered_at: number;
  readonly event_seq: number;
  readonly activity_before: string | null;
  readonly reason_code_before: string | null;
  readonly changes: number;
  readonly end_reason: EndReason;
  readonly day_started_at: number;
  readonly observed_from: number;
  readonly observed_until: number;
};

export type EndReason = 'change' | 'day' | 'limit' | 'open';

export interface StaySettings {
  /** The IANA zone whose days are meant. */
  readonly reportTimeZone: string;
  /** How long a status counts after its last event, milliseconds: an hour to a day. */
  readonly longestStayMs: number;
}

type Event = Pick<
  AgentActivityRow,
  | 'agent_id'
  | 'event_time'
  | 'activity'
  | 'reason_code'
  | 'occurrence'
  | 'event_seq'
  | 'ingested_at'
>;

/** A row of `withdrawn_activity`, as far as it matters here. */
export type Withdrawn = Pick<
  Event,
  'agent_id' | 'event_time' | 'activity' | 'reason_code' | 'occurrence'
> & { readonly returned_at: number | null };

/** A status from its first event on, as long as nothing else is known. */
interface Stay {
  readonly events: Event[];
  readonly fromMs: number;
  toMs: number;
  endReason: EndReason;
  /** The stay that ends where this one begins. */
  readonly before: Stay | null;
}

/**
 * The stays of an account in one local day, by agent and time. Pure, and the same for any order of what it
 * is given.
 *
 * A status holds until the agent's next event, but no longer than `longestStayMs`: after that nothing is
 * known. A status that is repeated is one stay, which began at the first of its events that is not older than
 * `longestStayMs` when the day begins.
 *
 * @param events those of the day and of `longestStayMs` before it, at least; others have no effect
 * @param withdrawn those of the same time; their events don't count while they have not returned
 * @param day `YYYY-MM-DD`
 * @param known what was read whole: events beyond either end don't count. It ends at the watermark.
 */
export function stays(
  events: readonly Event[],
  withdrawn: readonly Withdrawn[],
  day: string,
  settings: StaySettings,
  known: Span,
): readonly AgentStayRow[] {
  const { dayMs, observed, firstMs, openEnd } = boundsOf(day, settings, known);
  if (observed.fromMs >= observed.toMs) return [];
  const { longestStayMs } = settings;
  const gone = new Set(withdrawn.filter((row) => row.returned_at === null).map(identityOf));
  const counting = events.filter(
    (event) =>
      event.event_time >= firstMs &&
      event.event_time < observed.toMs &&
      !(gone.size > 0 && gone.has(identityOf(event))),
  );
  return byAgent(counting).flatMap((ofAgent) =>
    staysOf(ofAgent.sort(inOrder), longestStayMs, observed.toMs, openEnd)
      .map((stay) => rowOf(stay, dayMs, observed))
      .filter(({ seconds, changes }) => seconds > 0 || changes > 0),
  );
}

/** What of time the stays of a day are made of. */
export interface StayBounds {
  /** Where the day begins. */
  readonly dayMs: number;
  /** What of the day is known; nothing is when it ends where it begins. */
  readonly observed: Span;
  /** Events before it don't count, nor do those after what is observed. */
  readonly firstMs: number;
  /** How a stay ends that nothing ends. */
  readonly openEnd: EndReason;
}

/** @param known as `stays` has it */
export function boundsOf(day: string, settings: StaySettings, known: Span): StayBounds {
  const { reportTimeZone, longestStayMs } = settings;
  const { fromMs: dayMs, toMs: dayEndMs } = localDaySpan(sourceZone(reportTimeZone), day);
  const toMs = Math.min(dayEndMs, known.toMs);
  return {
    dayMs,
    observed: { fromMs: Math.max(dayMs, known.fromMs), toMs },
    firstMs: Math.max(dayMs - longestStayMs, known.fromMs),
    openEnd: toMs === dayEndMs ? 'day' : 'open',
  };
}

function staysOf(
  events: readonly Event[],
  longestStayMs: number,
  untilMs: number,
  openEnd: EndReason,
): readonly Stay[] {
  const found: Stay[] = [];
  for (const [index, event] of events.entries()) {
    const nextMs = events[index + 1]?.event_time ?? Number.POSITIVE_INFINITY;
    const limitMs = event.event_time + longestStayMs;
    const [toMs, endReason]: [number, EndReason] =
      nextMs <= limitMs
        ? [nextMs, 'change']
        : limitMs < untilMs
          ? [limitMs, 'limit']
          : [untilMs, openEnd];
    const last = found.at(-1);
    const before = last?.toMs === event.event_time ? last : null;
    if (before !== null && isSameStatus(before.events[0], event)) {
      before.events.push(event);
      before.toMs = toMs;
      before.endReason = endReason;
    } else found.push({ events: [event], fromMs: event.event_time, toMs, endReason, before });
  }
  return found;
}

function rowOf(stay: Stay, dayMs: number, observed: Span): AgentStayRow {
  const [entry] = stay.events as [Event];
  const [before = null] = stay.before?.events ?? [];
  const startedAtMs = Math.max(stay.fromMs, dayMs);
  return {
    agent_id: entry.agent_id,
    activity: entry.activity,
    reason_code: entry.reason_code,
    started_at: startedAtMs,
    ended_at: stay.endReason === 'open' ? null : stay.toMs,
    // Of one that ended before the day, less than none.
    seconds: Math.max(0, stay.toMs - startedAtMs) / 1_000,
    entered_at: entry.event_time,
    event_seq: entry.event_seq,
    activity_before: before?.activity ?? null,
    reason_code_before: before?.reason_code ?? null,
    changes: stay.events.filter(({ event_time }) => event_time >= dayMs).length,
    end_reason: stay.endReason,
    day_started_at: dayMs,
    observed_from: observed.fromMs,
    observed_until: observed.toMs,
  };
}

/** The events of each agent, agents in the order of their ids. */
function byAgent(events: readonly Event[]): readonly Event[][] {
  const found = new Map<string, Event[]>();
  for (const event of events) {
    const ofAgent = found.get(event.agent_id);
    if (ofAgent === undefined) found.set(event.agent_id, [event]);
    else ofAgent.push(event);
  }
  return [...found].sort(([a], [b]) => compare(a, b)).map(([, ofAgent]) => ofAgent);
}

/**
 * The order of an agent's changes. The source's order within a second is known only of what one answer
 * listed; of two that claim one place in it, the one that was told later counts.
 */
function inOrder(a: Event, b: Event): number {
  return (
    a.event_time - b.event_time ||
    a.event_seq - b.event_seq ||
    a.ingested_at - b.ingested_at ||
    compare(a.activity, b.activity) ||
    compare(a.reason_code ?? '', b.reason_code ?? '') ||
    a.occurrence - b.occurrence
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isSameStatus(a: Event | undefined, b: Event): boolean {
  return a?.activity === b.activity && a.reason_code === b.reason_code;
}

function identityOf(row: Omit<Withdrawn, 'returned_at'>): string {
  const { agent_id, event_time, activity, reason_code, occurrence } = row;
  return JSON.stringify([agent_id, event_time, activity, reason_code, occurrence]);
}
