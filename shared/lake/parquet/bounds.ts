import type { Values } from '../columns.ts';
import type { Column } from '../table.ts';
import { writePlain } from './plain.ts';

/** Long enough for any id: shorter bounds are still right, they only prune less. */
const BOUND_BYTES = 64;

/** What no value of a chunk is below, or above, as the statistics write it. */
export interface Bound {
  readonly bytes: Uint8Array;
  /** Whether it is itself one of the values. */
  readonly isExact: boolean;
}

/** @param values in the order of Parquet */
export function lowerBound(column: Column, values: Values): Bound | null {
  const first = values[0];
  if (typeof first !== 'string') return exactBound(column, first);
  const bytes = Buffer.from(first);
  if (bytes.length <= BOUND_BYTES) return { bytes, isExact: true };
  return { bytes: beginningOf(bytes), isExact: false };
}

/** @param values in the order of Parquet */
export function upperBound(column: Column, values: Values): Bound | null {
  const last = values.at(-1);
  if (typeof last !== 'string') return exactBound(column, last);
  const bytes = Buffer.from(last);
  if (bytes.length <= BOUND_BYTES) return { bytes, isExact: true };
  return above(beginningOf(bytes).toString());
}

function exactBound(column: Column, value: number | undefined): Bound | null {
  if (value === undefined) return null;
  return { bytes: writePlain(column, Float64Array.of(value)), isExact: true };
}

/** As much as is short enough, in whole characters. */
function beginningOf(bytes: Buffer): Buffer {
  let end = BOUND_BYTES;
  while (((bytes[end] as number) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end);
}

/** The least text that is above all that begin with `beginning`, as far as it is short enough. */
function above(beginning: string): Bound | null {
  const characters = [...beginning];
  for (let last = characters.pop(); last !== undefined; last = characters.pop()) {
    const code = last.codePointAt(0) as number;
    if (code === 0x10ffff) continue;
    const next = String.fromCodePoint(code === 0xd7ff ? 0xe000 : code + 1);
    const bytes = Buffer.from(characters.join('') + next);
    if (bytes.length <= BOUND_BYTES) return { bytes, isExact: false };
  }
  return null;
}
