import type { Column } from './table.ts';

/*
 * Rows as columns of codes. A block holds them so, and merging, sorting and cutting are then work on whole
 * numbers: codes stand in the order of what they stand for.
 */

/** What a column holds: each value once, ascending in the order of merge.ts; truth values as 0 and 1. */
export type Values = readonly string[] | Float64Array;

export interface CodedColumn {
  readonly values: Values;
  /** Which value each row has; -1 is null. */
  readonly codes: Int32Array;
}

export interface Columns {
  readonly length: number;
  /** By the name of the column. */
  readonly of: Readonly<Record<string, CodedColumn>>;
}

export function countRows(parts: readonly Columns[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}

/** How many rows have a value that `is` what is asked for. */
export function countWhere(
  parts: readonly Columns[],
  name: string,
  is: (value: string | number) => boolean,
): number {
  let count = 0;
  for (const { of } of parts) {
    const { values, codes } = columnIn(of, name);
    const counted = Array.from<string | number, boolean>(values, is);
    for (const code of codes) if (counted[code] === true) count += 1;
  }
  return count;
}

/** The rows for which it `is` so, in their order. */
export function rowsWhere(length: number, is: (row: number) => boolean): Int32Array {
  const rows = new Int32Array(length);
  let at = 0;
  for (let row = 0; row < length; row += 1) if (is(row)) rows[at++] = row;
  return rows.subarray(0, at);
}

/** The rows that `rows` names, in its order, with the values that they have. */
export function take({ of }: Columns, rows: Int32Array): Columns {
  return { length: rows.length, of: mapped(of, (column) => takeFrom(column, rows)) };
}

/** @param rows -1 for a row that is null */
export function takeFrom({ values, codes }: CodedColumn, rows: Int32Array): CodedColumn {
  const taken = new Int32Array(rows.length);
  if (values.length === 0) return { values, codes: taken.fill(-1) };
  if (values.length === 1 && rows.length > 0 && !codes.includes(-1) && !rows.includes(-1)) {
    return { values, codes: taken };
  }
  const used = new Int32Array(values.length);
  for (let i = 0; i < rows.length; i += 1) {
    const row = rows[i] as number;
    const code = row < 0 ? -1 : (codes[row] as number);
    taken[i] = code;
    if (code >= 0) used[code] = 1;
  }
  return withValuesThatAre(used, values, taken);
}

/**
 * The column without the values that no row has.
 *
 * @param used 1 for each value that a row has, which this changes
 * @param codes which this changes
 */
export function withValuesThatAre(
  used: Int32Array,
  values: Values,
  codes: Int32Array,
): CodedColumn {
  const places = used;
  let count = 0;
  for (let code = 0; code < used.length; code += 1) places[code] = used[code] === 1 ? count++ : -1;
  if (count === values.length) return { values, codes };
  recode(codes, places, codes, 0);
  return { values: valuesThatAre(places, values, count), codes };
}

function valuesThatAre(places: Int32Array, values: Values, count: number): Values {
  if (!(values instanceof Float64Array)) return values.filter((_, code) => places[code] !== -1);
  const kept = new Float64Array(count);
  for (let code = 0; code < values.length; code += 1) {
    const place = places[code] as number;
    if (place >= 0) kept[place] = values[code] as number;
  }
  return kept;
}

/** The rows by a number that each has. */
export function splitBy(columns: Columns, numbers: Float64Array): ReadonlyMap<number, Columns> {
  const parts = [...rowsBy(numbers)];
  return new Map(
    parts.map(([number, rows]) => [number, parts.length === 1 ? columns : take(columns, rows)]),
  );
}

/** Which rows have each number, as they come. */
export function rowsBy(numbers: Float64Array): ReadonlyMap<number, Int32Array> {
  const parts = new Map<number, number>();
  const lengths: number[] = [];
  const partOf = new Int32Array(numbers.length);
  let last = Number.NaN;
  let part = -1;
  for (let row = 0; row < numbers.length; row += 1) {
    const number = numbers[row] as number;
    if (number !== last) {
      last = number;
      part = parts.get(number) ?? lengths.push(0) - 1;
      parts.set(number, part);
    }
    partOf[row] = part;
    lengths[part] = (lengths[part] as number) + 1;
  }
  const rows = lengths.map((length) => new Int32Array(length));
  const filled = new Int32Array(lengths.length);
  for (let row = 0; row < partOf.length; row += 1) {
    const of = partOf[row] as number;
    const at = filled[of] as number;
    (rows[of] as Int32Array)[at] = row;
    filled[of] = at + 1;
  }
  return new Map([...parts].map(([number, of]) => [number, rows[of] as Int32Array]));
}

/** The rows of several, one after the other. All have the columns of the first, or more. */
export function concat(parts: readonly Columns[]): Columns {
  const [{ of } = { of: {} }] = parts;
  return {
    length: countRows(parts),
    of: mapped(of, (_, name) => concatColumn(parts.map((part) => columnIn(part.of, name)))),
  };
}

function concatColumn(parts: readonly CodedColumn[]): CodedColumn {
  const values = parts.map((part) => part.values).reduce(union);
  const codes = new Int32Array(parts.reduce((sum, part) => sum + part.codes.length, 0));
  let at = 0;
  for (const part of parts) {
    // As it mostly is: the others have no value that this one has not.
    if (part.values.length === values.length) codes.set(part.codes, at);
    else recode(part.codes, placesIn(values, part.values), codes, at);
    at += part.codes.length;
  }
  return { values, codes };
}

/** Codes by where their values stand now, written `into` from `at` on. */
export function recode(codes: Int32Array, places: Int32Array, into: Int32Array, at: number): void {
  for (let i = 0; i < codes.length; i += 1) {
    const code = codes[i] as number;
    into[at + i] = code < 0 ? -1 : (places[code] as number);
  }
}

function union(a: Values, b: Values): Values {
  // As times of two row groups are.
  if (a.length > 0 && (a.at(-1) as string) < (b[0] as string)) return following(a, b);
  const values: (string | number)[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    const fromA = j >= b.length || (i < a.length && (a[i] as string) <= (b[j] as string));
    const fromB = i >= a.length || (j < b.length && (b[j] as string) <= (a[i] as string));
    values.push((fromA ? a[i] : b[j]) as string);
    if (fromA) i += 1;
    if (fromB) j += 1;
  }
  return a instanceof Float64Array ? Float64Array.from(values as number[]) : (values as string[]);
}

function following(a: Values, b: Values): Values {
  if (!(a instanceof Float64Array)) return [...a, ...(b as readonly string[])];
  const values = new Float64Array(a.length + b.length);
  values.set(a);
  values.set(b as Float64Array, a.length);
  return values;
}

/** Where the values of one column stand among those of another, which has them all. */
function placesIn(all: Values, some: Values): Int32Array {
  const places = new Int32Array(some.length);
  for (let code = 0, place = 0; code < some.length; place += 1) {
    if (all[place] === some[code]) places[code++] = place;
  }
  return places;
}

/** A column that has no value in any row. */
export function nulls({ type }: Pick<Column, 'type'>, length: number): CodedColumn {
  const values = type === 'string' ? [] : new Float64Array();
  return { values, codes: new Int32Array(length).fill(-1) };
}

export function columnIn(of: Columns['of'], name: string): CodedColumn {
  const column = of[name];
  if (column === undefined) throw new TypeError(`There is no column ${name}`);
  return column;
}

function mapped(
  of: Columns['of'],
  change: (column: CodedColumn, name: string) => CodedColumn,
): Columns['of'] {
  return Object.fromEntries(
    Object.entries(of).map(([name, column]) => [name, change(column, name)]),
  );
}

/** For `compareCodes`. */
export function codesOf({ of }: Columns, names: readonly string[]): readonly Int32Array[] {
  return names.map((name) => columnIn(of, name).codes);
}

/** The order of two rows by these columns, the first deciding. */
export function compareCodes(columns: readonly Int32Array[], a: number, b: number): number {
  for (const codes of columns) {
    const order = (codes[a] as number) - (codes[b] as number);
    if (order !== 0) return order;
  }
  return 0;
}

/** Each row as it stands. */
export function inTurn(length: number): Int32Array {
  const rows = new Int32Array(length);
  for (let row = 0; row < length; row += 1) rows[row] = row;
  return rows;
}
