import { gunzipSync, gzipSync } from 'node:zlib';
import {
  type ColumnChunk,
  type FileMetaData,
  parquetReadObjects,
  type RowGroup,
  type SchemaElement,
} from 'hyparquet';
import { ByteWriter } from 'hyparquet-writer';
import { writeDataPageV2 } from 'hyparquet-writer/src/datapage.js';
import { writeDictionaryPage } from 'hyparquet-writer/src/dictionary.js';
import { writeMetadata } from 'hyparquet-writer/src/metadata.js';
import type { ColumnEncoder } from 'hyparquet-writer/src/types.js';
import type { Row } from '../activity/merge.ts';
import type { Column, Table } from './table.ts';

const LAYOUT_VERSION = '1';
/** `PAR1`, little-endian. */
const MAGIC = 0x31524150;
/** Long enough for any id: shorter bounds are still right, they only prune less. */
const STATISTICS_BYTES = 64;

// Athena, DuckDB and Node.js 20 all read it; ZSTD needs Node.js 22, Snappy is a quarter larger.
const codec = 'GZIP';
const compressors = { [codec]: (bytes: Uint8Array) => gzipSync(bytes) };
const decompressors = { [codec]: (bytes: Uint8Array) => gunzipSync(bytes) };

/**
 * Rows, sorted as their table says, as a Parquet file: a row group per span of `table.rowGroup`,
 * every column in one dictionary page and one data page. Dictionaries are sorted, which the writer's
 * own are not: sorted times compress to half, and the bounds of a chunk are its first and last entry.
 */
export function writeBlock(table: Table, rows: readonly Row[]): Uint8Array {
  const writer = new ByteWriter();
  const schema: SchemaElement[] = [
    { name: table.name, num_children: table.columns.length },
    ...table.columns.map(schemaElement),
  ];
  writer.appendUint32(MAGIC);
  const row_groups = [...rowGroups(table, rows)].map((group) =>
    writeRowGroup(writer, table, group),
  );
  const footer: Omit<FileMetaData, 'metadata_length'> = {
    // Version 1, as most writers say whatever they use: some readers refuse any other.
    version: 1,
    created_by: 'agent-activity-lake',
    schema,
    num_rows: BigInt(rows.length),
    row_groups,
    key_value_metadata: [
      { key: 'agent_activity_lake.table', value: table.name },
      { key: 'agent_activity_lake.layout', value: LAYOUT_VERSION },
    ],
  };
  writeMetadata(writer, footer as FileMetaData, STATISTICS_BYTES);
  writer.appendUint32(MAGIC);
  return writer.getBytes();
}

function writeRowGroup(writer: ByteWriter, table: Table, rows: readonly Row[]): RowGroup {
  const start = writer.offset;
  const columns = table.columns.map((column) => writeColumnChunk(writer, column, rows));
  return {
    columns,
    num_rows: BigInt(rows.length),
    total_byte_size: columns.reduce(
      (sum, { meta_data }) => sum + (meta_data?.total_uncompressed_size ?? 0n),
      0n,
    ),
    total_compressed_size: BigInt(writer.offset - start),
  };
}

/** @throws when the bytes are no Parquet file, or one whose columns are not the table's */
export async function readBlock<R extends Row>(
  table: Table,
  bytes: Uint8Array,
): Promise<readonly R[]> {
  const rows = await parquetReadObjects({
    file: arrayBufferOf(bytes),
    compressors: decompressors,
    columns: table.columns.map(({ name }) => name),
    parsers: { timestampFromMilliseconds: (ms: bigint) => Number(ms) },
  });
  for (const { name } of table.columns.filter(({ type }) => type === 'bigint')) {
    for (const row of rows) if (row[name] !== null) row[name] = Number(row[name]);
  }
  return rows as R[];
}

/** The same bytes, as the library takes them. */
export function arrayBufferOf(bytes: Uint8Array): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = bytes;
  return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
}

function schemaElement({ name, type, nullable }: Column): SchemaElement {
  const repetition_type = nullable ? 'OPTIONAL' : 'REQUIRED';
  switch (type) {
    case 'string':
      return { name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type };
    case 'timestamp':
      // The converted type alone reads as a timestamp without zone, which is what Athena has.
      return { name, type: 'INT64', converted_type: 'TIMESTAMP_MILLIS', repetition_type };
    case 'int':
      return { name, type: 'INT32', repetition_type };
    case 'bigint':
      return { name, type: 'INT64', repetition_type };
    case 'boolean':
      return { name, type: 'BOOLEAN', repetition_type };
  }
}

function* rowGroups(table: Table, rows: readonly Row[]): Generator<readonly Row[]> {
  const { rowGroup } = table;
  const groupOf = (row: Row) =>
    rowGroup === null ? 0 : Math.floor((row[rowGroup.column] as number) / rowGroup.ms);
  let start = 0;
  for (let end = 1; end <= rows.length; end += 1) {
    const [row, next] = [rows[end - 1], rows[end]];
    if (row && next && groupOf(row) === groupOf(next)) continue;
    yield rows.slice(start, end);
    start = end;
  }
}

type Physical = string | number | bigint | boolean;

function writeColumnChunk(writer: ByteWriter, column: Column, rows: readonly Row[]): ColumnChunk {
  const element = schemaElement(column);
  const { dictionary, values, definitionLevels } = encode(column, rows);
  const encoder: ColumnEncoder = {
    columnName: column.name,
    element,
    schemaPath: [{ name: 'root', num_children: 1 }, element],
    codec,
    compressors,
    stats: true,
    pageSize: 0,
    columnIndex: false,
    offsetIndex: false,
  };
  const start = writer.offset;
  // Parquet has no dictionaries of truth values, which take a bit each.
  const plain = column.type === 'boolean';
  const encoding = plain ? 'PLAIN' : 'RLE_DICTIONARY';
  const dictionarySize = plain ? 0 : writeDictionaryPage(writer, encoder, dictionary);
  const dataStart = writer.offset;
  const dataSize = writeDataPageV2({
    writer,
    column: encoder,
    encoding,
    pageData: {
      values,
      definitionLevels,
      repetitionLevels: [],
      maxDefinitionLevel: column.nullable ? 1 : 0,
    },
  });
  return {
    file_offset: BigInt(start),
    meta_data: {
      type: element.type ?? 'BYTE_ARRAY',
      encodings: plain ? ['PLAIN'] : ['PLAIN', 'RLE_DICTIONARY'],
      path_in_schema: [column.name],
      codec,
      num_values: BigInt(rows.length),
      total_compressed_size: BigInt(writer.offset - start),
      total_uncompressed_size: BigInt(dictionarySize + dataSize),
      data_page_offset: BigInt(dataStart),
      ...(!plain && { dictionary_page_offset: BigInt(start) }),
      statistics: {
        min_value: dictionary[0],
        max_value: dictionary.at(-1),
        null_count: BigInt(values.filter((value) => value === null).length),
      },
      encoding_stats: [
        ...(plain ? [] : [{ page_type: 'DICTIONARY_PAGE', encoding: 'PLAIN', count: 1 } as const]),
        { page_type: 'DATA_PAGE_V2', encoding, count: 1 },
      ],
    },
  };
}

function encode({ name, type, nullable }: Column, rows: readonly Row[]) {
  const present = new Set<string | number | boolean>();
  for (const row of rows) {
    const value = row[name];
    if (value !== null && value !== undefined) present.add(value);
    else if (!nullable) throw new TypeError(`${name} is required, but a row has none`);
  }
  const sorted = [...present].sort(type === 'string' ? compareUtf8 : (a, b) => +a - +b);
  const indexOf = new Map(sorted.map((value, index) => [value, index]));
  const is64Bit = type === 'timestamp' || type === 'bigint';
  const dictionary: Physical[] = is64Bit ? sorted.map((value) => BigInt(value)) : sorted;
  const values = rows.map((row) => {
    const value = row[name] ?? null;
    return value === null || type === 'boolean' ? value : (indexOf.get(value) as number);
  });
  return {
    dictionary,
    values,
    definitionLevels: nullable ? values.map((value) => (value === null ? 0 : 1)) : [],
  };
}

/** Parquet's order of strings is that of their UTF-8 bytes, which JavaScript's is not. */
function compareUtf8(a: string | number | boolean, b: string | number | boolean): number {
  return Buffer.compare(Buffer.from(a as string), Buffer.from(b as string));
}
