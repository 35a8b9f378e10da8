/** The tables of a lake, to be read with SQL. */
export interface Queries {
  /** @throws QueryError in the words of who answers it, also when the signal is aborted */
  select(sql: string, signal?: AbortSignal): Promise<QueryResult>;
  /** The same, with rows as they come. */
  stream(sql: string, signal?: AbortSignal): Promise<ResultStream>;
  close(): void;
}

interface ResultColumn {
  readonly name: string;
  readonly numeric: boolean;
}

/** A value as JSON has it; times are text without a zone. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [name: string]: Json };

export type Rows = readonly (readonly Json[])[];

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
