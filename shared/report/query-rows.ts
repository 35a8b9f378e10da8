import type { Group } from '../activity/activity-groups.ts';

/** A value as DuckDB and Athena give it to us: a time as `2026-01-31 10:15:00`, a date as `2026-01-31`. */
export type Value = string | number | boolean | null;

export type QueryRow = Readonly<Record<string, Value>>;

/** What is asked for a report: the texts are `sql/report/<name>.sql`. */
export const REPORT_QUERIES = [
  'days',
  'offsets',
  'figures',
  'staffing',
  'planned',
  'stays',
  'agents',
  'reasons',
  'weeks',
  'look-here',
  'quality',
] as const;

export type ReportQuery = (typeof REPORT_QUERIES)[number];

export type ReportRows = Readonly<Record<ReportQuery, readonly QueryRow[]>>;

/** Reads the columns of one row as what they are known to be. */
export function reader(row: QueryRow) {
  const time = (name: string) => {
    const value = row[name] ?? null;
    return value === null ? null : Date.parse(`${String(value).replace(' ', 'T')}Z`);
  };
  const known = (name: string, number: number | null) => {
    if (number === null || Number.isNaN(number)) {
      throw new TypeError(`${name} of a row of the report is ${row[name]}`);
    }
    return number;
  };
  return {
    text: (name: string) => String(row[name]),
    textOrNull: (name: string) => (row[name] === null ? null : String(row[name])),
    group: (name: string) => String(row[name]) as Group,
    number: (name: string) => known(name, row[name] === null ? null : Number(row[name])),
    numberOrNull: (name: string) => (row[name] === null ? null : Number(row[name])),
    is: (name: string) => row[name] === true,
    isOrNull: (name: string) => (row[name] === null ? null : row[name] === true),
    /** Epoch milliseconds. */
    atMs: (name: string) => known(name, time(name)),
    atMsOrNull: time,
  };
}
