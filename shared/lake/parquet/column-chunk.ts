import { gunzipSync, gzipSync } from 'node:zlib';
import { ascending } from '../coding.ts';
import type { CodedColumn, Values } from '../columns.ts';
import type { Column } from '../table.ts';
import { type Bound, lowerBound, upperBound } from './bounds.ts';
import { bitWidth, decodeHybrid, encodeHybrid } from './hybrid.ts';
import { readPlain, writePlain } from './plain.ts';
import { bytesOf, i32, type ReadStruct, readStruct, struct } from './thrift.ts';

const PLAIN = 0;
const RLE_DICTIONARY = 8;
const DICTIONARY_PAGE = 2;
const DATA_PAGE_V2 = 3;

/** A column of one row group: where it lies in the file, and what its statistics say. */
export interface Chunk {
  readonly start: number;
  /** Of the data page, after that of the dictionary. */
  readonly dataStart: number;
  readonly bytes: number;
  readonly uncompressedBytes: number;
  readonly rows: number;
  readonly nulls: number;
  /** `null` when every row is null, or no bound is short enough. */
  readonly least: Bound | null;
  readonly greatest: Bound | null;
}

/**
 * To compress: 4 of 9 takes half the time of what zlib does unasked, for the same bytes or a hundredth more
 * (decision 20). With another one, or another zlib, the same rows are other bytes, which every reader reads.
 */
const EFFORT = 4;

/** Parquet has no dictionaries of truth values, which take a bit each. */
export const hasDictionary = ({ type }: Column) => type !== 'boolean';

/** A chunk that begins at `start` in its file, in one dictionary page and one data page. */
export function writeChunk(
  column: Column,
  inOrder: CodedColumn,
  start: number,
): { readonly chunk: Chunk; readonly pages: readonly Uint8Array[] } {
  const { values, codes } = inOrderOfParquet(inOrder);
  const present = column.nullable ? presentIn(codes) : codes;
  const dictionary = hasDictionary(column)
    ? page(writePlain(column, values), (sizes) => ({
        1: i32(DICTIONARY_PAGE),
        ...sizes,
        7: struct({ 1: i32(values.length), 2: i32(PLAIN) }),
      }))
    : { parts: [], bytes: 0, uncompressedBytes: 0 };
  const levels = column.nullable ? encodeHybrid(levelsOf(codes), 1) : new Uint8Array();
  const data = page(
    hasDictionary(column)
      ? packed(present, values.length)
      : writePlain(column, numbersOf(values, present)),
    (sizes) => ({
      1: i32(DATA_PAGE_V2),
      ...sizes,
      8: struct({
        1: i32(codes.length),
        2: i32(codes.length - present.length),
        3: i32(codes.length),
        4: i32(hasDictionary(column) ? RLE_DICTIONARY : PLAIN),
        5: i32(levels.length),
        6: i32(0),
      }),
    }),
    levels,
  );
  const chunk = {
    start,
    dataStart: start + dictionary.bytes,
    bytes: dictionary.bytes + data.bytes,
    uncompressedBytes: dictionary.uncompressedBytes + data.uncompressedBytes,
    rows: codes.length,
    nulls: codes.length - present.length,
    least: lowerBound(column, values),
    greatest: upperBound(column, values),
  };
  return { chunk, pages: [...dictionary.parts, ...data.parts] };
}

/** Those of the rows that are not null. */
function presentIn(codes: Int32Array): Int32Array {
  if (!codes.includes(-1)) return codes;
  const present = new Int32Array(codes.length);
  let at = 0;
  for (let row = 0; row < codes.length; row += 1) {
    if ((codes[row] as number) >= 0) present[at++] = codes[row] as number;
  }
  return present.subarray(0, at);
}

function levelsOf(codes: Int32Array): Int32Array {
  const levels = new Int32Array(codes.length);
  for (let row = 0; row < codes.length; row += 1) levels[row] = (codes[row] as number) < 0 ? 0 : 1;
  return levels;
}

function packed(codes: Int32Array, values: number): Uint8Array {
  const width = bitWidth(Math.max(0, values - 1));
  return encodeHybrid(codes, width, Uint8Array.of(width));
}

function numbersOf(values: Values, codes: Int32Array): Float64Array {
  return Float64Array.from(codes, (code) => values[code] as number);
}

function page(
  content: Uint8Array,
  header: (sizes: Readonly<Record<number, ReturnType<typeof i32>>>) => Parameters<typeof struct>[0],
  levels: Uint8Array = new Uint8Array(),
) {
  const compressed = gzipSync(content, { level: EFFORT });
  const sizes = {
    2: i32(levels.length + content.length),
    3: i32(levels.length + compressed.length),
  };
  const head = bytesOf(struct(header(sizes)));
  const parts = [head, levels, compressed];
  return {
    parts,
    bytes: parts.reduce((sum, part) => sum + part.length, 0),
    uncompressedBytes: head.length + levels.length + content.length,
  };
}

/** @throws RangeError, or an error of zlib, when there is no such chunk */
export function readChunk(bytes: Uint8Array, column: Column, chunk: Chunk): CodedColumn {
  const values = hasDictionary(column) ? readDictionary(bytes, column, chunk) : null;
  const { header, content, end } = readPage(bytes, chunk.dataStart);
  const { struct: of, start } = { struct: header.struct(8), start: end - header.number(3) };
  const levelBytes = of.number(5);
  const packedBytes = gunzipSync(content.subarray(levelBytes));
  const present = column.nullable
    ? decodeHybrid(bytes.subarray(start, start + levelBytes), 1, chunk.rows)
    : null;
  const count = chunk.rows - chunk.nulls;
  if (values === null) {
    const truths = readPlain(column, packedBytes, count) as Float64Array;
    return ascending(Float64Array.of(0, 1), spread(Int32Array.from(truths), present));
  }
  const codes = decodeHybrid(packedBytes.subarray(1), packedBytes[0] ?? 0, count);
  return inOwnOrder({ values, codes: spread(codes, present) });
}

function readDictionary(bytes: Uint8Array, column: Column, { start }: Chunk): Values {
  const { header, content } = readPage(bytes, start);
  return readPlain(column, gunzipSync(content), header.struct(7).number(1));
}

function readPage(
  bytes: Uint8Array,
  at: number,
): { readonly header: ReadStruct; readonly content: Uint8Array; readonly end: number } {
  const { struct: header, end: start } = readStruct(bytes, at);
  const end = start + header.number(3);
  return { header, content: bytes.subarray(start, end), end };
}

/** The codes of all rows, from those of the rows that are not null. */
function spread(codes: Int32Array, present: Int32Array | null): Int32Array {
  if (present === null || codes.length === present.length) return codes;
  const all = new Int32Array(present.length);
  for (let i = 0, next = 0; i < all.length; i += 1)
    all[i] = present[i] === 1 ? (codes[next++] as number) : -1;
  return all;
}

/** Above these, JavaScript compares otherwise than Parquet, whose order is that of the UTF-8 bytes. */
const ORDERED_OTHERWISE = /[\ud800-\uffff]/;

function isOrderedOtherwise(values: Values): values is readonly string[] {
  return !(values instanceof Float64Array) && values.some((value) => ORDERED_OTHERWISE.test(value));
}

function inOrderOfParquet(column: CodedColumn): CodedColumn {
  const { values, codes } = column;
  if (!isOrderedOtherwise(values)) return column;
  const bytes = values.map((value) => Buffer.from(value));
  const order = [...values.keys()].sort((a, b) =>
    Buffer.compare(bytes[a] as Buffer, bytes[b] as Buffer),
  );
  const places = new Int32Array(values.length);
  for (const [place, code] of order.entries()) places[code] = place;
  return {
    values: order.map((code) => values[code] as string),
    codes: codes.map((code) => (code < 0 ? -1 : (places[code] as number))),
  };
}

function inOwnOrder(column: CodedColumn): CodedColumn {
  return isOrderedOtherwise(column.values) ? ascending(column.values, column.codes) : column;
}
