import fc from 'fast-check';
import { mergeRows, type Row } from '../../../shared/activity/merge.ts';
import { differences, type RowDifference } from '../../../shared/activity/row-difference.ts';
import { blockDifference } from '../../../shared/lake/block-difference.ts';
import { openBlock, writeBlock } from '../../../shared/lake/block-format.ts';
import { extentOf } from '../../../shared/lake/parquet/file.ts';
import { agentActivity } from '../../../shared/lake/tables.ts';

const dayMs = Date.parse('2026-11-01T00:00:00Z');
const HOUR_MS = 3_600_000;

const row = (hour: number, more: Partial<Row> = {}): Row => ({
  ...{ agent_id: 'a', event_time: dayMs + hour * HOUR_MS, activity: 'Busy', reason_code: null },
  ...{ occurrence: 1, changes_in_second: 1, event_seq: 0, ingested_at: dayMs },
  ...{ source_object: 'k', extra: null, ...(more as Row) },
});
const rows = fc
  .array(
    fc
      .record({
        hour: fc.constantFrom(0, 1, 5, 9),
        agent_id: fc.constantFrom('a', '\uffee', '😀'),
        reason_code: fc.constantFrom(null, 'x'),
        event_seq: fc.integer({ min: 0, max: 1 }),
        source_object: fc.constantFrom('k', 'l'),
        extra: fc.constantFrom(null, '{}'),
      })
      .map(({ hour, ...more }) => row(hour, more)),
    { maxLength: 12 },
  )
  .map((all) => mergeRows<Row>(agentActivity, [], all).rows);

const asTexts = (found: readonly RowDifference[]) =>
  found
    .map(({ kind, row: of, stored }) => JSON.stringify([kind, Object.entries(of).sort(), stored]))
    .sort();
const blockOf = (all: readonly Row[]) => writeBlock(agentActivity, all);

describe('the difference of two blocks', () => {
  it('is that of their rows', () => {
    fc.assert(
      fc.property(rows, rows, (stored, wanted) => {
        const found = blockDifference(agentActivity, blockOf(stored), blockOf(wanted));
        const expected = differences(agentActivity, stored, wanted);
        expect(asTexts(found.named)).toEqual(asTexts(expected));
        expect(found.differing).toBe(expected.length);
        // Also where somebody stored rows in another order.
        const turned = blockDifference(
          agentActivity,
          blockOf([...stored].reverse()),
          blockOf(wanted),
        );
        expect(asTexts(turned.named)).toEqual(asTexts(expected));
      }),
      { numRuns: 100 },
    );
  });

  it('counts all and names a hundred', () => {
    const many = Array.from({ length: 150 }, (_, i) => row(Math.floor(i / 20), { occurrence: i }));
    const stored = mergeRows<Row>(agentActivity, [], many).rows;
    for (const found of [
      blockDifference(agentActivity, blockOf(stored), blockOf([])),
      blockDifference(agentActivity, null, blockOf(stored)),
    ]) {
      expect([found.differing, found.named.length]).toEqual([150, 100]);
    }
  });

  it('reads no row group of the same bytes', () => {
    const damaged = (more: Partial<Row>) => {
      const bytes = blockOf([row(0), row(5, more)]);
      const [first] = openBlock(agentActivity, bytes).groups;
      bytes[extentOf(first?.group ?? { rows: 0, chunks: new Map() }).end - 9] = 0x55;
      return bytes;
    };
    const found = blockDifference(agentActivity, damaged({}), damaged({ event_seq: 1 }));
    expect(found.named).toMatchObject([{ kind: 'differs', stored: { event_seq: 0 } }]);
    const [whole, broken] = [blockOf([row(0)]), damaged({})];
    expect(() => blockDifference(agentActivity, broken, whole)).toThrow();
  });
});
