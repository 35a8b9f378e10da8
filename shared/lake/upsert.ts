import { type Merged, mergeRows, type Row } from '../activity/merge.ts';
import { readBlock, writeBlock } from './block-format.ts';
import type { Block } from './block-keys.ts';
import type { BlockStore } from './block-store.ts';
import { dayOf, type Table } from './table.ts';

/** A version of a block that a run wrote. */
export interface WrittenBlock {
  /** Of the version. */
  readonly key: string;
  readonly rows: number;
  readonly bytes: number;
}

export interface Upserted {
  /** Rows stored for the first time. */
  readonly added: readonly Row[];
  readonly repeated: number;
  readonly blocks: readonly WrittenBlock[];
}

export interface UpsertInput {
  readonly blocks: BlockStore;
  readonly table: Table;
  readonly accountId: string;
  readonly rows: readonly Row[];
}

/**
 * Merges rows into the blocks of their days. Blocks that already say all of it are not written.
 *
 * @throws BlockConflictError when a block keeps changing under us
 */
export async function upsert({ blocks, table, accountId, rows }: UpsertInput): Promise<Upserted> {
  const byDay = new Map<string | null, Row[]>();
  for (const row of rows) {
    const day = dayOf(table, row);
    const ofDay = byDay.get(day);
    if (ofDay === undefined) byDay.set(day, [row]);
    else ofDay.push(row);
  }
  const total = { added: [] as Row[], repeated: 0, blocks: [] as WrittenBlock[] };
  for (const [day, ofDay] of byDay) {
    const block = await upsertBlock(blocks, { table, accountId, day }, ofDay);
    for (const row of block.added) total.added.push(row);
    total.repeated += block.repeated;
    if (block.written !== null) total.blocks.push(block.written);
  }
  return total;
}

async function upsertBlock(blocks: BlockStore, block: Block, incoming: readonly Row[]) {
  const { table } = block;
  let merged: Merged<Row> = { rows: [], added: [], changed: 0, repeated: 0 };
  let size = 0;
  const key = await blocks.replace(block, async (stored) => {
    const before = stored === null ? [] : readBlock(table, stored.bytes);
    merged = mergeRows(table, before, incoming);
    if (merged.added.length + merged.changed === 0) return null;
    const bytes = writeBlock(table, merged.rows);
    size = bytes.byteLength;
    return bytes;
  });
  const { added, repeated, rows } = merged;
  return {
    added,
    repeated,
    written: key === null ? null : { key, rows: rows.length, bytes: size },
  };
}
