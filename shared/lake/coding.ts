import type { EventColumns } from '../activity/event-columns.ts';
import type { Row } from '../activity/merge.ts';
import { type CodedColumn, type Columns, columnIn, recode, type Values } from './columns.ts';
import type { Column, Table } from './table.ts';

/* How rows become columns of codes, and rows again. */

/** @throws TypeError when a row has no value that the table requires */
export function columnsOf(table: Table, rows: readonly Row[] | EventColumns): Columns {
  const { length } = rows;
  const of: Record<string, CodedColumn> = {};
  for (const column of table.columns) {
    const found = isRows(rows) ? codedFromRows(column, rows) : codedFrom(column, rows);
    if (!column.nullable && found.codes.includes(-1)) {
      throw new TypeError(`${column.name} is required, but a row has none`);
    }
    of[column.name] = found;
  }
  return { length, of };
}

const isRows = (rows: readonly Row[] | EventColumns): rows is readonly Row[] => Array.isArray(rows);

export function asRows<R extends Row>(table: Table, { length, of }: Columns): readonly R[] {
  const columns = table.columns.map(({ name, type }) => {
    const { values, codes } = columnIn(of, name);
    return { name, codes, values: type === 'boolean' ? Array.from(values, Boolean) : values };
  });
  const rows: R[] = [];
  for (let i = 0; i < length; i += 1) {
    const row: Record<string, Row[string]> = {};
    for (const { name, codes, values } of columns) row[name] = values[codes[i] as number] ?? null;
    rows.push(row as R);
  }
  return rows;
}

function codedFromRows({ name, type }: Column, rows: readonly Row[]): CodedColumn {
  const first = new Map<Row[string], number>();
  const codes = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i += 1) {
    const value = rows[i]?.[name] ?? null;
    let code = value === null ? -1 : first.get(value);
    if (code === undefined) {
      code = first.size;
      first.set(value, code);
    }
    codes[i] = code;
  }
  const found = [...first.keys()];
  const values = type === 'string' ? (found as string[]) : Float64Array.from(found as number[]);
  return ascending(values, codes);
}

function codedFrom({ name }: Column, columns: EventColumns): CodedColumn {
  const column = columns[name as Exclude<keyof EventColumns, 'length'>];
  if (column === undefined) throw new TypeError(`There is no column ${name}`);
  return 'codes' in column ? ascending(column.values, column.codes) : numbered(column);
}

/** Numbers as a column. */
export function numbered(numbers: Float64Array | Int32Array): CodedColumn {
  const scale = scaleOf(numbers);
  return scale === null ? numberedByValue(numbers) : numberedOnScale(numbers, scale);
}

/** A ruler on which every number of a column lies. */
interface Scale {
  readonly least: number;
  readonly step: number;
  readonly length: number;
}

/** `null` where there is none, or it would be much longer than the column. */
function scaleOf(numbers: Float64Array | Int32Array): Scale | null {
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  let step = 1_000;
  for (let i = 0; i < numbers.length; i += 1) {
    const number = numbers[i] as number;
    if (number < least) least = number;
    if (number > greatest) greatest = number;
    if (!Number.isInteger(number)) return null;
    // A division is several times faster than a remainder.
    if (step > 1 && !Number.isInteger(number / step)) step = 1;
  }
  const length = (greatest - least) / step + 1;
  return length >= 1 && length <= 4 * numbers.length + 100 ? { least, step, length } : null;
}

function numberedOnScale(numbers: Float64Array | Int32Array, { least, step, length }: Scale) {
  const places = new Int32Array(length);
  for (let i = 0; i < numbers.length; i += 1) places[((numbers[i] as number) - least) / step] = 1;
  const values = new Float64Array(places.reduce((sum, used) => sum + used, 0));
  for (let place = 0, code = 0; place < length; place += 1) {
    if (places[place] === 0) continue;
    values[code] = least + place * step;
    places[place] = code++;
  }
  const codes = new Int32Array(numbers.length);
  for (let i = 0; i < numbers.length; i += 1) {
    codes[i] = places[((numbers[i] as number) - least) / step] as number;
  }
  return { values, codes };
}

function numberedByValue(numbers: Float64Array | Int32Array): CodedColumn {
  const values = Float64Array.from(new Set(numbers)).sort();
  const places = new Map<number, number>();
  for (let code = 0; code < values.length; code += 1) places.set(values[code] as number, code);
  const codes = new Int32Array(numbers.length);
  for (let i = 0; i < numbers.length; i += 1) codes[i] = places.get(numbers[i] as number) as number;
  return { values, codes };
}

/** The same column with its values in order, each once, and none that no row has. */
export function ascending(values: Values, codes: Int32Array): CodedColumn {
  const isAscending = values.every(
    (value: string | number, i: number) => i === 0 || (values[i - 1] as string) < (value as string),
  );
  if (isAscending) return withUsedValues(values, codes.slice());
  const order = Int32Array.from(values.keys()).sort((a, b) =>
    (values[a] as string) < (values[b] as string) ? -1 : 1,
  );
  const places = new Int32Array(values.length);
  const sorted: (string | number)[] = [];
  for (const code of order) {
    if (sorted.at(-1) !== values[code]) sorted.push(values[code] as string);
    places[code] = sorted.length - 1;
  }
  const placed = new Int32Array(codes.length);
  recode(codes, places, placed, 0);
  const isText = !(values instanceof Float64Array);
  return withUsedValues(
    isText ? (sorted as string[]) : Float64Array.from(sorted as number[]),
    placed,
  );
}

/** @param codes which this changes */
export function withUsedValues(values: Values, codes: Int32Array): CodedColumn {
  const place = new Int32Array(values.length);
  for (let i = 0; i < codes.length; i += 1) {
    const code = codes[i] as number;
    if (code >= 0) place[code] = 1;
  }
  let used = 0;
  for (let code = 0; code < place.length; code += 1)
    if (place[code] === 1) place[code] = used++;
    else place[code] = -1;
  if (used === values.length) return { values, codes };
  for (let i = 0; i < codes.length; i += 1) {
    const code = codes[i] as number;
    if (code >= 0) codes[i] = place[code] as number;
  }
  return {
    values: values.filter((_: unknown, code: number) => place[code] !== -1) as Values,
    codes,
  };
}
