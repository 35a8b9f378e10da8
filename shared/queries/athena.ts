import {
  type AthenaClient,
  type ColumnInfo,
  GetQueryExecutionCommand,
  InvalidRequestException,
  paginateGetQueryResults,
  type QueryExecution,
  type ResultSet,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import type { Clock } from '../clock.ts';
import { QueryError } from '../errors.ts';
import { whatThereIs } from '../views/what-there-is.ts';
import { type Json, type Queries, type ResultStream, wholeOf } from './query-result.ts';

const FIRST_POLL_MS = 250;
const LONGEST_POLL_MS = 2_000;

/** Athena's own words for asking; anything else could change or remove what it names. */
const ASKS =
  /^(\s|\(|--[^\n]*\n|\/\*[\s\S]*?\*\/)*(select|with|values|table|show|describe|desc|explain)\b/i;
const INTEGER = /^(tinyint|smallint|integer|int|bigint)$/;
const FLOAT = /^(float|real|double)$/;

interface Athena {
  readonly client: AthenaClient;
  readonly workgroup: string;
  readonly database: string;
  readonly clock: Clock;
}

/** The tables of a stack. Queries run in its workgroup, which limits what one may read. */
export function athenaQueries(athena: Athena): Queries {
  const stream: Queries['stream'] = async (sql, signal) => {
    if (!ASKS.test(sql)) {
      throw new QueryError(
        'Only a query is allowed: the lake is written by its runs alone.',
        'Give a SELECT (also WITH, VALUES, SHOW, DESCRIBE, EXPLAIN).',
      );
    }
    const id = await start(athena, sql);
    const execution = await ended(athena, id, signal);
    return resultOf(athena.client, id, execution.StatementType === 'DML');
  };
  return {
    stream,
    select: async (sql, signal) => wholeOf(await stream(sql, signal)),
    close: () => {},
  };
}

async function start({ client, workgroup, database }: Athena, sql: string): Promise<string> {
  const command = new StartQueryExecutionCommand({
    QueryString: sql,
    WorkGroup: workgroup,
    QueryExecutionContext: { Database: database },
  });
  const { QueryExecutionId } = await client.send(command).catch((error: Error) => {
    throw error instanceof InvalidRequestException ? queryError(error.message) : error;
  });
  if (QueryExecutionId === undefined) throw new TypeError('Athena gave the query no id');
  return QueryExecutionId;
}

async function ended(
  { client, clock }: Athena,
  id: string,
  signal: AbortSignal | undefined,
): Promise<QueryExecution> {
  for (let waitMs = FIRST_POLL_MS; ; waitMs = Math.min(waitMs * 1.5, LONGEST_POLL_MS)) {
    const { QueryExecution: execution = {} } = await client.send(
      new GetQueryExecutionCommand({ QueryExecutionId: id }),
    );
    const { State, StateChangeReason = 'no reason given' } = execution.Status ?? {};
    if (State === 'SUCCEEDED') return execution;
    if (State === 'FAILED') throw queryError(StateChangeReason);
    if (State === 'CANCELLED') {
      throw new QueryError(
        `The query was cancelled: ${StateChangeReason}.`,
        nextStep(StateChangeReason),
      );
    }
    await clock.sleep(waitMs, signal).catch(() => {});
    if (signal?.aborted) {
      await client.send(new StopQueryExecutionCommand({ QueryExecutionId: id }));
      throw new QueryError('The query was stopped before it had ended.', 'Run it again.');
    }
  }
}

async function resultOf(client: AthenaClient, id: string, named: boolean): Promise<ResultStream> {
  const pages = paginateGetQueryResults({ client }, { QueryExecutionId: id });
  const { value: first } = await pages.next();
  const columns = first?.ResultSet?.ResultSetMetadata?.ColumnInfo ?? [];
  const batches = async function* () {
    yield rowsOf(first?.ResultSet, columns, named);
    for await (const { ResultSet } of pages) yield rowsOf(ResultSet, columns, false);
  };
  return {
    columns: columns.map(({ Name = '', Type = '' }) => ({
      name: Name,
      numeric: INTEGER.test(Type) || FLOAT.test(Type) || Type.startsWith('decimal'),
    })),
    batches: batches(),
  };
}

/** @param named whether the first row holds the names of the columns, as that of a SELECT does */
function rowsOf(
  { Rows = [] }: ResultSet = {},
  columns: readonly ColumnInfo[],
  named: boolean,
): readonly (readonly Json[])[] {
  const rows = Rows.map(({ Data = [] }) => columns.map((_, index) => Data[index]?.VarCharValue));
  const hasHead = named && rows[0]?.every((text, index) => text === columns[index]?.Name);
  return rows
    .slice(hasHead ? 1 : 0)
    .map((row) => row.map((text, index) => typed(text, columns[index]?.Type ?? '')));
}

/** As DuckDB gives it: numbers as numbers where they fit, times without empty fractions. */
function typed(text: string | undefined, type: string): Json {
  if (text === undefined) return null;
  if (type === 'boolean') return text === 'true';
  if (type === 'timestamp') return text.replace(/\.0+$/, '');
  const number = Number(text);
  if (INTEGER.test(type)) return Number.isSafeInteger(number) ? number : text;
  return FLOAT.test(type) && Number.isFinite(number) ? number : text;
}

function queryError(reason: string): QueryError {
  return new QueryError(reason.trim(), nextStep(reason));
}

function nextStep(reason: string): string {
  if (/TABLE_NOT_FOUND|Table .* does not exist/i.test(reason)) {
    return whatThereIs;
  }
  if (/bytes scanned limit/i.test(reason)) {
    return 'Read fewer days: filter on dt, or day. The limit is athenaScanLimitGigabytes in cdk.json.';
  }
  if (/denied|not authorized|insufficient permissions/i.test(reason)) {
    return 'Ask for what "Who may query" in docs/deploy.md lists.';
  }
  if (
    /HIVE_(CANNOT_OPEN_SPLIT|CURSOR_ERROR|FILESYSTEM_ERROR|BAD_DATA)|INTERNAL_ERROR/.test(reason)
  ) {
    return 'Run it again. If it recurs, somebody else writes to the lake: docs/runbook.md, "No pull succeeds".';
  }
  return 'Correct the query. `sql` without one lists tables and columns.';
}
