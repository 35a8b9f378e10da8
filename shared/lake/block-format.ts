import type { EventColumns } from '../activity/event-columns.ts';
import type { Row } from '../activity/merge.ts';
import { EvidenceError } from '../errors.ts';
import { asRows, columnsOf } from './coding.ts';
import { type CodedColumn, type Columns, columnIn, nulls, splitBy } from './columns.ts';
import { readChunk, writeChunk } from './parquet/column-chunk.ts';
import {
  extentOf,
  MAGIC,
  movedTo,
  type RowGroup,
  readFooter,
  writeFooter,
} from './parquet/file.ts';
import { readPlain } from './parquet/plain.ts';
import type { Table } from './table.ts';

/*
 * A block as a Parquet file: a row group per span of `table.rowGroup`, every column in one dictionary page
 * and one data page. Dictionaries are sorted: sorted times compress to half, and the bounds of a chunk are
 * its first and last entry. The bytes of a row group follow from its rows alone, wherever it stands.
 */

const LAYOUT_KEY = 'agent_activity_lake.layout';
const LAYOUT_VERSION = '1';

/** A block as its row groups are written, one after the other. */
export class BlockWriter {
  readonly #table: Table;
  readonly #parts: Uint8Array[] = [MAGIC];
  readonly #groups: RowGroup[] = [];
  #at = MAGIC.length;

  constructor(table: Table) {
    this.#table = table;
  }

  get rows(): number {
    return this.#groups.reduce((sum, { rows }) => sum + rows, 0);
  }

  /** Rows, sorted as their table says, that share a row group. */
  write({ length, of }: Columns): void {
    const chunks = this.#table.columns.map((column) => {
      const { chunk, pages } = writeChunk(column, columnIn(of, column.name), this.#at);
      this.#append(...pages);
      return [column.name, chunk] as const;
    });
    this.#groups.push({ rows: length, chunks: new Map(chunks) });
  }

  /** A row group of another block, as it stands there unless it lacks a column that came later. */
  keep(bytes: Uint8Array, stored: OpenRowGroup): void {
    const { group } = stored;
    if (group.chunks.size < this.#table.columns.length) {
      this.write(columnsIn(this.#table, stored));
      return;
    }
    const { start, end } = extentOf(group);
    this.#groups.push(movedTo(this.#at, group));
    this.#append(bytes.subarray(start, end));
  }

  finish(): Uint8Array {
    const metadata = {
      'agent_activity_lake.table': this.#table.name,
      [LAYOUT_KEY]: LAYOUT_VERSION,
    };
    return Buffer.concat([...this.#parts, writeFooter(this.#table, this.#groups, metadata)]);
  }

  #append(...parts: readonly Uint8Array[]): void {
    this.#parts.push(...parts);
    for (const { length } of parts) this.#at += length;
  }
}

/** Rows of a block, sorted as their table says, as its file. */
export function writeBlock(table: Table, rows: readonly Row[] | EventColumns): Uint8Array {
  return writeColumns(table, columnsOf(table, rows));
}

/** Rows of a block, sorted as their table says, as its file. */
export function writeColumns(table: Table, columns: Columns): Uint8Array {
  const writer = new BlockWriter(table);
  for (const group of rowGroups(table, columns)) writer.write(group);
  return writer.finish();
}

/** The span of `table.rowGroup` that a row lies in, by the values of that column. */
export function spansOf({ rowGroup }: Table, { of, length }: Columns): Float64Array {
  if (rowGroup === null) return new Float64Array(length);
  const { values, codes } = columnIn(of, rowGroup.column);
  const spans = (values as Float64Array).map((ms) => Math.floor(ms / rowGroup.ms));
  const ofRows = new Float64Array(length);
  for (let row = 0; row < length; row += 1) ofRows[row] = spans[codes[row] as number] as number;
  return ofRows;
}

/** The span that all rows of a stored row group lie in. */
export function spanOf({ columns, rowGroup }: Table, { chunks }: RowGroup): number {
  if (rowGroup === null) return 0;
  const column = columns.find(({ name }) => name === rowGroup.column);
  const least = chunks.get(rowGroup.column)?.least;
  if (column === undefined || !least) throw new TypeError(`A row group without ${rowGroup.column}`);
  const [ms = 0] = readPlain(column, Buffer.from(least.bytes), 1) as Float64Array;
  return Math.floor(ms / rowGroup.ms);
}

function rowGroups(table: Table, columns: Columns): readonly Columns[] {
  if (columns.length === 0) return [];
  return [...splitBy(columns, spansOf(table, columns)).values()];
}

/** A block that is read a row group and a column at a time. */
export interface OpenBlock {
  readonly rows: number;
  readonly groups: readonly OpenRowGroup[];
}

export interface OpenRowGroup {
  readonly group: RowGroup;
  readonly rows: number;
  /** Decodes it, once. */
  column(name: string): CodedColumn;
}

/**
 * @throws EvidenceError when another version of the product wrote it, with other columns or in another layout
 * @throws RangeError when the bytes are no Parquet file
 */
export function openBlock(table: Table, bytes: Uint8Array): OpenBlock {
  const { columns, rowGroups: found, metadata } = readFooter(bytes);
  const said = [metadata[LAYOUT_KEY], ...columns].join();
  const written = table.columns.filter(
    (column) => !column.cameLater || columns.includes(column.name),
  );
  const expected = [LAYOUT_VERSION, ...written.map(({ name }) => name)].join();
  if (said !== expected) {
    throw new EvidenceError(
      `A block of ${table.name} has layout and columns ${said}, not ${expected}.`,
      'Another version of the product wrote it. Deploy that version again.',
    );
  }
  const groups = found.map((group) => openRowGroup(table, bytes, group));
  return { rows: found.reduce((sum, { rows }) => sum + rows, 0), groups };
}

function openRowGroup(table: Table, bytes: Uint8Array, group: RowGroup): OpenRowGroup {
  const decoded = new Map<string, CodedColumn>();
  return {
    group,
    rows: group.rows,
    column(name) {
      const column = table.columns.find((each) => each.name === name);
      if (column === undefined) throw new TypeError(`No column ${name}`);
      const chunk = group.chunks.get(name);
      const known =
        decoded.get(name) ??
        (chunk === undefined ? nulls(column, group.rows) : readChunk(bytes, column, chunk));
      decoded.set(name, known);
      return known;
    },
  };
}

/** What a column of a block holds, each text once for a row group. */
export function textsIn({ groups }: OpenBlock, name: string): readonly string[] {
  return groups.flatMap(({ column }) => column(name).values as readonly string[]);
}

/** A row group whole. */
export function columnsIn(table: Table, { rows, column }: OpenRowGroup): Columns {
  const of = Object.fromEntries(table.columns.map(({ name }) => [name, column(name)]));
  return { length: rows, of };
}

/** @throws what `openBlock` throws */
export function readBlock<R extends Row>(table: Table<R>, bytes: Uint8Array): readonly R[] {
  return openBlock(table, bytes).groups.flatMap((group) => asRows(table, columnsIn(table, group)));
}
