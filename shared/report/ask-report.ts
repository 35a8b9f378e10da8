import type { Queries } from '../queries/query-result.ts';
import { blanksOf, filled } from '../views/question.ts';
import { type QueryRow, REPORT_QUERIES, type ReportQuery, type ReportRows } from './query-rows.ts';

export interface Asking {
  /** The text of `sql/report/<name>.sql`. */
  textOf(name: ReportQuery): string;
  /** The rows of a query, in their order. */
  ask(sql: string): Promise<readonly QueryRow[]>;
}

/** Asks the lake, of a folder or of a stack. */
export function askingOf(
  queries: Pick<Queries, 'select'>,
  textOf: Asking['textOf'],
  signal?: AbortSignal,
): Asking {
  const ask = async (sql: string) => {
    const { columns, rows } = await queries.select(sql, signal);
    return rows.map((row) =>
      Object.fromEntries(columns.map(({ name }, at) => [name, row[at] ?? null])),
    ) as readonly QueryRow[];
  };
  return { textOf, ask };
}

/** A day that a report can be made of. */
export interface KnownDay {
  readonly day: string;
  /** Known from its first instant to its last. */
  readonly isWhole: boolean;
}

/** Asks all that a report of one day of an account says. */
export async function askReport(asking: Asking, account: string, day: string): Promise<ReportRows> {
  const found: Partial<Record<ReportQuery, readonly QueryRow[]>> = {};
  // One after the other: DuckDB streams one answer at a time.
  for (const name of REPORT_QUERIES) {
    found[name] = await asking.ask(reportQuery(asking.textOf(name), account, day));
  }
  return found as ReportRows;
}

/** The days of an account, earliest first. */
export async function askDays({ textOf, ask }: Asking, account: string): Promise<KnownDay[]> {
  const rows = await ask(reportQuery(textOf('days'), account, ''));
  return rows.map((row) => ({ day: String(row.day), isWhole: row.is_whole === true }));
}

/** A text of `sql/report` about one day of an account. */
export function reportQuery(text: string, account: string, day: string): string {
  const values: Readonly<Record<string, string>> = { account, day };
  const asked = blanksOf(text).map(({ name }) => [name, values[name] ?? '']);
  return filled(text, Object.fromEntries(asked));
}
