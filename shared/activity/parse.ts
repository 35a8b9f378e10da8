import { createHash } from 'node:crypto';
import type { AgentActivityRow, RejectedActivityRow, RejectionReason } from './event.ts';
import type { EventColumns } from './event-columns.ts';
import { type WrittenTime, writtenTime } from './event-time.ts';
import { type Fields, fieldsOf, NOT_TEXT, textOf } from './fields.ts';
import { DAY_MS } from './instant.ts';
import { type SeenTime, type SeenTimes, seenTimes } from './seen-times.ts';
import { instantsOf, isInside, type ShownSpan, settled, shownSpan } from './settled-time.ts';
import { ownCopy, type SourceElement, type SourceMember } from './source-text.ts';
import type { SourceZone } from './source-zone.ts';
import type { Span } from './spans.ts';

export interface ParseContext {
  /** The window as planned, without the padding of its request. */
  readonly window: Span;
  /** What was asked for: the window and its padding. */
  readonly asked: Span;
  readonly zone: SourceZone;
  /** The landing object's, as the next one, so that replay reads the same rows as the first pull did. */
  readonly pulledAtMs: number;
  /** A time more than a day after it is rejected. */
  readonly clockMs: number;
  readonly earliestMs: number;
  readonly sourceObject: string;
}

/** What is in an answer. */
export interface Parsed {
  readonly events: EventColumns;
  readonly rejected: readonly RejectedActivityRow[];
  /** Updates that say again what the update before them of that agent and second said. */
  readonly repeated: number;
  /** Rows whose times lie outside what was asked for. Those that are certain count all the same. */
  readonly outside: number;
  /** Of these, rows left to the answer to another window: their times can mean two instants. */
  readonly elsewhere: number;
  /** Fields the API does not document, over all events. */
  readonly unknownFields: number;
  /** Of every row whose time has a form that is known, for the guards. */
  readonly times: SeenTimes;
}

/** The same with an object for each event. */
export interface ParsedRows extends Omit<Parsed, 'events'> {
  readonly events: readonly AgentActivityRow[];
}

/**
 * Every element of `updates` becomes one event or one rejected row, or repeats the event before it.
 * Nothing else is dropped. Only the order inside one agent's second matters.
 */
export function parseUpdates(updates: readonly SourceElement[], context: ParseContext): ParsedRows {
  // Of all rows at once only their times: what else a row says is read when it is its turn.
  const read = updates.map((update) => timeOf(update, context.zone));
  const shown = shownSpan(
    read.flatMap((time) => (typeof time === 'string' ? [] : [time.instants])),
    context.asked,
  );
  const events: Writable[] = [];
  const rejected: RejectedActivityRow[] = [];
  const times: SeenTime[] = [];
  const seconds = new Map<string, AgentSecond>();
  let repeated = 0;
  let outside = 0;
  let elsewhere = 0;
  let unknownFields = 0;

  for (const [i, update] of updates.entries()) {
    const time = read[i] as ReadTime | RejectionReason;
    if (typeof time !== 'string') {
      const seen = seenTime(time, context.asked);
      times.push(seen);
      if (seen.ms !== null && !isInside(seen.ms, context.asked)) outside += 1;
    }
    const result = judged(update, time, context, shown);
    if (result === 'elsewhere') {
      elsewhere += 1;
      continue;
    }
    if (result.kind === 'rejected') {
      rejected.push(rejectedRow(update, result, context));
      continue;
    }
    const { agentId, eventMs, activity, reasonCode, extra } = result;
    unknownFields += result.unknownFields;
    const secondKey = `${eventMs} ${agentId}`;
    let second = seconds.get(secondKey);
    if (second === undefined) {
      second = { last: '', events: [], occurrences: new Map() };
      seconds.set(secondKey, second);
    }
    const change = JSON.stringify([activity, reasonCode]);
    if (second.last === change) {
      repeated += 1;
      continue;
    }
    const occurrence = (second.occurrences.get(change) ?? 0) + 1;
    const event: Writable = {
      agent_id: agentId,
      event_time: eventMs,
      activity,
      reason_code: reasonCode,
      occurrence,
      changes_in_second: 1,
      event_seq: second.events.length,
      ingested_at: context.pulledAtMs,
      source_object: context.sourceObject,
      extra,
    };
    events.push(event);
    second.occurrences.set(change, occurrence);
    second.last = change;
    second.events.push(event);
  }
  for (const { events: listed } of seconds.values()) {
    for (const event of listed) event.changes_in_second = listed.length;
  }
  const seen = seenTimes(times, context.asked);
  return { events, rejected, repeated, outside, elsewhere, unknownFields, times: seen };
}

type Writable = AgentActivityRow & { changes_in_second: number };

/** One agent's changes in one second, so far. */
interface AgentSecond {
  last: string;
  readonly events: Writable[];
  readonly occurrences: Map<string, number>;
}

interface Update {
  readonly kind: 'update';
  readonly agentId: string;
  readonly eventMs: number;
  readonly activity: string;
  readonly reasonCode: string | null;
  readonly extra: string | null;
  readonly unknownFields: number;
}

interface Rejection {
  readonly kind: 'rejected';
  readonly reason: RejectionReason;
  readonly eventMs: number | null;
}

const KNOWN_FIELDS = ['agentid', 'eventtime', 'activity', 'reasoncode'] as const;

export interface ReadTime {
  readonly text: string;
  /** What it can mean; none when there is no such time. */
  readonly instants: readonly number[];
  readonly zoned: boolean;
}

/** @returns why they can't be read */
export function fieldsIn(update: SourceElement): Fields | RejectionReason {
  const { value, damaged } = update;
  if (damaged) return 'damaged';
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not_an_object';
  const fields = fieldsOf(update, KNOWN_FIELDS);
  return fields.contradicts ? 'field_contradicts_itself' : fields;
}

/** @returns why it has none, or none that can be read */
export function timeOf(update: SourceElement, zone: SourceZone): ReadTime | RejectionReason {
  const fields = fieldsIn(update);
  if (typeof fields === 'string') return fields;
  const text = textOf(fields.known.get('eventtime'));
  if (text === null) return 'time_missing';
  if (text === NOT_TEXT) return 'time_not_text';
  const time = writtenTime(text);
  return time === 'not_understood' ? 'time_not_understood' : { text, ...readTime(time, zone) };
}

function readTime(time: WrittenTime | 'does_not_exist', zone: SourceZone) {
  if (time === 'does_not_exist') return { instants: [], zoned: false };
  return { instants: instantsOf(time, zone), zoned: time.offsetMs !== null };
}

/** What becomes of an element; `elsewhere`: another answer says at which instant it happened. */
export function judged(
  update: SourceElement,
  time: ReadTime | RejectionReason,
  context: ParseContext,
  shown: ShownSpan,
): Update | Rejection | 'elsewhere' {
  if (typeof time === 'string') return rejection(time);
  const [only, other] = time.instants;
  if (only === undefined) return rejection('time_does_not_exist');
  const { window, asked } = context;
  const eventMs = other === undefined ? only : settled(time.instants, { window, asked, shown });
  if (eventMs === 'elsewhere') return 'elsewhere';
  if (eventMs === 'ambiguous') return rejection('time_ambiguous');
  if (eventMs > context.clockMs + DAY_MS) return rejection('time_ahead_of_clock');
  if (eventMs < context.earliestMs) return rejection('before_earliest_date');

  const { known, unknown } = fieldsIn(update) as Fields;
  const agentId = textOf(known.get('agentid'));
  if (agentId === null) return rejection('agent_missing', eventMs);
  if (agentId === NOT_TEXT) return rejection('agent_not_text', eventMs);
  const activity = textOf(known.get('activity'));
  if (activity === null) return rejection('activity_missing', eventMs);
  if (activity === NOT_TEXT) return rejection('activity_not_text', eventMs);
  const reasonCode = textOf(known.get('reasoncode'));
  if (reasonCode === NOT_TEXT) return rejection('reason_code_not_text', eventMs);

  return {
    kind: 'update',
    agentId,
    eventMs,
    activity,
    reasonCode,
    extra: unknown.length === 0 ? null : objectText(unknown),
    unknownFields: unknown.length,
  };
}

/** Of two readings the one nearer to what was asked for. */
export function seenTime({ text, instants, zoned }: ReadTime, { fromMs, toMs }: Span): SeenTime {
  const distance = (ms: number) => Math.max(fromMs - ms, ms - toMs, 0);
  const [first = null, second] = instants;
  const isSecond = first !== null && second !== undefined && distance(second) < distance(first);
  return { text, ms: isSecond ? second : first, zoned };
}

function rejection(reason: RejectionReason, eventMs: number | null = null): Rejection {
  return { kind: 'rejected', reason, eventMs };
}

/** The members as the source wrote them, those of one name too. */
function objectText(members: readonly SourceMember[]): string {
  const texts = members.map(
    ({ name, value, text }) => `${JSON.stringify(name)}:${text ?? JSON.stringify(value)}`,
  );
  return `{${texts.join(',')}}`;
}

export function rejectedRow(
  update: SourceElement,
  { reason, eventMs }: Rejection,
  { window, pulledAtMs, sourceObject }: ParseContext,
): RejectedActivityRow {
  const raw = ownCopy(update.text);
  return {
    raw_sha256: createHash('sha256').update(raw).digest('hex'),
    reason,
    raw,
    event_time: eventMs,
    window_from: window.fromMs,
    window_to: window.toMs,
    ingested_at: pulledAtMs,
    source_object: sourceObject,
  };
}
