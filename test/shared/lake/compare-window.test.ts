import fc from 'fast-check';
import {
  compareWindow,
  type WithdrawnActivityRow,
} from '../../../shared/activity/day-comparison.ts';
import type { AgentActivityRow } from '../../../shared/activity/event.ts';
import { identityOf, mergeRows, type Row } from '../../../shared/activity/merge.ts';
import { openBlock, writeBlock } from '../../../shared/lake/block-format.ts';
import { columnsOf } from '../../../shared/lake/coding.ts';
import { compareColumns } from '../../../shared/lake/compare-window.ts';
import { HeldBlock } from '../../../shared/lake/held-block.ts';
import type { Table } from '../../../shared/lake/table.ts';
import { agentActivity, withdrawnActivity } from '../../../shared/lake/tables.ts';

const dayMs = Date.parse('2026-11-01T00:00:00Z');
const HOUR_MS = 3_600_000;
const beganAtMs = 2;
const checkedAtMs = 9;

// Few values, so that what is stored, listed and withdrawn meets; times on both sides of a row group's edge.
const identity = {
  agent_id: fc.constantFrom('a', '\uffee', '😀'),
  event_time: fc.constantFrom(0, 1_000, 4 * HOUR_MS, 5 * HOUR_MS).map((ms) => dayMs + ms),
  activity: fc.constantFrom('Available', 'Busy'),
  reason_code: fc.constantFrom(null, 'x'),
  occurrence: fc.integer({ min: 1, max: 2 }),
};
const event = fc.record(
  {
    ...identity,
    ...{ changes_in_second: fc.constant(1), event_seq: fc.constant(0) },
    ingested_at: fc.integer({ min: 0, max: 4 }),
    ...{ source_object: fc.constant('stored'), extra: fc.constant(null) },
  },
  { noNullPrototype: true },
);
const withdrawal = fc.record(
  {
    ...identity,
    withdrawn_at: fc.integer({ min: 0, max: 4 }),
    returned_at: fc.constantFrom(null, 5),
    ...{ checked_at: fc.constant(5), source_object: fc.constant('checked') },
  },
  { noNullPrototype: true },
);
const rowsOf = <R extends Row>(table: Table, row: fc.Arbitrary<R>) =>
  fc.array(row, { maxLength: 20 }).map((rows) => mergeRows<R>(table, [], rows).rows);

const windows = fc.constantFrom(
  [0, HOUR_MS],
  [1_000, 4 * HOUR_MS],
  [3 * HOUR_MS, 5 * HOUR_MS],
  [6 * HOUR_MS, 7 * HOUR_MS],
);

const identityName = (row: Row) => identityOf(agentActivity, row);
const byIdentity = <R extends Row>(rows: readonly R[]) =>
  new Map(rows.map((row) => [identityName(row), row]));
const inOrder = (rows: readonly WithdrawnActivityRow[]) =>
  [...rows].sort((a, b) => (identityName(a) < identityName(b) ? -1 : 1));

describe('comparing a window with what was stored of it', () => {
  it('says in columns what it says in rows', () => {
    fc.assert(
      fc.property(
        rowsOf(agentActivity, event),
        rowsOf(agentActivity, event),
        rowsOf(withdrawnActivity, withdrawal),
        windows,
        fc.constantFrom(null, (agent: string) => agent === 'a'),
        (stored, all, withdrawn, [from = 0, to = 0], isErased) => {
          const left = <R extends Row>(rows: readonly R[]) =>
            rows.filter(({ agent_id }) => isErased?.(String(agent_id)) !== true);
          const listed = left(all);
          const window = { fromMs: dayMs + from, toMs: dayMs + to };
          const check = { window, beganAtMs, checkedAtMs, sourceObject: 'now' };
          const expected = compareWindow({
            ...check,
            stored: {
              events: byIdentity(left(stored) as readonly AgentActivityRow[]),
              withdrawn: byIdentity(withdrawn as readonly WithdrawnActivityRow[]),
            },
            listed: listed as readonly AgentActivityRow[],
            identityOf: identityName,
          });
          const held = new HeldBlock(agentActivity, writeBlock(agentActivity, stored));
          const [gone = null] = openBlock(
            withdrawnActivity,
            writeBlock(withdrawnActivity, withdrawn),
          ).groups;
          const found = compareColumns({
            isErased,
            ...check,
            stored: held.groupsIn(window),
            withdrawn: gone,
            listed: columnsOf(agentActivity, listed),
          });
          expect({ ...found, changes: inOrder(found.changes) }).toEqual({
            ...expected,
            changes: inOrder(expected.changes),
          });
        },
      ),
      { numRuns: 300 },
    );
  });

  it('decodes the row groups that a window touches, once while windows lie in one of them', () => {
    const rows = [0, 5, 9].map((hours) => ({
      ...{ agent_id: 'a', activity: 'Busy', reason_code: null, occurrence: 1, event_seq: 0 },
      ...{ changes_in_second: 1, ingested_at: 0, source_object: 'stored', extra: null },
      event_time: dayMs + hours * HOUR_MS,
    }));
    const held = new HeldBlock(agentActivity, writeBlock(agentActivity, rows));
    const at = (fromHour: number, toHour: number) =>
      held.groupsIn({ fromMs: dayMs + fromHour * HOUR_MS, toMs: dayMs + toHour * HOUR_MS });
    const [first, ...others] = at(0, 4);
    expect(others).toEqual([]);
    const column = first?.column('agent_id');
    expect(at(3, 5).map((group) => group.column('event_time').values[0])).toEqual([
      ...[dayMs, dayMs + 5 * HOUR_MS],
    ]);
    expect(at(3, 5)[0]?.column('agent_id')).toBe(column);
    expect(at(4, 5)).toHaveLength(1);
    expect(at(0, 1)[0]?.column('agent_id')).not.toBe(column);
    expect(at(12, 20)).toEqual([]);
  });
});
