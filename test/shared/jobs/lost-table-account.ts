import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { DeleteCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { coverageOf } from '../../../shared/checkpoint/coverage.ts';
import { findGaps } from '../../../shared/jobs/gaps.ts';
import { jobs } from '../../../shared/jobs/scheduled.ts';
import { agentActivity } from '../../../shared/lake/tables.ts';
import type { LakeRun } from '../../../shared/run/lake-run.ts';
import type { AccountSettingsInput } from '../../../shared/settings.ts';
import { essence, essenceOfTruth, type TestLake } from '../pipeline/test-lake.ts';

const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const startMs = Date.parse('2024-11-18T20:00:00Z');
export const SETTLE = 90_000;

/** A change every ten minutes, over midnight, also before the history begins; some are listed late. */
const events = Array.from({ length: 80 }, (_, i) => {
  const eventMs = startMs - 4 * HOUR + i * 10 * MINUTE;
  return {
    ...{ agentId: `a-${i % 3}`, activity: 'Busy', reasonCode: `${i}`, seq: 0, eventMs },
    listedAtMs: eventMs + (i % 4 === 0 ? 25 * MINUTE : 0),
  };
});
const isLate = (e: (typeof events)[number]) => e.listedAtMs > e.eventMs;
export const endMs = startMs + 10 * HOUR;

/** An account of these events, pulled by the hour of its history, whose table can be lost. */
export async function newAccount(lake: TestLake, settings: Partial<AccountSettingsInput> = {}) {
  let nowMs = startMs;
  const account = await lake.simulated({
    ...{ events, startMs, nowMs: () => nowMs },
    settings: { maxWindow: '1h', lookback: '30m', ...settings },
  });
  const at = (hours: number) => {
    nowMs = startMs + hours * HOUR + SETTLE;
    return nowMs;
  };
  const ask = <T>(work: (run: LakeRun) => Promise<T>) => account.ask(nowMs, work);
  const { db } = lake.clients;
  return {
    ...account,
    at,
    ask,
    run: (options: Partial<Parameters<typeof account.run>[0]> = {}) =>
      account.run({ nowMs, ...options }),
    backfill: (name: string, fromHours: number, toHours: number) =>
      ask(({ backfills }) =>
        backfills.add({
          ...{ name, fromMs: startMs + fromHours * HOUR, toMs: startMs + toHours * HOUR },
          ...{ positionMs: startMs + fromHours * HOUR, status: 'active', addedAtMs: 0, by: 'ann' },
        }),
      ),
    /** All of its items. */
    loseTable: async (isLost: (item: string) => boolean = () => true) => {
      const { Items = [] } = await db.send(
        new QueryCommand({
          TableName: 'checkpoint',
          KeyConditionExpression: 'account_id = :id',
          ExpressionAttributeValues: { ':id': account.accountId },
        }),
      );
      for (const { account_id, item } of Items.filter(({ item }) => isLost(item))) {
        await db.send(new DeleteCommand({ TableName: 'checkpoint', Key: { account_id, item } }));
      }
    },
    removeLanded: async (isRemoved: (key: string) => boolean) => {
      for (const key of (await account.keys('landing')).filter(isRemoved)) {
        await lake.clients.s3.send(new DeleteObjectCommand({ Bucket: 'lake', Key: key }));
      }
    },
    covered: () =>
      ask(async ({ checkpoint, backfills }) => {
        const state = await checkpoint.load();
        return state === null ? [] : coverageOf(state, await backfills.all());
      }),
    stored: async () => essence(await account.rows(agentActivity)),
  };
}

export type Account = Awaited<ReturnType<typeof newAccount>>;

const from = (ms: number) => essenceOfTruth(events.filter(({ eventMs }) => eventMs >= ms));

/** Pulls to the end and fills every gap: then all is there, each once. */
export async function expectWholeAtLast(account: Account, fromMs: number, skipped = false) {
  account.at(11);
  expect((await account.run()).record.status).toBe('succeeded');
  const { gaps } = await account.ask(findGaps);
  for (const [index, gap] of gaps.entries()) {
    const hours = (ms: number) => (ms - startMs) / HOUR;
    await account.backfill(`gap-${index}`, hours(gap.fromMs), hours(gap.toMs));
  }
  await account.run({ job: jobs.backfill });
  expect((await account.ask(findGaps)).gaps).toEqual([]);
  const stored = (await account.stored()).filter(({ event_time }) => event_time >= fromMs);
  // Late ones before what was skipped no lookback has passed again: whether the table was lost or not.
  const late = new Set(skipped ? events.filter(isLate).map((e) => e.reasonCode) : []);
  const isOwed = ({ reason_code }: (typeof stored)[number]) => !late.has(reason_code ?? '');
  expect(stored.filter(isOwed)).toEqual(from(fromMs).filter(isOwed));
  expect(from(fromMs)).toEqual(expect.arrayContaining(stored));
  expect(new Set(stored.map((row) => row.reason_code)).size).toBe(stored.length);
}

/** Whatever is claimed to be read whole is stored, as far as it was listed for certain when it was read. */
export async function expectNoFalseClaim(account: Account, nowMs: number) {
  const stored = new Set((await account.stored()).map((row) => JSON.stringify(row)));
  for (const { fromMs, toMs } of await account.covered()) {
    expect(toMs).toBeLessThanOrEqual(nowMs - SETTLE);
    const within = events.filter((e) => e.eventMs >= fromMs && e.eventMs < toMs);
    for (const owed of essenceOfTruth(within.filter((e) => !isLate(e)))) {
      expect(stored).toContain(JSON.stringify(owed));
    }
  }
}
