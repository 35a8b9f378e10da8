import type { RejectedActivityRow } from '../activity/event.ts';
import { DAY_MS } from '../activity/instant.ts';
import { readBlock } from './block-format.ts';
import type { BlockStore } from './block-store.ts';
import { dayOf } from './table.ts';
import { rejectedActivity as table } from './tables.ts';

/**
 * Without the rejected rows that are stored already in another day. One without a readable time lies in
 * the day of the window that found it, and around midnight the next window may begin in another day: it
 * is looked for in the days beside.
 */
export async function notStoredBeside(
  blocks: BlockStore,
  accountId: string,
  rows: readonly RejectedActivityRow[],
): Promise<readonly RejectedActivityRow[]> {
  const timeless = rows.filter((row) => row.event_time === null);
  const beside = new Set(
    timeless.flatMap((row) =>
      [row.window_from - DAY_MS, row.window_from + DAY_MS].map((ms) =>
        dayOf(table, { ...row, window_from: ms }),
      ),
    ),
  );
  const known = new Set<string>();
  for (const day of beside) {
    const block = await blocks.get({ table, accountId, day });
    if (block === null) continue;
    const stored = readBlock(table, block.bytes);
    for (const { event_time, raw_sha256 } of stored) if (event_time === null) known.add(raw_sha256);
  }
  return rows.filter((row) => row.event_time !== null || !known.has(row.raw_sha256));
}
