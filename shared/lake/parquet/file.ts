import type { Column, Table } from '../table.ts';
import type { Bound } from './bounds.ts';
import { type Chunk, hasDictionary } from './column-chunk.ts';
import {
  binary,
  bool,
  bytesOf,
  i32,
  i64,
  list,
  type ReadStruct,
  readStruct,
  struct,
  type Written,
} from './thrift.ts';

export const MAGIC = Buffer.from('PAR1');
/** What follows the footer: its length, and the magic. */
export const END_BYTES = 8;
const GZIP = 2;
const [PLAIN, RLE_DICTIONARY] = [0, 8];
const [DICTIONARY_PAGE, DATA_PAGE_V2] = [2, 3];

/** Its chunks by the name of their column, in the order in which they lie there. */
export interface RowGroup {
  readonly rows: number;
  readonly chunks: ReadonlyMap<string, Chunk>;
}

/** What the end of a file says of it. */
interface Footer {
  readonly columns: readonly string[];
  readonly rowGroups: readonly RowGroup[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** From the first byte of a row group to the last. */
export function extentOf(group: RowGroup): { readonly start: number; readonly end: number } {
  const chunks = [...group.chunks.values()];
  const { start = 0 } = chunks[0] ?? {};
  return { start, end: chunks.reduce((end, { bytes }) => end + bytes, start) };
}

/** The same row group in a file where it begins elsewhere. */
export function movedTo(start: number, group: RowGroup): RowGroup {
  const by = start - extentOf(group).start;
  const moved = (chunk: Chunk) => ({
    ...chunk,
    start: chunk.start + by,
    dataStart: chunk.dataStart + by,
  });
  const chunks = [...group.chunks].map(([name, chunk]) => [name, moved(chunk)] as const);
  return { ...group, chunks: new Map(chunks) };
}

/** What follows the last row group. */
export function writeFooter(
  table: Table,
  rowGroups: readonly RowGroup[],
  metadata: Footer['metadata'],
): Uint8Array {
  const footer = bytesOf(
    struct({
      // Version 1, as most writers say whatever they use: some readers refuse any other.
      1: i32(1),
      2: list([
        struct({ 4: binary(table.name), 5: i32(table.columns.length) }),
        ...table.columns.map(schemaElement),
      ]),
      3: i64(rowGroups.reduce((sum, { rows }) => sum + rows, 0)),
      4: list(rowGroups.map((group) => rowGroup(table, group))),
      5: list(
        Object.entries(metadata).map(([key, value]) =>
          struct({ 1: binary(key), 2: binary(value) }),
        ),
      ),
      6: binary('agent-activity-lake'),
      // The order of each column is that of its type: without it, readers trust no bound of a text.
      7: list(table.columns.map(() => struct({ 1: struct({}) }))),
    }),
  );
  const length = Buffer.alloc(4);
  length.writeUint32LE(footer.length);
  return Buffer.concat([footer, length, MAGIC]);
}

/** Number of the physical type, and of the older annotation that says what it means. */
function typeOf({ type }: Column): { readonly physical: number; readonly converted?: number } {
  switch (type) {
    case 'string':
      return { physical: 6, converted: 0 };
    case 'timestamp':
      // The converted type alone reads as a timestamp without zone, which is what Athena has.
      return { physical: 2, converted: 9 };
    case 'int':
      return { physical: 1 };
    case 'bigint':
      return { physical: 2 };
    case 'boolean':
      return { physical: 0 };
  }
}

function schemaElement(column: Column): Written {
  const { physical, converted } = typeOf(column);
  return struct({
    1: i32(physical),
    3: i32(column.nullable ? 1 : 0),
    4: binary(column.name),
    6: converted === undefined ? undefined : i32(converted),
  });
}

function rowGroup(table: Table, group: RowGroup): Written {
  const { start, end } = extentOf(group);
  const chunks = [...group.chunks.values()];
  return struct({
    1: list(chunks.map((chunk, index) => columnChunk(table.columns[index] as Column, chunk))),
    2: i64(chunks.reduce((sum, { uncompressedBytes }) => sum + uncompressedBytes, 0)),
    3: i64(group.rows),
    6: i64(end - start),
  });
}

function columnChunk(column: Column, chunk: Chunk): Written {
  const coded = hasDictionary(column);
  const { least, greatest } = chunk;
  const inexact = (bound: Bound | null) =>
    bound === null || bound.isExact ? undefined : bool(false);
  return struct({
    2: i64(chunk.start),
    3: struct({
      1: i32(typeOf(column).physical),
      2: list((coded ? [PLAIN, RLE_DICTIONARY] : [PLAIN]).map(i32)),
      3: list([binary(column.name)]),
      4: i32(GZIP),
      5: i64(chunk.rows),
      6: i64(chunk.uncompressedBytes),
      7: i64(chunk.bytes),
      9: i64(chunk.dataStart),
      11: coded ? i64(chunk.start) : undefined,
      12: struct({
        3: i64(chunk.nulls),
        5: greatest === null ? undefined : binary(greatest.bytes),
        6: least === null ? undefined : binary(least.bytes),
        7: inexact(greatest),
        8: inexact(least),
      }),
      13: list([
        ...(coded ? [struct({ 1: i32(DICTIONARY_PAGE), 2: i32(PLAIN), 3: i32(1) })] : []),
        struct({ 1: i32(DATA_PAGE_V2), 2: i32(coded ? RLE_DICTIONARY : PLAIN), 3: i32(1) }),
      ]),
    }),
  });
}

/**
 * @param bytes a file, or its end
 * @throws RangeError when it is no Parquet file, or the end is too short to hold the footer
 */
export function readFooter(bytes: Uint8Array): Footer {
  const start = bytes.length - END_BYTES - footerBytes(bytes);
  if (start < 0) throw new RangeError('the footer is longer than what was read');
  const { struct: footer } = readStruct(bytes, start);
  const columns = footer
    .structs(2)
    .slice(1)
    .map((element) => element.text(4));
  return {
    columns,
    rowGroups: footer.structs(4).map((group) => ({
      rows: group.number(3),
      chunks: new Map(
        group.structs(1).map((chunk, index) => [columns[index] ?? '', readColumnChunk(chunk)]),
      ),
    })),
    metadata: Object.fromEntries(footer.structs(5).map((entry) => [entry.text(1), entry.text(2)])),
  };
}

/** How long the footer is, as the last bytes of a file say. */
export function footerBytes(bytes: Uint8Array): number {
  const end = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).subarray(-END_BYTES);
  if (end.length < END_BYTES || !end.subarray(4).equals(MAGIC)) {
    throw new RangeError('the bytes are no Parquet file');
  }
  return end.readUint32LE();
}

function readColumnChunk(chunk: ReadStruct): Chunk {
  const meta = chunk.struct(3);
  const statistics = meta.struct(12);
  const bound = (value: number, exact: number): Bound | null =>
    statistics.has(value)
      ? { bytes: statistics.bytes(value), isExact: statistics.get(exact) !== false }
      : null;
  return {
    start: chunk.number(2),
    dataStart: meta.number(9),
    bytes: meta.number(7),
    uncompressedBytes: meta.number(6),
    rows: meta.number(5),
    nulls: statistics.number(3),
    least: bound(6, 8),
    greatest: bound(5, 7),
  };
}
