import { mergeRows } from '../activity/merge.ts';
import {
  BlockWriter,
  type OpenRowGroup,
  openBlock,
  readBlock,
  spanOf,
  spansOf,
  writeBlock,
} from './block-format.ts';
import { asRows, columnsOf } from './coding.ts';
import { type Columns, rowsBy, take } from './columns.ts';
import { leadingKeys } from './find-rows.ts';
import { type MergedRowGroup, mergeRowGroup, newRowGroup } from './merge-row-group.ts';
import type { Table } from './table.ts';

export interface MergedBlock {
  /** `null`: the block says all of it already. */
  readonly bytes: Uint8Array | null;
  readonly rows: number;
  /** Rows of which nothing was stored before, in parts. */
  readonly added: readonly Columns[];
  readonly repeated: number;
}

/**
 * Merges rows into a block, as `mergeRows` says. Row groups that the rows do not change are copied byte for byte: what it
 * costs follows those that it touches. The bytes are those that writing all the rows at once would give.
 *
 * @param bytes `null` when there is no block yet
 */
export function mergeBlock(table: Table, bytes: Uint8Array | null, incoming: Columns): MergedBlock {
  // Where identities do not lead the order, a row would have to be looked for among all.
  return leadingKeys(table).length === 0
    ? mergeWhole(table, bytes, incoming)
    : mergeByRowGroup(table, bytes, incoming);
}

function mergeWhole(table: Table, bytes: Uint8Array | null, incoming: Columns): MergedBlock {
  const stored = bytes === null ? [] : readBlock(table, bytes);
  const { rows, added, changed, repeated } = mergeRows(table, stored, asRows(table, incoming));
  const isSame = added.length + changed === 0;
  return {
    bytes: isSame ? null : writeBlock(table, rows),
    rows: rows.length,
    added: [columnsOf(table, added)],
    repeated,
  };
}

function mergeByRowGroup(table: Table, bytes: Uint8Array | null, incoming: Columns): MergedBlock {
  const stored = new Map<number, OpenRowGroup>();
  const groups = bytes === null ? [] : openBlock(table, bytes).groups;
  for (const group of groups) stored.set(spanOf(table, group.group), group);
  const merged = new Map<number, MergedRowGroup>();
  for (const [span, rows] of rowsBy(spansOf(table, incoming))) {
    const before = stored.get(span);
    merged.set(
      span,
      before === undefined
        ? newRowGroup(table, incoming, rows)
        : mergeRowGroup(table, before, take(incoming, rows)),
    );
  }
  const writer = new BlockWriter(table);
  for (const span of [...new Set([...stored.keys(), ...merged.keys()])].sort((a, b) => a - b)) {
    const columns = merged.get(span)?.columns ?? null;
    const before = stored.get(span);
    if (columns !== null) writer.write(columns);
    else if (before !== undefined && bytes !== null) writer.keep(bytes, before);
  }
  const results = [...merged.values()];
  const isSame = results.every(({ columns }) => columns === null);
  return {
    bytes: isSame ? null : writer.finish(),
    rows: writer.rows,
    added: results.map(({ added }) => added),
    repeated: results.reduce((sum, { repeated }) => sum + repeated, 0),
  };
}
