import { AthenaClient } from '@aws-sdk/client-athena';
import type { LoopbackServer } from '../../../local/loopback-server.ts';
import { QueryError } from '../../../shared/errors.ts';
import { athenaQueries } from '../../../shared/queries/athena.ts';
import { startStandIn } from '../../cli/deployed-stack.ts';
import { FakeClock } from '../smartassist/fake-clock.ts';

type States = readonly { readonly State: string; readonly StateChangeReason?: string }[];

const called: string[] = [];
let states: States;
let pages: readonly object[];
let standIn: LoopbackServer;
let client: AthenaClient;

beforeAll(async () => {
  standIn = await startStandIn({}, (operation, input) => {
    called.push(operation);
    if (operation === 'StartQueryExecution') return { QueryExecutionId: 'q-1' };
    if (operation === 'GetQueryExecution') {
      const [Status] = states;
      states = states.slice(states.length > 1 ? 1 : 0);
      return { QueryExecution: { Status, StatementType: 'DML' } };
    }
    return pages[Number(input.NextToken ?? 0)] ?? {};
  });
  const credentials = { accessKeyId: 'id', secretAccessKey: 'key' };
  client = new AthenaClient({ endpoint: standIn.endpoint, region: 'us-east-1', credentials });
});

beforeEach(() => {
  called.length = 0;
  pages = [{}];
  states = [{ State: 'QUEUED' }, { State: 'RUNNING' }, { State: 'SUCCEEDED' }];
});

afterAll(async () => {
  client.destroy();
  await standIn.close();
});

const select = (sql: string, signal?: AbortSignal, clock = new FakeClock()) =>
  athenaQueries({ client, workgroup: 'w', database: 'd', clock }).select(sql, signal);

const row = (...cells: (string | undefined)[]) => ({
  Data: cells.map((VarCharValue) => ({ VarCharValue })),
});

describe('athenaQueries', () => {
  it('waits for the end and gives all pages, typed as DuckDB types them', async () => {
    const ColumnInfo = [
      { Name: 'agent_id', Type: 'varchar' },
      { Name: 'n', Type: 'bigint' },
      { Name: 'share', Type: 'double' },
      { Name: 'fine', Type: 'boolean' },
      { Name: 'at', Type: 'timestamp' },
    ];
    pages = [
      {
        NextToken: '1',
        ResultSet: {
          ResultSetMetadata: { ColumnInfo },
          Rows: [
            row('agent_id', 'n', 'share', 'fine', 'at'),
            row('a-1', '12', '0.5', 'true', '2026-01-31 08:00:00.000'),
          ],
        },
      },
      {
        ResultSet: {
          Rows: [
            row('agent_id', '9007199254740993', 'NaN', undefined, '2026-01-31 08:00:00.250'),
            // What the first page begins with is a row like any other here.
            row('agent_id', 'n', 'share', 'fine', 'at'),
          ],
        },
      },
    ];
    const { columns, rows } = await select('SELECT * FROM t');
    expect(columns.map(({ numeric }) => numeric)).toEqual([false, true, true, false, false]);
    expect(rows.slice(0, 2)).toEqual([
      ['a-1', 12, 0.5, true, '2026-01-31 08:00:00'],
      ['agent_id', '9007199254740993', 'NaN', null, '2026-01-31 08:00:00.250'],
    ]);
    expect(rows).toHaveLength(3);
  });

  it.each([
    ['SYNTAX_ERROR: line 1:8: Column x cannot be resolved', /Correct the query/],
    ['TABLE_NOT_FOUND: line 1:15: Table d.agent does not exist', /agent_activity/],
    ['Bytes scanned limit was exceeded', /filter on dt/],
    ['HIVE_CANNOT_OPEN_SPLIT: Error opening Hive split', /Run it again/],
  ])('says why a query failed, and what to do: %s', async (reason, nextAction) => {
    states = [{ State: 'FAILED', StateChangeReason: reason }];
    const failed = await select('SELECT x').catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(QueryError);
    expect(failed).toMatchObject({ message: reason });
    expect((failed as QueryError).nextAction).toMatch(nextAction);
  });

  it('stops the query when the person does', async () => {
    states = [{ State: 'RUNNING' }];
    const interrupted = new AbortController();
    const clock = new FakeClock();
    clock.sleep = async () => interrupted.abort();
    await expect(select('SELECT 1', interrupted.signal, clock)).rejects.toBeInstanceOf(QueryError);
    expect(called.at(-1)).toBe('StopQueryExecution');
  });

  it.each([
    'DROP TABLE agent_activity',
    'INSERT INTO agents SELECT 1',
    'CREATE TABLE t AS SELECT 1',
    '-- SELECT\nDROP TABLE agents',
    "UNLOAD (SELECT 1) TO 's3://b/'",
  ])('asks Athena nothing when it is no query: %s', async (sql) => {
    await expect(select(sql)).rejects.toBeInstanceOf(QueryError);
    expect(called).toEqual([]);
  });

  it.each(['(SELECT 1)', '/* all */ with t AS (SELECT 1) SELECT * FROM t', 'SHOW TABLES'])(
    'takes %s for a query',
    async (sql) => {
      await expect(select(sql)).resolves.toEqual({ columns: [], rows: [] });
    },
  );
});
