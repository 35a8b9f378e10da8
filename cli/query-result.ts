import type { Json } from '@duckdb/node-api';
import { oneLine, tableLines } from './table.ts';
import { paintFor } from './terminal.ts';

/** The tables of a lake, to be read with SQL. */
export interface Queries {
  /** @throws QueryError in the words of who answers it, also when the signal is aborted */
  select(sql: string, signal?: AbortSignal): Promise<QueryResult>;
  close(): void;
}

export interface QueryResult {
  readonly columns: readonly { readonly name: string; readonly numeric: boolean }[];
  readonly rows: readonly (readonly Json[])[];
}

/** A query's result as an aligned table. */
export function resultLines({ columns, rows }: QueryResult): string[] {
  const { bold, dim } = paintFor(process.stdout);
  const cells = rows.map((row) =>
    row.map((value) => {
      if (value === null) return 'NULL';
      return oneLine(typeof value === 'object' ? JSON.stringify(value) : String(value));
    }),
  );
  const heads = columns.map(({ name, numeric }) => ({ name, alignRight: numeric }));
  const [head = '', rule = '', ...lines] = tableLines(heads, cells);
  return [bold(head), dim(rule), ...lines];
}

/** A list of objects. */
export function resultJson({ columns, rows }: QueryResult): string {
  const objects = rows.map((row) =>
    Object.fromEntries(columns.map(({ name }, index) => [name, row[index] ?? null])),
  );
  return JSON.stringify(objects, null, 2);
}
