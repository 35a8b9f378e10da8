import type { Values } from '../columns.ts';
import type { Column } from '../table.ts';

/** 2³²: whole numbers are written in two halves, which is faster than as bigint. */
const HALF = 0x1_0000_0000;
const isWide = ({ type }: Column) => type === 'timestamp' || type === 'bigint';

/**
 * Values one after the other, as Parquet's plain encoding has them.
 *
 * @throws RangeError for a number that is not whole, or too large for its column
 */
export function writePlain(column: Column, values: Values): Uint8Array {
  if (column.type === 'boolean') return writeTruths(values as Float64Array);
  return values instanceof Float64Array ? writeNumbers(column, values) : writeTexts(values);
}

function writeNumbers(column: Column, numbers: Float64Array): Uint8Array {
  const bytes = new Uint8Array(numbers.length * (isWide(column) ? 8 : 4));
  const view = new DataView(bytes.buffer);
  const greatest = isWide(column) ? Number.MAX_SAFE_INTEGER : 0x7fff_ffff;
  for (let i = 0; i < numbers.length; i += 1) {
    const number = numbers[i] as number;
    if (!Number.isInteger(number) || Math.abs(number) > greatest) {
      throw new RangeError(`${column.name} can't be ${number}`);
    }
    if (isWide(column)) {
      view.setUint32(i * 8, number % HALF, true);
      view.setInt32(i * 8 + 4, Math.floor(number / HALF), true);
    } else view.setInt32(i * 4, number, true);
  }
  return bytes;
}

function writeTexts(texts: readonly string[]): Uint8Array {
  const lengths = texts.map((text) => Buffer.byteLength(text));
  const bytes = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + 4 + length, 0));
  let at = 0;
  for (const [i, text] of texts.entries()) {
    at = bytes.writeUint32LE(lengths[i] as number, at);
    at += bytes.write(text, at);
  }
  return bytes;
}

function writeTruths(truths: Float64Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(truths.length / 8));
  for (const [i, truth] of truths.entries())
    if (truth === 1) bytes[i >> 3] = (bytes[i >> 3] as number) | (1 << (i & 7));
  return bytes;
}

/** @throws RangeError when the bytes end before `count` values */
export function readPlain(column: Column, bytes: Buffer, count: number): Values {
  if (column.type === 'string') return readTexts(bytes, count);
  if (column.type === 'boolean') {
    return Float64Array.from({ length: count }, (_, i) => (bytes.readUint8(i >> 3) >> (i & 7)) & 1);
  }
  const numbers = new Float64Array(count);
  for (let i = 0; i < count; i += 1) {
    numbers[i] = isWide(column)
      ? bytes.readInt32LE(i * 8 + 4) * HALF + bytes.readUint32LE(i * 8)
      : bytes.readInt32LE(i * 4);
  }
  return numbers;
}

function readTexts(bytes: Buffer, count: number): readonly string[] {
  const texts: string[] = [];
  let at = 0;
  for (let i = 0; i < count; i += 1) {
    const start = at + 4;
    at = start + bytes.readUint32LE(at);
    if (at > bytes.length) throw new RangeError(`the bytes end within text ${i} of ${count}`);
    texts.push(bytes.toString('utf8', start, at));
  }
  return texts;
}
