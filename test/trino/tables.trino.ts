import { join } from 'node:path';
import { BUCKET, CHECKPOINT_TABLE } from '../../cli/places/data-folder.ts';
import { type Lake, openLake } from '../../cli/places/folder-lake.ts';
import { currentInFolder } from '../../cli/sql/current-files.ts';
import { savedQueries } from '../../infra/saved-queries.ts';
import { contactCentre } from '../../local/simulator/contact-centre.ts';
import { DAY_MS, isoDay, startOfDay } from '../../shared/activity/instant.ts';
import { systemClock } from '../../shared/clock.ts';
import { jobs } from '../../shared/jobs/scheduled.ts';
import { writeBlock } from '../../shared/lake/block-format.ts';
import type { Column, Table } from '../../shared/lake/table.ts';
import { agentActivity, etlRuns, tables } from '../../shared/lake/tables.ts';
import type { Pipeline } from '../../shared/run/lake-run.ts';
import type { Job } from '../../shared/run/run.ts';
import { earlierRuns, runIn } from '../shared/lake/earlier-runs.ts';
import { startTestLake, type TestLake } from '../shared/pipeline/test-lake.ts';
import { type S3Proxy, startS3Proxy } from './s3-proxy.ts';
import { type Answer, startTrino, type Trino } from './trino.ts';

const HOUR_MS = 3_600_000;
const todayMs = startOfDay(systemClock.now());
const startMs = todayMs - 4 * DAY_MS;

let lake: TestLake;
let proxy: S3Proxy;
let trino: Trino;
let duckdb: Lake;
let accounts: string[];

beforeAll(async () => {
  lake = await startTestLake({ bucket: BUCKET, checkpointTable: CHECKPOINT_TABLE });
  accounts = [await pulledAccount(11), await pulledAccount(12)];
  const { AWS_ENDPOINT_URL_S3, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env;
  proxy = await startS3Proxy(`${AWS_ENDPOINT_URL_S3}`);
  trino = await startTrino({
    endpoint: proxy.endpoint,
    accessKeyId: `${AWS_ACCESS_KEY_ID}`,
    secretAccessKey: `${AWS_SECRET_ACCESS_KEY}`,
    ...{ bucket: BUCKET, earliestDate: isoDay(startMs - 20 * DAY_MS) },
    accounts: accounts.map((id) => ({ id })),
  });
  duckdb = await openLake(lake.dataDir);
});

afterAll(async () => {
  duckdb?.close();
  await trino?.stop();
  await proxy?.close();
  await lake.stop();
});

/** Some days of an account, with everything in them that fills a table, runs from before it had all its columns among them. */
async function pulledAccount(seed: number): Promise<string> {
  let nowMs = startMs;
  const centre = contactCentre({ seed, agents: 12, fromMs: startMs, toMs: todayMs });
  const odd = centre.events.slice(40, 44).map((event) => ({ ...event, activity: '' }));
  const strange = centre.events.slice(60, 64).map((event, index) => ({
    ...event,
    activity: ['O’Brien — "away"', '離席', '👩‍💻', 'tab\tand\nline'][index] ?? '',
    reasonCode: 'x'.repeat(300),
  }));
  const account = await lake.simulated({
    ...{ agents: centre.agents, events: [...centre.events, ...odd, ...strange], startMs },
    behaviour: {
      late: { share: 0.05, longestMs: 3 * HOUR_MS },
      withdrawn: { share: 0.03, afterMs: 5 * HOUR_MS },
      repeatedShare: 0.02,
    },
    nowMs: () => nowMs,
  });
  const run = async (atMs: number, job: Job<Pipeline> = jobs.pull) => {
    nowMs = atMs;
    const { record } = await account.run({ nowMs, clockMs: nowMs, job });
    expect(record.status).toBe('succeeded');
  };
  for (let atMs = startMs + 4 * HOUR_MS; atMs < todayMs; atMs += 4 * HOUR_MS) await run(atMs);
  await run(todayMs - HOUR_MS, { ...jobs.pull, actor: 'kim', reason: 'to see “now”' });
  await run(todayMs);
  await run(todayMs, jobs.directory);
  await run(todayMs + 300_000, jobs.reconcile);
  const { accountId } = account;
  const earlier = { table: etlRuns, accountId, day: isoDay(startMs - DAY_MS) };
  const runs = writeBlock(earlierRuns, [runIn(earlierRuns, startMs - DAY_MS)]);
  await account.ask(todayMs, ({ blocks }) => blocks.swap(earlier, null, runs));
  return accountId;
}

const TRINO_TYPES: Readonly<Record<Column['type'], string>> = {
  string: 'varchar',
  timestamp: 'timestamp',
  int: 'integer',
  bigint: 'bigint',
  boolean: 'boolean',
};

/** Both write a timestamp as text, Trino always with milliseconds. */
const canonical = (value: unknown) =>
  typeof value === 'string'
    ? value.replace(/^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\.000$/, '$1')
    : value;

const asText = (rows: Answer['rows']) => rows.map((row) => JSON.stringify(row.map(canonical)));

async function both(sql: string) {
  const [fromTrino, fromDuckdb] = [await trino.query(sql), await duckdb.select(sql)];
  return { trino: asText(fromTrino.rows), duckdb: asText(fromDuckdb.rows) };
}

/** What the runs write; what is derived from it, is compared where the views are. */
const pulled = tables.filter(({ day }) => day !== 'local');

const byDay = (table: Table) => (table.day === null ? [] : ['dt']);

describe('Trino, on what the runs wrote', () => {
  it.each(pulled.map((table) => [table.name, table] as const))(
    'reads every row and type of %s as DuckDB does',
    async (name, table) => {
      const answer = await trino.query(`SELECT * FROM ${name}`);
      expect(answer.columns.map((column) => [column.name, column.type])).toEqual([
        ...table.columns.map((column) => [column.name, TRINO_TYPES[column.type]]),
        ['account_id', 'varchar'],
        ...byDay(table).map((day) => [day, 'date']),
      ]);
      const columns = answer.columns.map((column) => column.name).join(', ');
      const { trino: fromTrino, duckdb: fromDuckdb } = await both(`SELECT ${columns} FROM ${name}`);
      expect(fromDuckdb.length).toBeGreaterThan(1);
      expect(fromTrino.sort()).toEqual(fromDuckdb.sort());
      process.stdout.write(`  ${name}: ${fromTrino.length} rows equal\n`);
    },
  );

  it('hides no row behind a statistic: predicates over every column', async () => {
    let asked = 0;
    for (const table of pulled) {
      const counts: string[] = [];
      for (const { name, type } of table.columns) {
        const distinct = await duckdb.select(
          `SELECT DISTINCT ${name} FROM ${table.name} WHERE ${name} IS NOT NULL ORDER BY 1`,
        );
        const { rows } = distinct;
        const some = [rows[0], rows[Math.floor(rows.length / 2)], rows.at(-1)];
        for (const [value] of some.filter((row) => row !== undefined)) {
          const literal = sqlLiteral(type, value);
          for (const operator of ['=', '<=', '>', '<>']) {
            const where = `${name} ${operator} ${literal}`;
            counts.push(
              `SELECT ${counts.length} AS n, count(*) AS found FROM ${table.name} WHERE ${where}`,
            );
          }
        }
      }
      asked += counts.length;
      // Each is a scan of its own, whose filter goes down to the statistics.
      while (counts.length > 0) {
        const sql = `${counts.splice(0, 20).join('\nUNION ALL ')}\nORDER BY n`;
        const { trino: fromTrino, duckdb: fromDuckdb } = await both(sql);
        expect([sql, fromTrino]).toEqual([sql, fromDuckdb]);
      }
    }
    expect(asked).toBeGreaterThan(400);
    process.stdout.write(`  ${asked} predicates find the same number of rows\n`);
  }, 600_000);

  it.each(savedQueries('audit').map((query) => [query.file, query.text] as const))(
    'answers the saved query %s as DuckDB does, in the same order',
    async (_, text) => {
      const [run] = (
        await duckdb.select(
          `SELECT run_id, CAST(dt AS varchar) FROM etl_runs WHERE new > 0 LIMIT 1`,
        )
      ).rows;
      const sql = text
        .replaceAll('your-account-id', accounts[0] ?? '')
        .replaceAll('00000000-0000-0000-0000-000000000000', `${run?.[0]}`)
        .replaceAll('2026-01-31', `${run?.[1]}`);
      const { trino: fromTrino, duckdb: fromDuckdb } = await both(sql);
      expect(fromTrino).toEqual(fromDuckdb);
      process.stdout.write(`  ${_}: ${fromTrino.length} rows\n`);
    },
  );

  it('reads the days and the account that are asked for, and no others', async () => {
    const day = isoDay(startMs + DAY_MS);
    proxy.requests.length = 0;
    await trino.query(
      `SELECT count(*), max(agent_id) FROM agent_activity WHERE dt = DATE '${day}' AND account_id = '${accounts[1]}'`,
    );
    const folder = `account_id=${accounts[1]}/dt=${day}/`;
    expect(proxy.requests.length).toBeGreaterThan(2);
    for (const line of proxy.requests) expect(line).toContain(folder);
    // One version, though the block has had many.
    const versions = proxy.requests.filter((line) => /\/blocks\/.*\.parquet/.test(line));
    expect(new Set(versions.map((line) => line.split(' ')[1])).size).toBe(1);
  });

  it('has no type error in what it is asked: a day is no text there', async () => {
    const sql = `SELECT count(*) FROM agent_activity WHERE dt = '${isoDay(startMs)}'`;
    await expect(trino.query(sql)).rejects.toThrow(/TYPE_MISMATCH/);
  });

  it('finds the version that a row stands in by "$path"', async () => {
    const { rows } = await trino.query('SELECT DISTINCT "$path" FROM agent_activity');
    const current = currentInFolder(join(lake.dataDir, 's3', BUCKET), agentActivity);
    expect(rows.map(([path]) => path).sort()).toEqual(
      current.map(({ key }) => `s3://${BUCKET}/${key}`).sort(),
    );
  });
});

function sqlLiteral(type: Column['type'], value: unknown): string {
  if (type === 'timestamp') return `TIMESTAMP '${value}'`;
  if (type === 'string') return `'${String(value).replaceAll("'", "''")}'`;
  return `${value}`;
}
