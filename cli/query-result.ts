import type { Json } from '@duckdb/node-api';
import { oneLine, type TableColumn, tableOf } from './table.ts';
import { paintFor } from './terminal.ts';

/** From so many rows the widths of a printed table are taken: a result may be longer than memory. */
const ROWS_MEASURED = 1_000;

/** The tables of a lake, to be read with SQL. */
export interface Queries {
  /** @throws QueryError in the words of who answers it, also when the signal is aborted */
  select(sql: string, signal?: AbortSignal): Promise<QueryResult>;
  /** The same, with rows as they come. */
  stream(sql: string, signal?: AbortSignal): Promise<ResultStream>;
  close(): void;
}

export interface ResultColumn {
  readonly name: string;
  readonly numeric: boolean;
}

type Rows = readonly (readonly Json[])[];

export interface QueryResult {
  readonly columns: readonly ResultColumn[];
  readonly rows: Rows;
}

export interface ResultStream {
  readonly columns: readonly ResultColumn[];
  readonly batches: AsyncIterable<Rows>;
}

export async function wholeOf({ columns, batches }: ResultStream): Promise<QueryResult> {
  const rows: (readonly Json[])[] = [];
  for await (const batch of batches) for (const row of batch) rows.push(row);
  return { columns, rows };
}

/** A query's result as an aligned table, line by line: its head, then one for each row. */
export async function* resultLines({ columns, batches }: ResultStream): AsyncGenerator<string> {
  const { bold, dim } = paintFor(process.stdout);
  const heads = columns.map(({ name, numeric }) => ({ name, alignRight: numeric }));
  const first: string[][] = [];
  let table: ReturnType<typeof tableOf> | undefined;
  const begin = function* (measured: TableColumn[]) {
    table = tableOf(measured, first);
    yield bold(table.head);
    yield dim(table.rule);
    yield* first.map(table.line);
  };
  for await (const batch of batches) {
    for (const row of batch) {
      if (table !== undefined) yield table.line(cellsOf(row));
      else if (first.push(cellsOf(row)) === ROWS_MEASURED) yield* begin(heads);
    }
  }
  if (table === undefined) yield* begin(heads);
}

function cellsOf(row: readonly Json[]): string[] {
  return row.map((value) => {
    if (value === null) return 'NULL';
    return oneLine(typeof value === 'object' ? JSON.stringify(value) : String(value));
  });
}

/** A list of objects, line by line. */
export async function* jsonLines({ columns, batches }: ResultStream): AsyncGenerator<string> {
  let before: string | undefined;
  for await (const batch of batches) {
    for (const row of batch) {
      yield before === undefined ? '[' : `${before},`;
      const object = Object.fromEntries(
        columns.map(({ name }, index) => [name, row[index] ?? null]),
      );
      before = JSON.stringify(object, null, 2).replace(/^/gm, '  ');
    }
  }
  yield before === undefined ? '[]' : `${before}\n]`;
}
