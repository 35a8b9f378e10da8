import type { Span } from '../activity/spans.ts';
import { boundsOf, type EndReason, type StayBounds, type StaySettings } from '../activity/stays.ts';
import { agentStay } from './agent-stay.ts';
import type { OpenRowGroup } from './block-format.ts';
import { ascending, columnsOf, numbered } from './coding.ts';
import {
  type CodedColumn,
  type Columns,
  codesOf,
  columnIn,
  compareCodes,
  concat,
  rowsWhere,
  take,
  takeFrom,
} from './columns.ts';
import { findRows } from './find-rows.ts';
import { sortedBy } from './row-order.ts';
import { agentActivity } from './tables.ts';

/*
 * stays() on columns. It does what stays.ts says, and is faster because events come sorted out of their row
 * groups, and no object is made of an event or of a stay.
 */

const NEEDED = ['agent_id', 'event_time', 'activity', 'reason_code', 'event_seq'];
/** What decides between events that claim one place in a second. */
const DECIDING = ['ingested_at', 'activity', 'reason_code', 'occurrence'];
/** In the order of their texts. */
const END_REASONS: readonly EndReason[] = ['change', 'day', 'limit', 'open'];

/**
 * What `stays` gives, of the same.
 *
 * @param groups row groups of `agent_activity`, by time
 * @param withdrawn rows of `withdrawn_activity`
 */
export function stayColumns(
  groups: readonly OpenRowGroup[],
  withdrawn: Columns,
  day: string,
  settings: StaySettings,
  known: Span,
): Columns {
  const bounds = boundsOf(day, settings, known);
  const { observed } = bounds;
  if (observed.fromMs >= observed.toMs || groups.length === 0) return columnsOf(agentStay, []);
  const events = countingEvents(groups, withdrawn, bounds);
  return columnsOfStays(events, staysOf(events, settings.longestStayMs, bounds), bounds);
}

/** The events that count, by agent and in their order. */
function countingEvents(
  groups: readonly OpenRowGroup[],
  withdrawn: Columns,
  bounds: StayBounds,
): Columns {
  const returned = columnIn(withdrawn.of, 'returned_at').codes;
  const gone = take(
    withdrawn,
    rowsWhere(withdrawn.length, (row) => returned[row] === -1),
  );
  const counting = groups.map((group) => countingRows(group, gone, bounds));
  const read = (names: readonly string[]) =>
    concat(
      groups.map((group, index) => {
        const of = Object.fromEntries(names.map((name) => [name, group.column(name)]));
        const rows = counting[index] as Int32Array;
        const columns = { length: group.rows, of };
        return rows.length === group.rows ? columns : take(columns, rows);
      }),
    );
  const events = read(NEEDED);
  // Row groups come by time, and within each an agent's events do, and by their place in the second.
  const order = sortedBy(events, ['agent_id']);
  decideTies(order, events, () => read(DECIDING));
  return take(events, order);
}

function countingRows(
  group: OpenRowGroup,
  gone: Columns,
  { firstMs, observed }: StayBounds,
): Int32Array {
  const { values, codes } = group.column('event_time');
  const counts = Array.from(values as Float64Array, (ms) => ms >= firstMs && ms < observed.toMs);
  const isGone = new Set(
    findRows(agentActivity, group, gone, sortedBy(gone, agentActivity.identity)),
  );
  return rowsWhere(group.rows, (row) => counts[codes[row] as number] === true && !isGone.has(row));
}

/** @param order of events, by agent, time and place in the second, which this changes */
function decideTies(order: Int32Array, events: Columns, read: () => Columns): void {
  const place = codesOf(events, ['agent_id', 'event_time', 'event_seq']);
  const isTie = (a: number, b: number) =>
    compareCodes(place, order[a] as number, order[b] as number) === 0;
  let deciding: readonly Int32Array[] | null = null;
  for (let start = 0, end = 1; end <= order.length; end += 1) {
    if (end < order.length && isTie(start, end)) continue;
    if (end - start > 1) {
      deciding ??= codesOf(read(), DECIDING);
      const columns = deciding;
      order.subarray(start, end).sort((a, b) => compareCodes(columns, a, b));
    }
    start = end;
  }
}

interface Stays {
  /** The event that each began with, and the one that the stay before it began with; -1 for none. */
  readonly entry: Int32Array;
  readonly before: Int32Array;
  readonly startedAt: Float64Array;
  readonly endedAt: Float64Array;
  readonly endReason: Int32Array;
  readonly changes: Int32Array;
}

function staysOf(
  { length, of }: Columns,
  longestStayMs: number,
  { dayMs, observed, openEnd }: StayBounds,
): Stays {
  const [agent, activity, reason] = ['agent_id', 'activity', 'reason_code'].map(
    (name) => columnIn(of, name).codes,
  ) as [Int32Array, Int32Array, Int32Array];
  const times = numbersIn(columnIn(of, 'event_time'));
  const found = {
    entry: new Int32Array(length),
    before: new Int32Array(length),
    startedAt: new Float64Array(length),
    endedAt: new Float64Array(length),
    endReason: new Int32Array(length),
    changes: new Int32Array(length),
  };
  let count = 0;
  let stay = { entry: -1, before: -1, toMs: 0, end: 'open' as EndReason, changes: 0 };
  const close = () => {
    const startedAtMs = Math.max(times[stay.entry] as number, dayMs);
    if (stay.changes === 0 && stay.toMs <= startedAtMs) return;
    found.entry[count] = stay.entry;
    found.before[count] = stay.before;
    found.startedAt[count] = startedAtMs;
    found.endedAt[count] = stay.toMs;
    found.endReason[count] = END_REASONS.indexOf(stay.end);
    found.changes[count] = stay.changes;
    count += 1;
  };
  for (let row = 0; row < length; row += 1) {
    const ms = times[row] as number;
    const nextMs = agent[row + 1] === agent[row] ? (times[row + 1] as number) : Infinity;
    const limitMs = ms + longestStayMs;
    const [toMs, end]: [number, EndReason] =
      nextMs <= limitMs
        ? [nextMs, 'change']
        : limitMs < observed.toMs
          ? [limitMs, 'limit']
          : [observed.toMs, openEnd];
    const changes = ms >= dayMs ? 1 : 0;
    const { entry } = stay;
    const follows = row > 0 && agent[row - 1] === agent[row] && stay.toMs === ms;
    if (follows && activity[entry] === activity[row] && reason[entry] === reason[row]) {
      stay = { ...stay, toMs, end, changes: stay.changes + changes };
      continue;
    }
    if (row > 0) close();
    stay = { entry: row, before: follows ? entry : -1, toMs, end, changes };
  }
  if (length > 0) close();
  const cut = Object.entries(found).map(([name, values]) => [name, values.subarray(0, count)]);
  return Object.fromEntries(cut) as unknown as Stays;
}

function numbersIn({ values, codes }: CodedColumn): Float64Array {
  const numbers = new Float64Array(codes.length);
  for (let row = 0; row < codes.length; row += 1) {
    numbers[row] = values[codes[row] as number] as number;
  }
  return numbers;
}

function columnsOfStays(
  { of }: Columns,
  { entry, before, startedAt, endedAt, endReason, changes }: Stays,
  { dayMs, observed }: StayBounds,
): Columns {
  const { length } = entry;
  const taken = (name: string, rows: Int32Array) => takeFrom(columnIn(of, name), rows);
  const always = (ms: number) => ascending(Float64Array.of(ms), new Int32Array(length));
  const ended = numbered(endedAt);
  const open = END_REASONS.indexOf('open');
  const endedOrLasting = ended.codes.map((code, stay) => (endReason[stay] === open ? -1 : code));
  return {
    length,
    of: {
      agent_id: taken('agent_id', entry),
      activity: taken('activity', entry),
      reason_code: taken('reason_code', entry),
      started_at: numbered(startedAt),
      ended_at: ascending(ended.values, endedOrLasting),
      // Of one that ended before the day, less than none.
      seconds: numbered(
        startedAt.map((ms, stay) => Math.max(0, (endedAt[stay] as number) - ms) / 1_000),
      ),
      entered_at: taken('event_time', entry),
      event_seq: taken('event_seq', entry),
      activity_before: taken('activity', before),
      reason_code_before: taken('reason_code', before),
      changes: numbered(changes),
      end_reason: ascending(END_REASONS, endReason),
      day_started_at: always(dayMs),
      observed_from: always(observed.fromMs),
      observed_until: always(observed.toMs),
    },
  };
}
