import { isoDay } from '../activity/instant.ts';
import type { MergeRules, Row } from '../activity/merge.ts';

/** What the lake knows of one table, `R` being what a row of it is. */
export interface Table<R extends Row = Row> extends MergeRules {
  readonly name: string;
  /** First part of the keys of its pointers. */
  readonly folder: string;
  readonly comment: string;
  readonly columns: readonly Column[];
  /**
   * The column whose UTC day is `dt`, then the one that stands in for null; `local`: `day`, of the account's
   * report zone, which no row tells; `null`: not by day.
   */
  readonly day: readonly [string, ...string[]] | 'local' | null;
  /**
   * Rows whose time in `column` lies in one span of `ms` share a row group, and are sorted by these spans
   * first; `null`: all share one.
   */
  readonly rowGroup: { readonly column: string; readonly ms: number } | null;
  /** Known to the types alone: no table has it. */
  readonly row?: R;
}

export interface Column {
  readonly name: string;
  /** `timestamp`: UTC, milliseconds; `bigint`: 64 bits, as far as JavaScript holds them exactly. */
  readonly type: 'string' | 'timestamp' | 'int' | 'bigint' | 'boolean';
  readonly nullable: boolean;
  /** A nullable column that came later: blocks written before it lack it, and are read with nulls there. */
  readonly cameLater?: true;
  readonly comment: string;
}

export const column = (
  name: string,
  type: Column['type'],
  comment: string,
  { nullable = false } = {},
): Column => ({ name, type, nullable, comment });

export const laterColumn = (name: string, type: Column['type'], comment: string): Column => ({
  ...column(name, type, comment, { nullable: true }),
  cameLater: true,
});

/** The partition column that holds the day; `null` for a table that is not by day. */
export function dayColumn(
  table: Table,
): { readonly name: string; readonly comment: string } | null {
  if (table.day === null) return null;
  if (table.day === 'local') {
    return { name: 'day', comment: 'Local day, in the report time zone of the account.' };
  }
  return { name: 'dt', comment: `UTC day of ${table.day.join(', else of ')}.` };
}

/** UTC day of a row, `YYYY-MM-DD`; `null` for a table that is not by day. */
export function dayOf(table: Table, row: Row): string | null {
  if (table.day === null) return null;
  if (table.day === 'local') throw new TypeError(`No row of ${table.name} tells its local day`);
  const ms = table.day.map((name) => row[name]).find((value) => typeof value === 'number');
  return isoDay(ms as number);
}
