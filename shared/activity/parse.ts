import { createHash } from 'node:crypto';
import type { AgentActivityRow, RejectedActivityRow, RejectionReason } from './event.ts';
import { readEventTime } from './event-time.ts';
import { fieldsOf, NOT_TEXT, textOf } from './fields.ts';
import { ownCopy, type SourceElement, type SourceMember } from './source-text.ts';
import type { SourceZone, Span } from './source-zone.ts';
import { DAY_MS } from './utc-day.ts';

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

export interface Parsed {
  readonly events: readonly AgentActivityRow[];
  readonly rejected: readonly RejectedActivityRow[];
  /** Updates that say again what the update before them of that agent and second said. */
  readonly repeated: number;
  /** Events that lie outside what was asked for. They count all the same. */
  readonly outside: number;
  /** Fields the API does not document, over all events. */
  readonly unknownFields: number;
  /** Readings of the times that carry no zone of their own, for the zone guard. */
  readonly unzonedMs: readonly number[];
}

/**
 * Every element of `updates` becomes one event or one rejected row, or repeats the event before it.
 * Nothing else is dropped. Only the order inside one agent's second matters.
 */
export function parseUpdates(updates: readonly SourceElement[], context: ParseContext): Parsed {
  const events: Writable[] = [];
  const rejected: RejectedActivityRow[] = [];
  const unzonedMs: number[] = [];
  const seconds = new Map<string, AgentSecond>();
  let repeated = 0;
  let outside = 0;
  let unknownFields = 0;

  for (const update of updates) {
    const result = readUpdate(update, context);
    if (result.kind === 'rejected') {
      rejected.push(rejectedRow(update, result, context));
      continue;
    }
    const { agentId, eventMs, activity, reasonCode, extra } = result;
    if (!result.zoned) unzonedMs.push(eventMs);
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
    if (eventMs < context.asked.fromMs || eventMs > context.asked.toMs) outside += 1;
  }
  for (const { events: listed } of seconds.values()) {
    for (const event of listed) event.changes_in_second = listed.length;
  }
  return { events, rejected, repeated, outside, unknownFields, unzonedMs };
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
  readonly zoned: boolean;
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

function readUpdate(update: SourceElement, context: ParseContext): Update | Rejection {
  const { value } = update;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return rejection('not_an_object');
  }
  const { known, unknown, contradicts } = fieldsOf(update, KNOWN_FIELDS);
  if (contradicts) return rejection('field_contradicts_itself');

  const time = textOf(known.get('eventtime'));
  if (time === null) return rejection('time_missing');
  if (time === NOT_TEXT) return rejection('time_not_text');
  const eventTime = readEventTime(time, context.zone, context.asked);
  if (eventTime.kind !== 'read') return rejection(`time_${eventTime.kind}`);
  const eventMs = eventTime.ms;
  if (eventMs > context.clockMs + DAY_MS) return rejection('time_ahead_of_clock');
  if (eventMs < context.earliestMs) return rejection('before_earliest_date');

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
    zoned: eventTime.zoned,
    activity,
    reasonCode,
    extra: unknown.length === 0 ? null : objectText(unknown),
    unknownFields: unknown.length,
  };
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

function rejectedRow(
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
