import fc from 'fast-check';
import { DAY_MS, isoDay } from '../../../shared/activity/instant.ts';
import { mergeRows, type Row } from '../../../shared/activity/merge.ts';
import { stays } from '../../../shared/activity/stays.ts';
import { agentStay } from '../../../shared/lake/agent-stay.ts';
import { openBlock, writeBlock } from '../../../shared/lake/block-format.ts';
import { asRows, columnsOf } from '../../../shared/lake/coding.ts';
import { stayColumns } from '../../../shared/lake/stay-columns.ts';
import { agentActivity, withdrawnActivity } from '../../../shared/lake/tables.ts';

const dayMs = Date.parse('2026-11-01T00:00:00Z');
const HALF_HOUR_MS = 1_800_000;

const time = fc.oneof(
  fc.integer({ min: -24, max: 40 }).map((halves) => dayMs + halves * HALF_HOUR_MS),
  fc.constantFrom(dayMs - 1_000, dayMs, dayMs + 1_000),
);
const eventRow = fc.record(
  {
    agent_id: fc.constantFrom('a', '\uffee', '😀'),
    event_time: time,
    activity: fc.constantFrom('A', '\uffee', '😀'),
    reason_code: fc.constantFrom(null, 'x'),
    occurrence: fc.integer({ min: 1, max: 2 }),
    changes_in_second: fc.constant(1),
    event_seq: fc.integer({ min: 0, max: 1 }),
    ingested_at: fc.integer({ min: 0, max: 2 }),
    source_object: fc.constant('k'),
    extra: fc.constant(null),
  },
  { noNullPrototype: true },
);
const account = fc.record({
  events: fc
    .array(eventRow, { maxLength: 25 })
    .map((rows) => mergeRows<Row>(agentActivity, [], rows).rows),
  withdrawn: fc.array(fc.tuple(fc.nat(24), fc.boolean()), { maxLength: 4 }),
  settings: fc.record({
    longestStayMs: fc.constantFrom(DAY_MS / 24, DAY_MS / 2, DAY_MS),
    reportTimeZone: fc.constantFrom('UTC', 'Asia/Kathmandu', 'America/New_York'),
  }),
  known: fc.tuple(time, time, fc.boolean()).map(([a, b, all]) => ({
    fromMs: all ? dayMs - DAY_MS : Math.min(a, b),
    toMs: all ? dayMs + 2 * DAY_MS : Math.max(a, b),
  })),
});

function rowGroupsOf(events: readonly Row[]) {
  const days = [...new Set(events.map((row) => isoDay(Number(row.event_time))))].sort();
  return days.flatMap((day) => {
    const ofDay = events.filter((row) => isoDay(Number(row.event_time)) === day);
    return openBlock(agentActivity, writeBlock(agentActivity, ofDay)).groups;
  });
}

function withdrawnRow(event: Row, hasReturned: boolean): Row {
  const { agent_id, event_time, activity, reason_code, occurrence } = event;
  const identity = { agent_id, event_time, activity, reason_code, occurrence } as Row;
  const returned_at = hasReturned ? 7 : null;
  return { ...identity, withdrawn_at: 5, returned_at, checked_at: 7, source_object: 'k' };
}

describe('the stays of a day from row groups', () => {
  it('are those that stays() makes of the rows', () => {
    fc.assert(
      fc.property(account, ({ events, withdrawn, settings, known }) => {
        const gone = mergeRows<Row>(
          withdrawnActivity,
          [],
          withdrawn.flatMap(([index, hasReturned]) => {
            const event = events[index];
            return event === undefined ? [] : [withdrawnRow(event, hasReturned)];
          }),
        ).rows;
        const groups = rowGroupsOf(events);
        for (const day of [isoDay(dayMs - DAY_MS), isoDay(dayMs)]) {
          const expected = stays(events as never, gone as never, day, settings, known);
          const columns = columnsOf(withdrawnActivity, gone);
          const found = stayColumns(groups, columns, day, settings, known);
          expect(asRows(agentStay, found)).toEqual(expected);
        }
      }),
      { numRuns: 100 },
    );
  });
});
