import type { MergeRules, Row } from '../activity/merge.ts';

/** What the lake knows of one table. */
export interface Table extends MergeRules {
  readonly name: string;
  /** First part of the keys of its pointers. */
  readonly folder: string;
  readonly comment: string;
  readonly columns: readonly Column[];
  /** The column whose UTC day is `dt`, then the one that stands in for null; `null`: not by day. */
  readonly day: readonly [string, ...string[]] | null;
  /** Rows of one value share a row group; the first sort key of every table that has groups. */
  readonly rowGroup: ((row: Row) => number) | null;
}

export interface Column {
  readonly name: string;
  /** `timestamp`: UTC, milliseconds; `bigint`: 64 bits, as far as JavaScript holds them exactly. */
  readonly type: 'string' | 'timestamp' | 'int' | 'bigint' | 'boolean';
  readonly nullable: boolean;
  readonly comment: string;
}

/** UTC day of a row, `YYYY-MM-DD`; `null` for a table that is not by day. */
export function dayOf(table: Table, row: Row): string | null {
  if (table.day === null) return null;
  const ms = table.day.map((name) => row[name]).find((value) => typeof value === 'number');
  return new Date(ms as number).toISOString().slice(0, 10);
}
