import { createHash } from 'node:crypto';
import type { Span } from '../activity/spans.ts';
import { spanOf } from './block-format.ts';
import { extentOf, readFooter } from './parquet/file.ts';
import type { Table } from './table.ts';

const DIGEST_CHARACTERS = 12;

/** A row group of a block: which rows it can hold, and a digest that is another one when they change. */
export interface RowGroup extends Span {
  readonly digest: string;
}

/**
 * The row groups of a block, as its pointer says them: so who needs a part of a day can tell whether that
 * part has changed without reading the block.
 *
 * @returns ASCII; `null` for a table that is not cut into row groups by time
 */
export function rowGroupsText(table: Table, bytes: Uint8Array): string | null {
  const { rowGroup } = table;
  if (rowGroup === null) return null;
  const groups = readFooter(bytes).rowGroups.map((group) => {
    const { start, end } = extentOf(group);
    const digest = createHash('sha256').update(bytes.subarray(start, end)).digest('hex');
    return `${spanOf(table, group)}:${digest.slice(0, DIGEST_CHARACTERS)}`;
  });
  return groups.join(' ');
}

/** The row groups that such a text names. */
export function rowGroupsIn({ rowGroup }: Table, text: string): readonly RowGroup[] {
  if (rowGroup === null || text === '') return [];
  return text.split(' ').map((group) => {
    const [index, digest = ''] = group.split(':');
    const fromMs = Number(index) * rowGroup.ms;
    return { fromMs, toMs: fromMs + rowGroup.ms, digest };
  });
}
