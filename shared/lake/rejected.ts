import type { RejectedActivityRow } from '../activity/event.ts';
import { DAY_MS } from '../activity/utc-day.ts';
import { readBlock } from './block-format.ts';
import { blockKey, dayOf } from './table.ts';
import { rejectedActivity } from './tables.ts';
import { type Upserted, type UpsertInput, upsert } from './upsert.ts';

/**
 * Upserts rejected rows. One without a readable time lies in the day of the window that found it, and
 * around midnight the next window may begin in another day: it is looked for in the days beside.
 */
export async function upsertRejected(
  into: Omit<UpsertInput, 'table' | 'rows'>,
  rows: readonly RejectedActivityRow[],
): Promise<Upserted> {
  const beside = new Set<string>();
  for (const row of rows) {
    if (row.event_time !== null) continue;
    for (const ms of [row.window_from - DAY_MS, row.window_from + DAY_MS]) {
      beside.add(
        blockKey(
          rejectedActivity,
          into.accountId,
          dayOf(rejectedActivity, { ...row, window_from: ms }),
        ),
      );
    }
  }
  const known = new Set<string>();
  for (const key of beside) {
    const block = await into.blocks.get(key);
    if (block === null) continue;
    const stored = await readBlock<RejectedActivityRow>(rejectedActivity, block.bytes);
    for (const { event_time, raw_sha256 } of stored) if (event_time === null) known.add(raw_sha256);
  }
  const fresh = rows.filter((row) => row.event_time !== null || !known.has(row.raw_sha256));
  const upserted = await upsert({ ...into, table: rejectedActivity, rows: fresh });
  return { ...upserted, repeated: upserted.repeated + rows.length - fresh.length };
}
