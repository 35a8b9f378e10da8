import path from 'node:path';
import {
  DuckDBInstance,
  type DuckDBResultReader,
  type DuckDBValue,
  type Json,
  StatementType,
} from '@duckdb/node-api';
import type { Table } from '../shared/lake/table.ts';
import { tables } from '../shared/lake/tables.ts';
import { currentInFolder } from './current-files.ts';
import { lakeFolder } from './data-folder.ts';
import { QueryError } from './errors.ts';
import type { Queries, QueryResult } from './query-result.ts';
import { columnsOf, partitionsOf } from './table-columns.ts';

/** The tables of a data folder, to be read with SQL. */
export interface Lake extends Queries {
  /**
   * @param values for `$name` in the query
   * @throws QueryError in DuckDB's words
   */
  ask(sql: string, values: Record<string, DuckDBValue>): Promise<QueryResult>;
}

const NUMERIC = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL.*)$/;

/** Opens DuckDB in memory with one view for each table. It reads the lake's files and no others. */
export async function openLake(dataDir: string): Promise<Lake> {
  const folder = path.resolve(lakeFolder(dataDir));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const allowed = [folder, literal(folder)].map((name) => quoted(`${name}/`));
  await connection.run(`SET allowed_directories = [${allowed.join(', ')}]`);
  await connection.run('SET enable_external_access = false');
  await connection.run(`SET TimeZone = 'UTC'`);
  for (const table of tables) await connection.run(viewOf(table, folder));
  await connection.run('SET lock_configuration = true');

  const read = async (sql: string, values?: Record<string, DuckDBValue>) => {
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
    return resultOf(await statement.runAndReadAll());
  };
  const ask = (sql: string, values?: Record<string, DuckDBValue>) =>
    read(sql, values).catch((error: Error) => {
      throw error instanceof QueryError ? error : queryError(error);
    });
  return {
    ask,
    select: (sql) => ask(sql),
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

function viewOf(table: Table, folder: string): string {
  const columns = columnsOf(table);
  const files = currentInFolder(folder, table);
  if (files.length === 0) {
    const typed = columns.map(({ name, type }) => `NULL::${type} AS ${name}`).join(', ');
    return `CREATE VIEW ${table.name} AS SELECT ${typed} WHERE false`;
  }
  const own = table.columns.map(({ name }) => name);
  // Partitions are those of the path below the lake: a folder above it may be called `key=value`, too.
  // DuckDB reads no file that a condition on such an expression of its name excludes.
  const key = `substr(filename, ${[...folder].length + 2})`;
  const ofPath = partitionsOf(table).map(
    ({ name, type }) => `regexp_extract(${key}, '/${name}=([^/]*)/', 1)::${type} AS ${name}`,
  );
  const paths = files.map((file) => quoted(literal(path.join(folder, file.key))));
  return `CREATE VIEW ${table.name} AS SELECT ${[...own, ...ofPath].join(', ')}
    FROM read_parquet([${paths.join(', ')}], filename = true, hive_partitioning = false)`;
}

/** A path as a pattern that matches it alone. */
function literal(name: string): string {
  return name.replace(/[*?[]/g, '[$&]');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function resultOf(reader: DuckDBResultReader): QueryResult {
  const columns = reader.deduplicatedColumnNames().map((name, index) => {
    const type = reader.columnType(index).toString();
    return { name, numeric: NUMERIC.test(type), whole: /INT/.test(type) };
  });
  // DuckDB's 64-bit numbers come as text; most are small enough to be numbers.
  const value = (json: Json, index: number): Json =>
    typeof json === 'string' && columns[index]?.whole && Number.isSafeInteger(Number(json))
      ? Number(json)
      : json;
  return { columns, rows: reader.getRowsJson().map((row) => row.map(value)) };
}

function queryError(error: Error): QueryError {
  const message = error.message.trim();
  if (/^Catalog Error: Table with name/.test(message)) {
    const [first = message] = message.split('\n');
    return new QueryError(first, `The tables are ${tables.map(({ name }) => name).join(', ')}.`);
  }
  return new QueryError(message, 'Correct the query. `sql` without one lists tables and columns.');
}
