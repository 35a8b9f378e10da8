import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { layOut } from '../../bench/layouts.ts';
import { median } from '../../bench/timing.ts';
import { BUCKET, CHECKPOINT_TABLE } from '../../cli/places/data-folder.ts';
import { DAY_MS, isoDay, startOfDay } from '../../shared/activity/instant.ts';
import { systemClock } from '../../shared/clock.ts';
import { pointerKey, versionKey } from '../../shared/lake/block-keys.ts';
import { agentActivity as table } from '../../shared/lake/tables.ts';
import { startTestLake, type TestLake } from '../shared/pipeline/test-lake.ts';
import { type S3Proxy, startS3Proxy } from './s3-proxy.ts';
import { startTrino, type Trino } from './trino.ts';

/*
 * What a block a day is worth on the engine of Athena: the same events once more as a file for each run, 288 a day, in
 * an account of their own. How long each takes is printed; how many requests, is a test. The same week's objects stand for
 * each of 13 weeks.
 */
const [BLOCKS, RUNS] = ['a-block-a-day', 'a-file-a-run'];
const DAYS = 90;
const AGENTS = 200;
const LONG_MS = 1_500_000;
const firstMs = startOfDay(systemClock.now()) - DAYS * DAY_MS;

let lake: TestLake;
let proxy: S3Proxy;
let trino: Trino;

beforeAll(async () => {
  lake = await startTestLake({ bucket: BUCKET, checkpointTable: CHECKPOINT_TABLE });
  const week = [...layOut(firstMs, 7, AGENTS)].map(({ day, block, runs }) => ({
    [`${BLOCKS}`]: stored(`${BLOCKS}`, day, [block]),
    [`${RUNS}`]: stored(`${RUNS}`, day, runs),
  }));
  for (let index = 0; index < DAYS; index += 1) {
    const day = isoDay(firstMs + index * DAY_MS);
    for (const [accountId, keys] of Object.entries(week[index % 7] ?? {})) {
      const lines = keys.map((key) => `s3://${BUCKET}/${key}\n`);
      put(pointerKey({ table, accountId, day }), lines.join(''));
    }
  }
  const { AWS_ENDPOINT_URL_S3, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env;
  proxy = await startS3Proxy(`${AWS_ENDPOINT_URL_S3}`);
  trino = await startTrino({
    ...{ endpoint: proxy.endpoint, bucket: BUCKET, earliestDate: isoDay(firstMs) },
    ...{ accessKeyId: `${AWS_ACCESS_KEY_ID}`, secretAccessKey: `${AWS_SECRET_ACCESS_KEY}` },
    accounts: [BLOCKS, RUNS].map((id) => ({ id: `${id}` })),
  });
}, LONG_MS);

afterAll(async () => {
  await trino?.stop();
  await proxy?.close();
  await lake.stop();
});

/** Straight into the folder that the embedded S3 serves. */
function put(key: string, content: string | Uint8Array): void {
  const file = path.join(lake.dataDir, 's3', BUCKET, key);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
}

function stored(accountId: string, day: string, files: readonly Uint8Array[]): readonly string[] {
  return files.map((bytes, index) => {
    const key = versionKey({ table, accountId, day }, index + 1, 'laid-out');
    put(key, bytes);
    return key;
  });
}

interface Asked {
  readonly rows: string;
  readonly seconds: number;
  readonly requests: number;
}

async function ask(accountId: string | undefined, where: string): Promise<Asked> {
  const before = proxy.requests.length;
  const began = performance.now();
  const { rows } = await trino.query(
    `SELECT agent_id, activity, count(*), max(event_time) FROM agent_activity
     WHERE account_id = '${accountId}' AND ${where} GROUP BY agent_id, activity`,
  );
  return {
    rows: rows
      .map((row) => JSON.stringify(row))
      .sort()
      .join(),
    seconds: (performance.now() - began) / 1_000,
    requests: proxy.requests.length - before,
  };
}

it.each([
  ['one day', 3, `dt = DATE '${isoDay(firstMs + 45 * DAY_MS)}'`],
  [`${DAYS} days`, 1, `dt >= DATE '${isoDay(firstMs)}'`],
])(
  'asks at most a tenth of the requests for %s, and says the same',
  async (name, rounds, where) => {
    const [blocks, runs]: [Asked[], Asked[]] = [[], []];
    for (let round = 0; round < rounds; round += 1) {
      blocks.push(await ask(BLOCKS, where));
      runs.push(await ask(RUNS, where));
    }
    const seconds = (asked: readonly Asked[]) => median(asked.map((each) => each.seconds));
    const [one, many] = [blocks[0], runs[0]];
    process.stdout.write(
      `  ${name}: ${seconds(blocks).toFixed(2)} s and ${one?.requests} requests with a block a day, ` +
        `${seconds(runs).toFixed(2)} s and ${many?.requests} with a file a run\n`,
    );
    expect(many?.rows).toBe(one?.rows);
    expect(one?.requests).toBeLessThanOrEqual((many?.requests ?? 0) / 10);
  },
  LONG_MS,
);
