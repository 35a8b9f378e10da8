import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { reportText } from '../../cli/commands/report/files.ts';
import { savedQueries } from '../../infra/saved-queries.ts';
import { DAY_MS, isoDay } from '../../shared/activity/instant.ts';
import { systemClock } from '../../shared/clock.ts';
import { agentStay } from '../../shared/lake/agent-stay.ts';
import { agents, etlCompleteness, rejectedActivity } from '../../shared/lake/tables.ts';
import { reportQuery } from '../../shared/report/ask-report.ts';
import { REPORT_QUERIES } from '../../shared/report/query-rows.ts';
import { accountOffsets } from '../../shared/views/account-offsets.ts';
import { activityGroups } from '../../shared/views/activity-groups.ts';
import { blanksOf, filled } from '../../shared/views/question.ts';
import { schedule } from '../../shared/views/schedule.ts';
import type { ColumnType } from '../../shared/views/view.ts';
import { views } from '../../shared/views/views.ts';
import { startEmbeddedS3 } from '../local/embedded-s3.ts';
import { demoAccount, directoryOf } from '../shared/views/demo-account.ts';
import { utc } from '../shared/views/expected.ts';
import { Clocks } from '../shared/views/painted.ts';
import { randomAccount, zones } from '../shared/views/random-account.ts';
import { type LakeAccount, type StayLake, stayLake } from '../shared/views/stay-lake.ts';
import { type S3Proxy, startS3Proxy } from './s3-proxy.ts';
import { startTrino, type Trino } from './trino.ts';

/*
 * What analysts query, as the template gives it to Glue: Trino decodes the views as deployed, and must give the
 * rows that DuckDB gives, which are compared with a painting of every second elsewhere.
 */

const HOUR_MS = 3_600_000;
const BUCKET = 'lake';
const nowMs = Math.floor(systemClock.now() / 60_000) * 60_000;

const demos = zones.map(([zone, changeAt], index) =>
  demoAccount(`demo-${index}`, zone, Date.parse(changeAt), { seed: index }),
);
const today = demoAccount('today', 'Asia/Kathmandu', nowMs - 36 * HOUR_MS + 77_000, { agents: 25 });
const random = fc
  .sample(randomAccount, { seed: 21, numRuns: 60 })
  .filter(({ events }) => events.length > 40)
  .slice(0, 3)
  .map((account, index) => ({ ...account, id: `random-${index}` }));
const accounts: readonly LakeAccount[] = [...demos, today, ...random];

const daysOf = ({ reportTimeZone, known }: LakeAccount) =>
  new Clocks(reportTimeZone).days(known.fromMs / 1_000, known.toMs / 1_000);

/** Two files: as a spreadsheet has them, and as a program may, with an empty line. */
const HEAD = 'account_id,agent_id,day,starts_at,ends_at,planned_group';
const ofSpreadsheet = [`\ufeff${HEAD}`];
const ofProgram = [HEAD];
for (const account of accounts) {
  for (const { day, from } of daysOf(account)) {
    const present = new Set(account.events.map(({ agent_id }) => agent_id));
    for (const [index, agent] of [...present, 'ghost'].entries()) {
      const start = from + 3_600 * (4 + (index % 9)) + 77;
      const [lunch, back, end] = [start + 14_000, start + 15_800, start + 25_001];
      ofProgram.push(
        `"${account.id}","${agent}","${day}","${iso(start)}","${iso(lunch)}","work"`,
        `${account.id},${agent},${day},${iso(lunch)},${iso(back)},break`,
      );
      ofSpreadsheet.push(`${account.id},${agent},${day},${utc(back)},${utc(end)},work`);
    }
  }
}
const plans = {
  'spreadsheet.csv': `${ofSpreadsheet.join('\r\n')}\r\n`,
  'program.CSV': `${ofProgram.join('\n')}\n\n`,
  // What else people leave there.
  'README.txt': 'Plans, which\nare, of, the, customer.\n',
  '_old.csv': 'nothing\nthat,is,read\n',
};

function iso(s: number): string {
  return new Date(s * 1_000).toISOString().replace('.000', '');
}

let lake: StayLake;
let s3: Awaited<ReturnType<typeof startEmbeddedS3>>;
let proxy: S3Proxy;
let trino: Trino;

beforeAll(async () => {
  const first = demos[0] as LakeAccount;
  const rejected = {
    ...{ raw_sha256: 's', reason: 'time_missing', raw: '{}', event_time: null },
    ...{ window_from: first.known.fromMs, window_to: first.known.fromMs + 1_000 },
    ...{ ingested_at: first.known.toMs, source_object: 'x' },
  };
  const check = {
    ...{ day_start: first.known.fromMs, checked_at: first.known.toMs, listed: 2, added: 0 },
    ...{ stored_before: 3, withdrawn: 1, rejected: 0, suspect_windows: 0, run_id: 'r' },
    ...{ empty_acknowledged_at: null, confirmed: true, confirmed_since: first.known.toMs },
  };
  lake = await stayLake(
    accounts,
    [
      ...[...demos, today].map((account) => ({
        ...{ table: agents, accountId: account.id, rows: directoryOf(account) },
      })),
      { table: rejectedActivity, accountId: first.id, rows: [rejected] },
      { table: etlCompleteness, accountId: first.id, rows: [check] },
    ],
    plans,
  );
  s3 = await startEmbeddedS3();
  proxy = await startS3Proxy(s3.endpoint);
  await upload(lake.folder, s3);
  trino = await startTrino({
    ...{ endpoint: proxy.endpoint, bucket: BUCKET },
    ...{ accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey },
    earliestDate,
    accounts: accounts.map(({ id, reportTimeZone, activityGroups: groups }) => ({
      ...{ id, reportTimeZone, activityGroups: groups },
    })),
  });
});

afterAll(async () => {
  await trino?.stop();
  await proxy?.close();
  await s3?.stop();
  lake?.close();
});

interface Access {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

async function upload(folder: string, { endpoint, ...credentials }: Access) {
  const client = new S3Client({ endpoint, credentials, region: 'us-east-1' });
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  for (const file of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const path = join(file.parentPath, file.name);
    const Key = path.slice(folder.length + 1);
    await client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: readFileSync(path) }));
  }
  client.destroy();
}

const TRINO_TYPES: Readonly<Record<ColumnType, string>> = {
  ...{ string: 'varchar', timestamp: 'timestamp', date: 'date', int: 'integer' },
  ...{ bigint: 'bigint', double: 'double', boolean: 'boolean' },
};

/** The table that the views stand on, with its partitions at the end. */
const stays = {
  name: agentStay.name,
  columns: [
    ...agentStay.columns,
    { name: 'account_id', type: 'string' as const },
    { name: 'day', type: 'date' as const },
  ],
};

/** Both write a timestamp as text, Trino always with milliseconds. */
const canonical = (value: unknown) =>
  typeof value === 'string'
    ? value.replace(/^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\.000$/, '$1')
    : value;

/** Rows as text, doubles with all their digits. */
const asText = (rows: readonly (readonly unknown[])[]) =>
  rows.map((row) => JSON.stringify(row.map(canonical)));

async function both(sql: string) {
  const { columns, rows } = await trino.query(sql);
  const fromDuckdb = await lake.rows(sql);
  const names = columns.map(({ name }) => name);
  return {
    trino: asText(rows),
    duckdb: asText(fromDuckdb.map((row) => names.map((name) => row[name]))),
  };
}

const earliestDate = isoDay(Math.min(...accounts.map(({ known }) => known.fromMs)) - DAY_MS);

/** Of clocks before the history the two need not say the same. */
const OFFSETS = `
  SELECT account_id, greatest(from_time, TIMESTAMP '${earliestDate} 00:00:00') AS since, to_time, offset_minutes
  FROM account_offsets WHERE to_time > TIMESTAMP '${earliestDate} 00:00:00'`;

async function typesOf(name: string) {
  const { columns } = await trino.query(`SELECT * FROM ${name} WHERE false`);
  return columns.map((column) => [column.name, column.type]);
}

/** All that a view has, in a condition that lists few other days. */
const everyDay = (column: string) => {
  const days = accounts.flatMap(({ events, known }) =>
    [known.fromMs, known.toMs, ...events.map(({ event_time }) => event_time)].flatMap((ms) =>
      [ms - DAY_MS, ms, ms + DAY_MS].map(isoDay),
    ),
  );
  return `${column} IN (${[...new Set(days)].map((day) => `DATE '${day}'`).join(', ')})`;
};

const seen = (name: string, rows: number) =>
  process.stdout.write(`  ${name}: ${rows} rows equal\n`);

describe('Trino, on the views as deployed', () => {
  it.each([activityGroups, accountOffsets, schedule].map((view) => [view.name, view] as const))(
    'reads every row and type of %s as DuckDB does',
    async (name, { columns }) => {
      expect(await typesOf(name)).toEqual(
        columns.map((column) => [column.name, TRINO_TYPES[column.type]]),
      );
      const answer = await both(name === 'account_offsets' ? OFFSETS : `SELECT * FROM ${name}`);
      expect(answer.trino.sort()).toEqual(answer.duckdb.sort());
      expect(answer.trino.length).toBeGreaterThan(accounts.length);
      seen(name, answer.trino.length);
    },
  );

  it.each(
    [stays, ...views.filter(({ name }) => name !== 'agent_now')].map(
      (view) => [view.name, view] as const,
    ),
  )('reads every row and type of %s as DuckDB does', async (name, { columns }) => {
    const day = columns.find((column) => column.type === 'date')?.name ?? '';
    const answer = await both(`SELECT * FROM ${name} WHERE ${everyDay(day)}`);
    expect(await typesOf(name)).toEqual(
      columns.map((column) => [column.name, TRINO_TYPES[column.type]]),
    );
    expect(answer.trino.sort()).toEqual(answer.duckdb.sort());
    const all = await lake.rows(`SELECT count(*) AS rows FROM ${name}`);
    expect([{ rows: answer.trino.length }]).toEqual(all);
    seen(name, answer.trino.length);
  });

  it('reads every row of agent_now as DuckDB does', async () => {
    const answer = await both('SELECT * FROM agent_now');
    expect(answer.trino.sort()).toEqual(answer.duckdb.sort());
    expect(answer.trino.length).toBeGreaterThan(0);
    seen('agent_now', answer.trino.length);
  });

  it.each(savedQueries('questions').map((query) => [query.file, query.text] as const))(
    'answers the question %s as DuckDB does, in the same order',
    async (name, text) => {
      let rows = 0;
      for (const account of [demos[2], random[0]] as LakeAccount[]) {
        const days = daysOf(account).map(({ day }) => day);
        const [from = '', to = '', day = ''] = [days[0], days.at(-1), days[1]];
        const agent = account.events[0]?.agent_id ?? '';
        const at = `${day}T10:15:00Z`;
        const values = { account: account.id, from, to, day, agent, at, longer: '10m' };
        const asked = blanksOf(text).map((blank) => blank.name as keyof typeof values);
        const sql = filled(text, Object.fromEntries(asked.map((each) => [each, values[each]])));
        const answer = await both(sql);
        expect([account.id, answer.trino]).toEqual([account.id, answer.duckdb]);
        rows += answer.trino.length;
      }
      expect(rows).toBeGreaterThan(0);
      seen(name, rows);
    },
  );

  it.each(REPORT_QUERIES)('tells the report %s as DuckDB does, in the same order', async (name) => {
    let rows = 0;
    for (const account of [demos[2], random[0]] as LakeAccount[]) {
      const day = daysOf(account)[1]?.day ?? '';
      const answer = await both(reportQuery(reportText(name), account.id, day));
      expect([account.id, answer.trino]).toEqual([account.id, answer.duckdb]);
      rows += answer.trino.length;
    }
    seen(`report ${name}`, rows);
  });

  it.each(
    views
      .filter(({ name }) => name !== 'agent_now')
      .map(({ name, columns }) => [name, columns[1]?.name ?? '']),
  )('%s, filtered to one day, reads that day’s objects alone', async (name, day) => {
    const account = demos[2] as LakeAccount;
    const wanted = daysOf(account)[1]?.day;
    proxy.requests.length = 0;
    const { rows } = await trino.query(
      `SELECT * FROM ${name} WHERE account_id = '${account.id}' AND ${day} = DATE '${wanted}'`,
    );
    expect(rows.length).toBeGreaterThan(0);
    const ofDay = `account_id=${account.id}/${day}=${wanted}/`;
    // The names stand in one object of the account.
    const names = `agents/account_id=${account.id}/`;
    expect(proxy.requests.filter((line) => line.includes(ofDay)).length).toBeGreaterThan(1);
    expect(proxy.requests.filter((line) => !line.includes(ofDay) && !line.includes(names))).toEqual(
      [],
    );
    process.stdout.write(`  ${name}: ${proxy.requests.length} requests for ${ofDay}\n`);
  });
});

describe('a plan that can’t be read', () => {
  it('ends the query in both, with the text that is no day', async () => {
    const line = `${HEAD}\nx,y,31/01/2026,,,work\n`;
    const client = new S3Client({
      ...{ endpoint: s3.endpoint, region: 'us-east-1' },
      credentials: { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey },
    });
    await client.send(
      new PutObjectCommand({ Bucket: BUCKET, Key: 'schedules/other.csv', Body: line }),
    );
    client.destroy();
    await expect(trino.query('SELECT max(day) FROM schedule')).rejects.toThrow(/31\/01\/2026/);
  });
});
