import { mergeRows, type Row } from '../activity/merge.ts';
import type { Clock } from '../clock.ts';
import { BlockConflictError } from '../errors.ts';
import { readBlock, writeBlock } from './block-format.ts';
import type { BlockStore } from './block-store.ts';
import { blockKey, dayOf, type Table } from './table.ts';

const TRIES = 10;

/** A block that an upsert wrote. */
export interface WrittenBlock {
  readonly key: string;
  readonly versionId: string | undefined;
  readonly rows: number;
  readonly bytes: number;
}

export interface Upserted {
  /** Rows stored for the first time. */
  readonly added: readonly Row[];
  readonly changed: number;
  readonly repeated: number;
  readonly blocks: readonly WrittenBlock[];
}

export interface UpsertInput {
  readonly blocks: BlockStore;
  readonly clock: Clock;
  readonly runId: string;
  readonly table: Table;
  readonly accountId: string;
  readonly rows: readonly Row[];
}

/**
 * Merges rows into the blocks of their days. Blocks that already say all of it are not written.
 *
 * @throws BlockConflictError when a block keeps changing under us
 */
export async function upsert(input: UpsertInput): Promise<Upserted> {
  const byDay = new Map<string | null, Row[]>();
  for (const row of input.rows) {
    const day = dayOf(input.table, row);
    const rows = byDay.get(day);
    if (rows === undefined) byDay.set(day, [row]);
    else rows.push(row);
  }
  const total = {
    added: [] as Row[],
    changed: 0,
    repeated: 0,
    blocks: [] as WrittenBlock[],
  };
  for (const [day, rows] of byDay) {
    const block = await upsertBlock(input, blockKey(input.table, input.accountId, day), rows);
    for (const row of block.added) total.added.push(row);
    total.changed += block.changed;
    total.repeated += block.repeated;
    if (block.written !== null) total.blocks.push(block.written);
  }
  return total;
}

async function upsertBlock(
  { blocks, clock, runId, table }: UpsertInput,
  key: string,
  incoming: readonly Row[],
) {
  let attempted: Attempt | null = null;
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const stored = await blocks.get(key);
    const before = stored === null ? [] : await readBlock(table, stored.bytes);
    const merged = mergeRows(table, before, incoming);
    const { added, changed, repeated } = merged;
    if (added.length + changed === 0) {
      // The answer to our own write was lost, and its repetition met it: the write is ours.
      if (attempted !== null && stored !== null && stored.runId === runId) {
        const { versionId, bytes } = stored;
        const written = { key, versionId, rows: before.length, bytes: bytes.byteLength };
        return { ...attempted, written };
      }
      return { added, changed, repeated, written: null };
    }
    const bytes = writeBlock(table, merged.rows);
    const swapped = await blocks.swap(key, stored?.etag ?? null, bytes);
    if (swapped !== null) {
      const { versionId } = swapped;
      const written = { key, versionId, rows: merged.rows.length, bytes: bytes.byteLength };
      return { added, changed, repeated, written };
    }
    attempted = { added, changed, repeated };
    await clock.sleep(Math.random() * Math.min(5_000, 50 * 2 ** tries));
  }
  throw new BlockConflictError(
    `${key} changed under this run ${TRIES} times in a row.`,
    'Nothing is lost; the next run pulls this window again. If it recurs, look for a second deployment that writes to this bucket.',
  );
}

interface Attempt {
  readonly added: readonly Row[];
  readonly changed: number;
  readonly repeated: number;
}
