import fc from 'fast-check';
import type { EventColumns } from '../../../shared/activity/event-columns.ts';
import { mergeRows, type Row } from '../../../shared/activity/merge.ts';
import { blockDifference } from '../../../shared/lake/block-difference.ts';
import { openBlock, readBlock, writeBlock } from '../../../shared/lake/block-format.ts';
import { asRows, columnsOf } from '../../../shared/lake/coding.ts';
import { mergeBlock } from '../../../shared/lake/merge-block.ts';
import { mergeRowGroup } from '../../../shared/lake/merge-row-group.ts';
import { extentOf } from '../../../shared/lake/parquet/file.ts';
import type { Table } from '../../../shared/lake/table.ts';
import {
  agentActivity,
  etlCompleteness,
  rejectedActivity,
  withdrawnActivity,
} from '../../../shared/lake/tables.ts';

const dayMs = Date.parse('2026-11-01T00:00:00Z');
const HOUR_MS = 3_600_000;
// Few values, so that rows meet; some that JavaScript and Parquet order differently.
const texts = ['a', 'b', '\uffee', '😀'];

const eventRow = fc.record(
  {
    agent_id: fc.constantFrom(...texts),
    event_time: fc.constantFrom(0, 1_000, 3 * HOUR_MS, 5 * HOUR_MS).map((ms) => dayMs + ms),
    activity: fc.constantFrom('Available', '\uffee', '😀'),
    reason_code: fc.constantFrom(null, '', 'x'),
    occurrence: fc.integer({ min: 1, max: 2 }),
    changes_in_second: fc.integer({ min: 1, max: 3 }),
    event_seq: fc.integer({ min: 0, max: 2 }),
    ingested_at: fc.integer({ min: 0, max: 2 }),
    source_object: fc.constantFrom(...texts),
    extra: fc.constantFrom(null, '{}', '[]'),
  },
  { noNullPrototype: true },
);
const batch = fc.array(eventRow, { maxLength: 25 });

const winners = fc.constantFrom(agentActivity.winner, { greatest: ['ingested_at'] });

const merge = (bytes: Uint8Array | null, rows: readonly Row[]) =>
  mergeBlock(agentActivity, bytes, columnsOf(agentActivity, rows));
const asBlock = (rows: readonly Row[]) =>
  writeBlock(agentActivity, mergeRows(agentActivity, [], rows).rows);
const asTexts = (rows: readonly Row[]) =>
  rows.map((row) => JSON.stringify(row, Object.keys(row).sort())).sort();

const row = (hour: number, agent_id: string, more: Partial<Row> = {}): Row => ({
  agent_id,
  event_time: dayMs + hour * HOUR_MS,
  activity: 'Busy',
  reason_code: null,
  occurrence: 1,
  changes_in_second: 1,
  event_seq: 0,
  ingested_at: dayMs,
  source_object: 'k',
  extra: null,
  ...(more as Row),
});

describe('merging into a block', () => {
  it('says of each batch what merging whole rows says, and stores the same bytes', () => {
    fc.assert(
      fc.property(fc.array(batch, { maxLength: 4 }), winners, (batches, winner) => {
        const table = { ...agentActivity, winner };
        let rows: readonly Row[] = [];
        let bytes: Uint8Array | null = null;
        for (const incoming of batches) {
          const expected = mergeRows<Row>(table, rows, incoming);
          const merged = mergeBlock(table, bytes, columnsOf(table, incoming));
          const isSame = expected.added.length + expected.changed === 0;
          expect(merged.bytes === null).toBe(isSame);
          if (merged.bytes !== null) {
            const whole = writeBlock(table, expected.rows);
            expect(Buffer.compare(merged.bytes, whole)).toBe(0);
          }
          expect(merged.repeated).toBe(expected.repeated);
          expect(merged.rows).toBe(expected.rows.length);
          expect(asTexts(merged.added.flatMap((part) => asRows(table, part)))).toEqual(
            asTexts(expected.added),
          );
          rows = expected.rows;
          bytes = merged.bytes ?? bytes;
        }
      }),
      { numRuns: 40 },
    );
  });

  it('gives the same bytes for any order and grouping of the same rows', () => {
    fc.assert(
      fc.property(batch, batch, batch, (a, b, c) => {
        const into = (bytes: Uint8Array | null, rows: readonly Row[]) =>
          rows.length === 0 ? bytes : (merge(bytes, rows).bytes ?? bytes);
        const once = into(null, [...a, ...b, ...c]);
        for (const order of [
          [a, b, c],
          [c, b, a],
          [b, [...c, ...a]],
          [c, a, c, b, a],
        ]) {
          expect(order.reduce<Uint8Array | null>(into, null)).toEqual(once);
        }
      }),
      { numRuns: 15 },
    );
  });

  it('stores what writing all rows at once gives, also into a block from before a column came', () => {
    const columns = agentActivity.columns.map((column) =>
      column.name === 'extra' ? { ...column, cameLater: true as const } : column,
    );
    const table = { ...agentActivity, columns };
    const before = { ...table, columns: columns.filter(({ cameLater }) => !cameLater) };
    fc.assert(
      fc.property(batch, batch, (a, b) => {
        const old = a.map((each) => ({ ...each, extra: null }));
        const { rows } = mergeRows<Row>(table, [], old);
        const stored = writeBlock(before, rows);
        expect(readBlock(table, stored)).toEqual(rows);
        expect(blockDifference(table, stored, writeBlock(table, rows)).differing).toBe(0);
        expect(mergeBlock(table, stored, columnsOf(table, old)).bytes).toBeNull();
        const merged = mergeRows<Row>(table, rows, b);
        const { bytes } = mergeBlock(table, stored, columnsOf(table, b));
        const isSame = merged.added.length + merged.changed === 0;
        expect(bytes).toEqual(isSame ? null : writeBlock(table, merged.rows));
      }),
      { numRuns: 20 },
    );
  });

  it('takes columns as it takes rows', () => {
    const rows = [row(1, 'b', { reason_code: 'x' }), row(0, 'a'), row(5, 'b'), row(0, 'a')];
    const texts = (name: string) => {
      const values = [...new Set(rows.map((each) => each[name]))].filter((text) => text !== null);
      const codes = Int32Array.from(rows, (each) => values.indexOf(each[name] as string));
      return { values: values as string[], codes };
    };
    const times = (name: string) => Float64Array.from(rows, (each) => Number(each[name]));
    const numbers = (name: string) => Int32Array.from(rows, (each) => Number(each[name]));
    const columns: EventColumns = {
      length: rows.length,
      agent_id: texts('agent_id'),
      activity: texts('activity'),
      reason_code: texts('reason_code'),
      event_time: times('event_time'),
      ingested_at: times('ingested_at'),
      occurrence: numbers('occurrence'),
      changes_in_second: numbers('changes_in_second'),
      event_seq: numbers('event_seq'),
      source_object: texts('source_object'),
      extra: texts('extra'),
    };
    const merged = mergeBlock(agentActivity, null, columnsOf(agentActivity, columns));
    expect(merged).toEqual(merge(null, rows));
    const agent_id = { ...columns.agent_id, codes: Int32Array.of(0, -1, 0, 0) };
    expect(() => columnsOf(agentActivity, { ...columns, agent_id })).toThrow(
      /agent_id is required/,
    );
  });

  it('copies the row groups that nothing changes, unread', () => {
    const stored = asBlock([row(0, 'a'), row(5, 'a'), row(9, 'a')]);
    const groups = openBlock(agentActivity, stored).groups.map(({ group }) => extentOf(group));
    const damaged = Uint8Array.from(stored);
    // In the midst of the first and of the last row group, which can't be decoded any more.
    const places = [groups[0], groups[2]].map((extent) => (extent?.end ?? 0) - 9);
    for (const place of places) damaged[place] = 0x55;

    const { bytes } = merge(damaged, [row(6, 'much longer than the one before')]);
    const copied = openBlock(agentActivity, bytes ?? new Uint8Array()).groups;
    expect(copied.map(({ rows }) => rows)).toEqual([1, 2, 1]);
    for (const index of [0, 2]) {
      const { start, end } = extentOf(copied[index]?.group ?? { rows: 0, chunks: new Map() });
      const before = damaged.subarray(groups[index]?.start, groups[index]?.end);
      expect(bytes?.subarray(start, end)).toEqual(Buffer.from(before));
    }
    expect(() => readBlock(agentActivity, damaged)).toThrow();
  });

  it('decides that a row is stored without decoding what cannot decide it', () => {
    const [group] = openBlock(agentActivity, asBlock([row(0, 'a'), row(1, 'a')])).groups;
    const asked = new Set<string>();
    const watched = {
      ...(group as NonNullable<typeof group>),
      column(name: string) {
        asked.add(name);
        return (group as NonNullable<typeof group>).column(name);
      },
    };
    const later = [row(1, 'a', { ingested_at: dayMs + 1, source_object: 'later' })];
    expect(mergeRowGroup(agentActivity, watched, columnsOf(agentActivity, later))).toMatchObject({
      columns: null,
      repeated: 1,
    });
    expect([...asked].sort()).toEqual([
      'activity',
      'agent_id',
      'changes_in_second',
      'event_seq',
      'event_time',
      'ingested_at',
      'occurrence',
      'reason_code',
    ]);
  });

  it('merges tables whose rows share one row group as mergeRows does', () => {
    const withdrawn = fc
      .tuple(eventRow, fc.integer({ min: 0, max: 2 }), fc.constantFrom(null, 7))
      .map(([{ agent_id, event_time, activity, reason_code, occurrence }, at, returned_at]) => ({
        ...{ agent_id, event_time, activity, reason_code, occurrence },
        ...{ withdrawn_at: at, returned_at, checked_at: at, source_object: 'k' },
      }));
    const checked = fc.record(
      {
        day_start: fc.constantFrom(0, 1),
        checked_at: fc.integer({ min: 0, max: 2 }),
        ...{ listed: fc.constant(1), stored_before: fc.constant(1), added: fc.constant(0) },
        ...{ withdrawn: fc.constant(0), rejected: fc.constant(0), suspect_windows: fc.constant(0) },
        empty_acknowledged_at: fc.constantFrom(null, 3, 4),
        confirmed: fc.boolean(),
        confirmed_since: fc.constantFrom(null, 1),
        run_id: fc.constantFrom('r', 's'),
      },
      { noNullPrototype: true },
    );
    const holds = (table: Table, of: fc.Arbitrary<Row>) =>
      fc.assert(
        fc.property(fc.array(of, { maxLength: 8 }), fc.array(of, { maxLength: 8 }), (a, b) => {
          const first = mergeBlock(table, null, columnsOf(table, a)).bytes;
          const merged = mergeBlock(table, first, columnsOf(table, b));
          const rows = mergeRows<Row>(table, mergeRows<Row>(table, [], a).rows, b);
          expect(merged.repeated).toBe(rows.repeated);
          const bytes = merged.bytes ?? first;
          if (bytes === null) expect(rows.rows).toEqual([]);
          else expect(Buffer.compare(bytes, writeBlock(table, rows.rows))).toBe(0);
        }),
        { numRuns: 40 },
      );
    holds(withdrawnActivity, withdrawn);
    holds(etlCompleteness, checked);
  });

  it('merges tables that are sorted by what is no part of an identity as mergeRows does', () => {
    const rejected = (raw_sha256: string, ingested_at: number): Row => ({
      ...{ raw_sha256, reason: 'damaged', raw: 'x', event_time: null, window_from: 0 },
      ...{ window_to: 1, ingested_at, source_object: 'k' },
    });
    const of = (rows: readonly Row[]) => columnsOf(rejectedActivity, rows);
    const first = mergeBlock(rejectedActivity, null, of([rejected('b', 2), rejected('a', 2)]));
    const second = mergeBlock(rejectedActivity, first.bytes, of([rejected('b', 1)]));
    expect(readBlock(rejectedActivity, second.bytes ?? new Uint8Array())).toEqual([
      rejected('b', 1),
      rejected('a', 2),
    ]);
    expect(second.repeated).toBe(1);
    expect(mergeBlock(rejectedActivity, second.bytes, of([rejected('b', 3)])).bytes).toBeNull();
    // One that is new and one that is better do not make up for each other.
    const third = mergeBlock(
      rejectedActivity,
      second.bytes,
      of([rejected('a', 1), rejected('c', 1)]),
    );
    expect(third).toMatchObject({ rows: 3, repeated: 1 });
    expect(third.bytes).not.toBeNull();
    expect(third.added.map(({ length }) => length)).toEqual([1]);
  });
});
