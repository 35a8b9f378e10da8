import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  DuckDBInstance,
  type DuckDBResult,
  type DuckDBValue,
  type Json,
  StatementType,
} from '@duckdb/node-api';
import { QueryError } from '../../shared/errors.ts';
import type { Table } from '../../shared/lake/table.ts';
import { agentActivity, tables } from '../../shared/lake/tables.ts';
import {
  type Queries,
  type QueryResult,
  type ResultStream,
  wholeOf,
} from '../../shared/queries/query-result.ts';
import { sqlText } from '../../shared/views/values.ts';
import { whatThereIs } from '../../shared/views/what-there-is.ts';
import { analystViews, type ReportedAccount } from '../sql/analyst-views.ts';
import { currentInFolder } from '../sql/current-files.ts';
import { type CopyDuring, copyToParquet } from '../sql/parquet-copy.ts';
import { columnsOf, partitionsOf } from '../sql/table-columns.ts';
import { lakeFolder } from './data-folder.ts';
import { folderAccounts, unnamedAccount } from './folder-accounts.ts';

/** The tables of a data folder, to be read with SQL. */
export interface Lake extends Queries {
  /**
   * @param values for `$name` in the query
   * @throws QueryError in DuckDB's words
   */
  ask(sql: string, values: Record<string, DuckDBValue>): Promise<QueryResult>;
  /**
   * Writes what a query gives into a Parquet file, the one that the lake was opened to write.
   *
   * @returns how many rows it has
   * @throws QueryError in DuckDB's words, also when the signal is aborted
   */
  copy(sql: string, during: CopyDuring): Promise<number>;
}

/** DuckDB takes file names for patterns, and knows no way to say otherwise that holds for all of them. */
const READ_AS_PATTERN = /[*?[\\]/;

const NUMERIC = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL.*)$/;

/**
 * Opens DuckDB in memory with one view for each table, and those for analysts. It reads the lake's
 * files and no others.
 *
 * @param mayWrite the absolute path of the one file that it may write
 * @throws SettingsError when the folder's `accounts.json` is wrong
 */
export async function openLake(dataDir: string, mayWrite?: string): Promise<Lake> {
  const accounts = reportedAccounts(dataDir);
  const named = path.resolve(lakeFolder(dataDir));
  const link = READ_AS_PATTERN.test(named) ? linkTo(named) : null;
  const folder = link ?? named;
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`SET allowed_directories = [${sqlText(`${folder}/`)}]`);
  if (mayWrite !== undefined) {
    await connection.run(`SET allowed_paths = [${sqlText(mayWrite)}]`);
    // It counts for the one who asks how far it is, and prints nothing.
    await connection.run('SET enable_progress_bar = true');
    await connection.run('SET enable_progress_bar_print = false');
  }
  await connection.run('SET enable_external_access = false');
  await connection.run(`SET TimeZone = 'UTC'`);
  for (const table of tables) await connection.run(viewOf(table, folder));
  for (const view of analystViews(folder, accounts)) await connection.run(view);
  await connection.run('SET lock_configuration = true');

  const begin = async (sql: string, values?: Record<string, DuckDBValue>) => {
    const statements = await connection.extractStatements(sql);
    if (statements.count !== 1) {
      throw new QueryError('One query at a time.', 'Give one SELECT.');
    }
    const statement = await statements.prepare(0);
    // Nothing else: COPY and ATTACH could write where they may read, into the lake.
    if (statement.statementType !== StatementType.SELECT) {
      throw new QueryError(
        `This is ${StatementType[statement.statementType]}, and only SELECT is allowed: the lake is written by its runs alone.`,
        'Give a SELECT (also WITH, FROM, DESCRIBE, SUMMARIZE, SHOW TABLES).',
      );
    }
    if (values !== undefined) statement.bind(values);
    return streamOf(await statement.stream());
  };
  const stream = (sql: string, values?: Record<string, DuckDBValue>) =>
    begin(sql, values).catch(inOurWords);
  const ask = async (sql: string, values?: Record<string, DuckDBValue>) =>
    wholeOf(await stream(sql, values));
  return {
    ask,
    select: (sql) => ask(sql),
    stream: (sql) => stream(sql),
    copy: (sql, during) =>
      copyToParquet(connection, { sql, file: mayWrite ?? '' }, during).catch((error: Error) => {
        // Of the file, not of the query: a full disk is no mistake in it.
        if (/^IO Error/.test(error.message)) throw error;
        return inOurWords(error);
      }),
    close: () => {
      connection.closeSync();
      instance.closeSync();
      if (link !== null) rmSync(path.dirname(link), { recursive: true });
    },
  };
}

/** The accounts that have something in the lake, as its folder says that analysts see them. */
function reportedAccounts(dataDir: string): readonly ReportedAccount[] {
  const named = folderAccounts(dataDir);
  const stored = currentInFolder(lakeFolder(dataDir), agentActivity).map((file) => file.accountId);
  const others = [...new Set(stored)].filter((id) => !named.some((account) => account.id === id));
  return [...named, ...others.map(unnamedAccount)];
}

/** @param folder of the lake, under a name that DuckDB takes for no pattern */
export function viewOf(table: Table, folder: string): string {
  const files = currentInFolder(folder, table);
  const nulls = columnsOf(table).map(({ name, type }) => `NULL::${type} AS ${name}`);
  const empty = `CREATE VIEW ${table.name} AS SELECT ${nulls.join(', ')} WHERE false`;
  if (files.length === 0) return empty;
  // Partitions are those of the path below the lake: a folder above it may be called `key=value`, too.
  // DuckDB reads no file that a condition on such an expression of its name excludes.
  const key = `substr(filename, ${[...folder].length + 2})`;
  const ofPath = partitionsOf(table).map(
    ({ name, type }) => `regexp_extract(${key}, '/${name}=([^/]*)/', 1)::${type} AS ${name}`,
  );
  const paths = files.map((file) => sqlText(path.join(folder, file.key)));
  const read = `read_parquet([${paths.join(', ')}], filename = true, hive_partitioning = false`;
  if (table.columns.some(({ cameLater }) => cameLater)) {
    // No file may have such a column, or some; to know, DuckDB reads the end of each.
    return `${empty} UNION ALL BY NAME
      SELECT ${['* EXCLUDE filename', ...ofPath].join(', ')} FROM ${read}, union_by_name = true)`;
  }
  const own = table.columns.map(({ name }) => name);
  return `CREATE VIEW ${table.name} AS SELECT ${[...own, ...ofPath].join(', ')} FROM ${read})`;
}

/** A link to a folder, under a name that is no pattern, in a folder of its own that goes with the lake. */
function linkTo(folder: string): string {
  const link = path.join(mkdtempSync(path.join(tmpdir(), 'activity-')), 'lake');
  symlinkSync(folder, link, 'junction');
  return link;
}

function streamOf(result: DuckDBResult): ResultStream {
  const columns = result.deduplicatedColumnNames().map((name, index) => {
    const type = result.columnType(index).toString();
    return { name, numeric: NUMERIC.test(type), whole: /INT/.test(type) };
  });
  // DuckDB's 64-bit numbers come as text; most are small enough to be numbers.
  const value = (json: Json, index: number): Json =>
    typeof json === 'string' && columns[index]?.whole && Number.isSafeInteger(Number(json))
      ? Number(json)
      : json;
  const batches = async function* () {
    try {
      for await (const rows of result.yieldRowsJson()) yield rows.map((row) => row.map(value));
    } catch (error) {
      inOurWords(error as Error);
    }
  };
  return { columns, batches: batches() };
}

function inOurWords(error: Error): never {
  throw error instanceof QueryError ? error : queryError(error);
}

function queryError(error: Error): QueryError {
  const message = error.message.trim();
  if (/^Catalog Error: Table with name/.test(message)) {
    const [first = message] = message.split('\n');
    return new QueryError(first, whatThereIs);
  }
  return new QueryError(message, 'Correct the query. `sql` without one lists tables and columns.');
}
