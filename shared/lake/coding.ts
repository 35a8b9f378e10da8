import type { EventColumns } from '../activity/event-columns.ts';
import type { Row } from '../activity/merge.ts';
import {
  type CodedColumn,
  type Columns,
  columnIn,
  recode,
  type Values,
  withValuesThatAre,
} from './columns.ts';
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

export function asRows<R extends Row>(
  { columns: named }: Pick<Table<R>, 'columns' | 'row'>,
  { length, of }: Columns,
): readonly R[] {
  const columns = named.map(({ name, type }) => {
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
  const [first] = numbers;
  if (first === undefined) return { values: new Float64Array(), codes: new Int32Array() };
  if (numbers instanceof Int32Array) {
    return numberedOnScale(numbers.slice(), 0, 1) ?? numberedByValue(numbers);
  }
  for (const step of [1_000, 1]) {
    const steps = stepsFrom(first, step, numbers);
    const column = steps === null ? null : numberedOnScale(steps, first, step);
    if (column !== null) return column;
  }
  return numberedByValue(numbers);
}

/** `null` where one is no whole step away, or too many. */
function stepsFrom(origin: number, step: number, numbers: Float64Array): Int32Array | null {
  const steps = new Int32Array(numbers.length);
  for (let i = 0; i < numbers.length; i += 1) {
    // A division is several times faster than a remainder.
    const away = ((numbers[i] as number) - origin) / step;
    steps[i] = away;
    if (origin + (steps[i] as number) * step !== numbers[i]) return null;
  }
  return steps;
}

/**
 * Steps from an origin as the numbers that they lead to; `null` where they lie so far from each other that a place for
 * each step between them is too much.
 *
 * @param steps which this changes, into the codes
 */
function numberedOnScale(steps: Int32Array, origin: number, step: number): CodedColumn | null {
  let least = steps[0] ?? 0;
  let greatest = least;
  for (let i = 1; i < steps.length; i += 1) {
    const place = steps[i] as number;
    if (place < least) least = place;
    if (place > greatest) greatest = place;
  }
  const length = greatest - least + 1;
  if (length > 4 * steps.length + 100) return null;
  const used = new Int32Array(length);
  for (let i = 0; i < steps.length; i += 1) {
    const place = (steps[i] as number) - least;
    steps[i] = place;
    used[place] = 1;
  }
  const values = new Float64Array(length);
  for (let place = 0; place < length; place += 1) values[place] = origin + (least + place) * step;
  return withValuesThatAre(used, values, steps);
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
function withUsedValues(values: Values, codes: Int32Array): CodedColumn {
  const used = new Int32Array(values.length);
  for (let i = 0; i < codes.length; i += 1) {
    const code = codes[i] as number;
    if (code >= 0) used[code] = 1;
  }
  return withValuesThatAre(used, values, codes);
}
