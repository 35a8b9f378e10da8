import type { EventColumns } from '../activity/event-columns.ts';
import { DAY_MS, isoDay } from '../activity/instant.ts';
import type { Row } from '../activity/merge.ts';
import type { BlockStore } from './block-store.ts';
import { columnsOf } from './coding.ts';
import { type Columns, columnIn, splitBy } from './columns.ts';
import { type MergedBlock, mergeBlock } from './merge-block.ts';
import type { Table } from './table.ts';

/** A version of a block that a run wrote. */
export interface WrittenBlock {
  /** Of the version. */
  readonly key: string;
  readonly rows: number;
  readonly bytes: number;
}

export interface Upserted {
  /** Rows stored for the first time, in parts. */
  readonly added: readonly Columns[];
  readonly repeated: number;
  readonly blocks: readonly WrittenBlock[];
}

interface UpsertInput {
  readonly blocks: BlockStore;
  readonly table: Table;
  readonly accountId: string;
  readonly rows: readonly Row[] | EventColumns;
}

/**
 * Merges rows into the blocks of their days. Blocks that already say all of it are not written.
 *
 * @throws BlockConflictError when a block keeps changing under us
 */
export async function upsert({ blocks, table, accountId, rows }: UpsertInput): Promise<Upserted> {
  const total = { added: [] as Columns[], repeated: 0, blocks: [] as WrittenBlock[] };
  for (const [day, ofDay] of byDay(table, columnsOf(table, rows))) {
    const block = { table, accountId, day };
    let merged: MergedBlock = { bytes: null, rows: 0, added: [], repeated: 0 };
    const key = await blocks.replace(block, async (stored) => {
      merged = mergeBlock(table, stored?.bytes ?? null, ofDay);
      return merged.bytes;
    });
    total.added.push(...merged.added);
    total.repeated += merged.repeated;
    if (key !== null) {
      total.blocks.push({ key, rows: merged.rows, bytes: merged.bytes?.byteLength ?? 0 });
    }
  }
  return total;
}

/** Rows by the UTC day of their block; `null` for a table that is not by day. */
export function byDay(table: Table, columns: Columns): ReadonlyMap<string | null, Columns> {
  const { day } = table;
  if (day === 'local') throw new TypeError(`No row of ${table.name} tells its local day`);
  if (day === null) return new Map(columns.length === 0 ? [] : [[null, columns]]);
  const times = day.map((name) => columnIn(columns.of, name));
  const days = Float64Array.from({ length: columns.length }, (_, row) => {
    const { values = [], codes = [] } =
      times.find((time) => (time.codes[row] as number) >= 0) ?? {};
    return Math.floor((values[codes[row] as number] as number) / DAY_MS);
  });
  return new Map([...splitBy(columns, days)].map(([of, rows]) => [isoDay(of * DAY_MS), rows]));
}
