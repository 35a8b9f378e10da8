import type { DuckDBConnection } from '@duckdb/node-api';
import { QueryError } from '../../shared/errors.ts';
import { sqlText } from '../../shared/views/values.ts';

export interface CopyDuring {
  readonly signal: AbortSignal;
  /** Told now and then how much of the query is done, in percent. */
  readonly onProgress: (percent: number) => void;
}

/** Sums are that wide in DuckDB, but neither in Parquet, which would have them as floating point, nor in Athena. */
const WIDER_THAN_PARQUET = /^U?HUGEINT$/;

const PROGRESS_EVERY_MS = 500;

/**
 * Writes what a query gives into a Parquet file, which the connection is allowed to write.
 *
 * @returns how many rows it has
 * @throws QueryError when the signal is aborted; otherwise whatever DuckDB throws
 */
export async function copyToParquet(
  connection: DuckDBConnection,
  { sql, file }: { readonly sql: string; readonly file: string },
  { signal, onProgress }: CopyDuring,
): Promise<number> {
  const timer = setInterval(() => onProgress(connection.progress.percentage), PROGRESS_EVERY_MS);
  const stop = () => connection.interrupt();
  signal.addEventListener('abort', stop);
  try {
    // One SELECT and nothing else: `query` takes no other statement.
    const rows = `query(${sqlText(sql)})`;
    const narrowed = await narrowedColumns(connection, rows);
    const { rowsChanged } = await connection.run(
      `COPY (SELECT *${narrowed} FROM ${rows}) TO ${sqlText(file)} (FORMAT parquet, USE_TMP_FILE false)`,
    );
    return rowsChanged;
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new QueryError('The query was stopped before it had ended.', 'Run it again.');
  } finally {
    clearInterval(timer);
    signal.removeEventListener('abort', stop);
  }
}

async function narrowedColumns(connection: DuckDBConnection, rows: string): Promise<string> {
  const described = await connection.runAndReadAll(`DESCRIBE FROM ${rows}`);
  const narrowed = described
    .getRows()
    .filter(([, type]) => WIDER_THAN_PARQUET.test(String(type)))
    .map(([name]) => `"${String(name).replaceAll('"', '""')}"`)
    .map((name) => `${name}::BIGINT AS ${name}`);
  return narrowed.length === 0 ? '' : ` REPLACE (${narrowed.join(', ')})`;
}
