import { randomBytes } from 'node:crypto';
import { BUCKET, CHECKPOINT_TABLE } from '../../cli/places/data-folder.ts';
import type { AgentActivityRow } from '../../shared/activity/event.ts';
import { isoDay, startOfDay } from '../../shared/activity/instant.ts';
import { awsClients } from '../../shared/aws.ts';
import { systemClock } from '../../shared/clock.ts';
import { removeSuperseded } from '../../shared/jobs/removal.ts';
import { BlockStore } from '../../shared/lake/block-store.ts';
import { READABLE_AFTER_MS } from '../../shared/lake/superseded.ts';
import { agentActivity } from '../../shared/lake/tables.ts';
import { upsert } from '../../shared/lake/upsert.ts';
import { startTestLake, type TestLake } from '../shared/pipeline/test-lake.ts';
import { type S3Proxy, startS3Proxy } from './s3-proxy.ts';
import { startTrino, type Trino } from './trino.ts';

/*
 * Readers meet a block while the product's own upsert replaces it and the nightly removal clears up:
 * every answer must be one that was true at some instant of the query. While blocks were replaced in
 * place, this test saw 89 of 300 queries of 1 MB fail and 60 of 300 of 5 MB; of 26 with the block
 * replaced right before a chosen request 6 failed, and 6 answered what had never been true.
 */

const MINUTE_MS = 60_000;
const AGENTS = 40;
const QUERIES_EACH = 50;
const READERS = 3;
/** The removal takes here what was superseded so long ago, not a day: longer than any query takes. */
const REMOVED_AFTER_MS = 30_000;
const dayMs = startOfDay(systemClock.now()) - 24 * 60 * MINUTE_MS;
const day = isoDay(dayMs);

let lake: TestLake;
let proxy: S3Proxy;
let trino: Trino;

beforeAll(async () => {
  lake = await startTestLake({ bucket: BUCKET, checkpointTable: CHECKPOINT_TABLE });
  const { AWS_ENDPOINT_URL_S3, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env;
  proxy = await startS3Proxy(`${AWS_ENDPOINT_URL_S3}`);
  trino = await startTrino({
    ...{ endpoint: proxy.endpoint, bucket: BUCKET },
    accounts: ['1-mb', '5-mb', 'torn'].map((id) => ({ id })),
    ...{ accessKeyId: `${AWS_ACCESS_KEY_ID}`, secretAccessKey: `${AWS_SECRET_ACCESS_KEY}` },
    earliestDate: day,
  });
});

afterAll(async () => {
  await trino?.stop();
  await proxy?.close();
  await lake.stop();
});

/**
 * @param bytes of its reason. They don't compress: so few rows make a block of megabytes, and a version
 *   takes no second to write
 * @param fromSecond the earliest of its day
 */
function event(number: number, bytes: number, fromSecond: number): AgentActivityRow {
  return {
    agent_id: `a-${number % AGENTS}`,
    event_time: dayMs + (fromSecond + ((number * 7_919) % (86_400 - fromSecond))) * 1_000,
    activity: ['Available', 'Busy', 'Away'][number % 3] ?? '',
    reason_code: randomBytes(bytes).toString('base64'),
    ...{ occurrence: 1, changes_in_second: 1, event_seq: 0, extra: null },
    ...{ ingested_at: dayMs, source_object: 'landing/x' },
  };
}

/** A block that changes, and what was stored at each of its states. */
class ChangingBlock {
  readonly states: AgentActivityRow[][] = [];
  readonly #accountId: string;
  readonly #bytes: number;
  readonly #store = new BlockStore({
    ...{ s3: awsClients().s3, bucket: BUCKET, runId: 'writer', clock: systemClock },
  });

  constructor(accountId: string, bytes: number) {
    this.#accountId = accountId;
    this.#bytes = bytes;
  }

  /** @returns how large the version is */
  async add(rows: number, fromSecond = 0): Promise<number> {
    const before = this.states.at(-1) ?? [];
    const added = Array.from({ length: rows }, (_, i) =>
      event(before.length + i, this.#bytes, fromSecond),
    );
    // Told before: a reader may see it as soon as it is there.
    this.states.push([...before, ...added]);
    const { blocks } = await upsert({
      ...{ blocks: this.#store, table: agentActivity, accountId: this.#accountId, rows: added },
    });
    return blocks[0]?.bytes ?? 0;
  }
}

interface Question {
  readonly sql: (account: string) => string;
  readonly answer: (rows: readonly AgentActivityRow[]) => unknown;
}

const of = (account: string) =>
  `FROM agent_activity WHERE account_id = '${account}' AND dt = DATE '${day}'`;
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const seconds = (row: AgentActivityRow) => (row.event_time - dayMs) / 1_000;
const SECOND_OF_DAY = `date_diff('second', TIMESTAMP '${day} 00:00:00', event_time)`;

const questions: Readonly<Record<string, Question>> = {
  'count(*)': {
    sql: (account) => `SELECT count(*) ${of(account)}`,
    answer: (rows) => [[rows.length]],
  },
  'count(*) WHERE agent_id': {
    sql: (account) => `SELECT count(*) ${of(account)} AND agent_id = 'a-7'`,
    answer: (rows) => [[rows.filter(({ agent_id }) => agent_id === 'a-7').length]],
  },
  'GROUP BY agent_id': {
    sql: (account) =>
      `SELECT agent_id, count(*) ${of(account)} GROUP BY agent_id ORDER BY agent_id`,
    answer: (rows) => {
      const counts = new Map<string, number>();
      for (const { agent_id } of rows) counts.set(agent_id, (counts.get(agent_id) ?? 0) + 1);
      return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
    },
  },
  'sum over times': {
    sql: (account) => `SELECT sum(${SECOND_OF_DAY}) ${of(account)}`,
    answer: (rows) => [[sum(rows.map(seconds))]],
  },
  'a span of time': {
    sql: (account) =>
      `SELECT count(*), max(${SECOND_OF_DAY}) ${of(account)} AND event_time < TIMESTAMP '${day} 09:00:00'`,
    answer: (rows) => {
      const early = rows.map(seconds).filter((second) => second < 32_400);
      return [[early.length, early.reduce((a, b) => Math.max(a, b), 0)]];
    },
  },
  'the texts themselves': {
    sql: (account) => `SELECT sum(length(reason_code)), count(DISTINCT reason_code) ${of(account)}`,
    answer: (rows) => [[sum(rows.map((row) => row.reason_code?.length ?? 0)), rows.length]],
  },
};

/** The nightly removal, as of a day from now less what a query may take. */
async function removal(accountId: string): Promise<() => Promise<number>> {
  const account = await lake.account({ accountId, host: 'http://127.0.0.1:1' });
  const job = { name: 'removal', work: removeSuperseded };
  return async () => {
    const nowMs = systemClock.now();
    const clockMs = nowMs + READABLE_AFTER_MS - REMOVED_AFTER_MS;
    const { record } = await account.run({ nowMs, clockMs, job });
    expect(record.status).toBe('succeeded');
    return record.counts?.removed_versions ?? 0;
  };
}

describe('a query while its block is replaced once a second', () => {
  it.each([
    ['1-mb', 15_000, 60],
    ['5-mb', 26_000, 190],
  ] as const)(
    'answers what was true, and never fails: %s',
    async (account, rows, bytes) => {
      const block = new ChangingBlock(account, bytes);
      const size = await block.add(rows);
      const waiting = Object.entries(questions).flatMap((question) =>
        Array.from({ length: QUERIES_EACH }, () => question),
      );
      let reading = true;
      let swaps = 0;
      let removed = 0;
      const remove = await removal(account);
      const writer = (async () => {
        while (reading) {
          const beganMs = systemClock.now();
          await block.add(25);
          swaps += 1;
          removed += await remove();
          await systemClock.sleep(Math.max(0, 1_000 - (systemClock.now() - beganMs)));
        }
      })();
      const wrong: unknown[] = [];
      let asked = 0;
      let met = 0;
      const reader = async () => {
        for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
          const [name, { sql, answer }] = next;
          // The last state may not be stored yet; the one before is.
          const from = Math.max(0, block.states.length - 2);
          const got = await trino.query(sql(account)).then(
            ({ rows: found }) => JSON.stringify(found),
            (error: Error) => error.message,
          );
          const states = block.states.slice(from);
          if (states.length > 2) met += 1;
          if (!states.some((state) => JSON.stringify(answer(state)) === got)) {
            wrong.push({
              name,
              got: got.slice(0, 300),
              states: states.map(({ length }) => length),
            });
          }
          asked += 1;
        }
      };
      await Promise.all(Array.from({ length: READERS }, reader));
      reading = false;
      await writer;
      process.stdout.write(
        `  ${account}: block ${(size / 1e6).toFixed(1)} MB, ${asked} queries, ${swaps} swaps, ` +
          `${met} queries with a swap in them, ${removed} versions removed, ` +
          `${wrong.length} failed or wrong\n`,
      );
      expect(wrong).toEqual([]);
      expect(asked).toBeGreaterThanOrEqual(300);
      expect(met).toBeGreaterThan(50);
      expect(removed).toBeGreaterThan(0);
      expect(size).toBeGreaterThan(account === '1-mb' ? 1e6 : 5e6);
    },
    900_000,
  );

  it('answers what was true when the block is replaced right before any of its requests', async () => {
    // Larger than what Trino reads at once: so it asks for the footer first, then for data.
    const block = new ChangingBlock('torn', 1_500);
    await block.add(3_000);
    let tried = 0;
    for (const [name, { sql, answer }] of Object.entries(questions)) {
      for (let index = 0; ; index += 1) {
        proxy.requests.length = 0;
        proxy.before = async (_, at) => {
          // The last row group changes alone: its first column begins where it did, and is hardly longer.
          if (at === index) await block.add(25, 84_000);
        };
        const states = block.states.length;
        const { rows } = await trino.query(sql('torn'));
        proxy.before = async () => {};
        const swapped = block.states.length > states;
        const possible = block.states
          .slice(states - 1)
          .map((state) => JSON.stringify(answer(state)));
        expect([name, index, possible]).toEqual([
          name,
          index,
          expect.arrayContaining([JSON.stringify(rows)]),
        ]);
        if (!swapped) break;
        tried += 1;
      }
    }
    process.stdout.write(
      `  torn at ${tried} requests of ${Object.keys(questions).length} queries\n`,
    );
    expect(tried).toBeGreaterThan(12);
  }, 300_000);
});
