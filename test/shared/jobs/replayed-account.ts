import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import type { Behaviour } from '../../../local/simulator/behaviour.ts';
import { contactCentre, type TruthEvent } from '../../../local/simulator/contact-centre.ts';
import type { Row } from '../../../shared/activity/merge.ts';
import { type DayDifferences, type DayRange, replay, verify } from '../../../shared/jobs/replay.ts';
import { readBlock, writeBlock } from '../../../shared/lake/block-format.ts';
import { agentActivity, rejectedActivity } from '../../../shared/lake/tables.ts';
import type { AccountSettingsInput } from '../../../shared/settings.ts';
import { answerLostAt, Killed, killedAt, tellingCalls } from '../pipeline/call-gate.ts';
import {
  essence,
  essenceOfTruth,
  startTestLake,
  type TestAccount,
  type TestLake,
} from '../pipeline/test-lake.ts';

export const HOUR = 3_600_000;
export const startMs = Date.parse('2024-11-18T14:00:00Z');
export const centre = contactCentre({
  seed: 4,
  agents: 8,
  fromMs: startMs,
  toMs: startMs + 24 * HOUR,
});
export const endMs = startMs + 27 * HOUR;
export const Bucket = 'lake';

let lake: TestLake;

/** To be called once by a file of tests. */
export function startReplays(): void {
  beforeAll(async () => {
    lake = await startTestLake();
  });
  afterAll(async () => {
    await lake.stop();
  });
}

export const ofLake = () => lake;

/** Rows that nobody understands: some with a time, some without, which every answer lists. */
const broken = centre.events.slice(40, 44).map((event): TruthEvent => ({ ...event, agentId: '' }));

/** Sources that make a lake of which a replay must give the same again. */
export const TROUBLES: Readonly<Record<string, Partial<Behaviour>>> = {
  'cuts its answers silently': { rowCap: { rows: 58, keep: 'newest', announcedBy: 'nothing' } },
  'withdraws and corrects': {
    withdrawn: { share: 0.1, afterMs: HOUR / 2 },
    corrected: { share: 0.1, afterMs: HOUR / 2 },
  },
  'lists the newest first, in local time': {
    ...{ order: 'newestFirst', eventTime: 'iso', timeZone: 'Asia/Kolkata' },
  },
};

interface Pulled {
  readonly behaviour?: Partial<Behaviour>;
  readonly settings?: Partial<AccountSettingsInput>;
  readonly everyHours?: number;
  readonly untilHours?: number;
}

/** Once, eighteen hours after the start: as little as has two days. */
export const ONCE = { behaviour: { late: null }, everyHours: 18, untilHours: 18 };

/** An account that was pulled for a day, or until some hour of it. */
export async function pulled({
  behaviour,
  settings = {},
  everyHours = 9,
  untilHours = 27,
}: Pulled = {}) {
  let nowMs = startMs;
  const account = await lake.simulated({
    ...{ events: [...centre.events, ...broken], settings, startMs, nowMs: () => nowMs },
    behaviour: { late: { share: 0.1, longestMs: HOUR }, repeatedShare: 0.05, ...behaviour },
  });
  const run = (options: Partial<Parameters<TestAccount['run']>[0]> = {}) =>
    account.run({ nowMs, ...options });
  for (let hours = everyHours; hours <= untilHours; hours += everyHours) {
    nowMs = startMs + hours * HOUR;
    await run();
  }
  nowMs = endMs;
  const blocks = async () => {
    const [events, rejected] = [agentActivity, rejectedActivity];
    return new Map<string, readonly Row[]>([
      ...(await account.blocks(events)),
      ...(await account.blocks(rejected)),
    ]);
  };
  return {
    ...account,
    run,
    blocksOfBoth: blocks,
    replay: (range: DayRange = {}, options: Partial<Parameters<typeof run>[0]> = {}) =>
      run({ job: { name: 'replay', work: (r) => replay(r, range) }, ...options }),
    verify: async (range: DayRange = {}, options: Partial<Parameters<typeof run>[0]> = {}) => {
      const found: DayDifferences[] = [];
      const work = (r: Parameters<typeof verify>[0]) => verify(r, range, (day) => found.push(day));
      const { error, gate } = await run({ job: { name: 'verify', work }, ...options });
      if (error !== null) throw error;
      expect(gate.calls.filter(({ name }) => name === 'S3 PutObject')).toEqual([]);
      return found.filter(({ differences }) => differences.length > 0);
    },
    /** Of the version that a pointer names, in place: what nobody may do. */
    change: async (pointer: string, change: (rows: readonly Row[]) => readonly Row[]) => {
      const key = await account.versionOf(pointer);
      const { Body } = await lake.clients.s3.send(new GetObjectCommand({ Bucket, Key: key }));
      const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
      const rows = change(readBlock(agentActivity, bytes));
      const body = writeBlock(agentActivity, rows);
      await lake.clients.s3.send(new PutObjectCommand({ Bucket, Key: key, Body: body }));
    },
  };
}

/** An account in whose blocks rows are missing. */
async function spoilt() {
  const account = await pulled({ ...ONCE, settings: { maxWindow: '1d' } });
  for (const key of await account.keys('activity')) {
    await account.change(key, (rows) => rows.slice(9));
  }
  return account;
}

/** Positions of the calls of a replay at which a pull that merges matters. */
export async function momentsOfReplay(): Promise<readonly number[]> {
  const { gate, record } = await (await spoilt()).replay();
  const replaced = record.blocks?.filter(({ key }) => key.startsWith('blocks/activity/')) ?? [];
  expect(replaced.length).toBeGreaterThan(0);
  // Each block is two of them: its version and its pointer. What follows derives, as after any job.
  const puts = gate.calls.filter(({ name }) => name === 'S3 PutObject');
  const lastIndex = puts[2 * replaced.length - 1]?.index ?? -1;
  return tellingCalls(gate.calls)
    .map(({ index }) => index)
    .filter((index) => index <= lastIndex + 1);
}

/** Right before a call of a replay a pull merges what is new: neither loses anything of the other. */
export async function mergedBeside(moment: number): Promise<void> {
  const account = await spoilt();
  let added = 0;
  const { record } = await account.replay(
    {},
    {
      onCall: async ({ index }, make) => {
        if (index === moment) added = (await account.run()).record.counts?.new ?? 0;
        return make();
      },
    },
  );
  expect([moment, record.status]).toEqual([moment, 'succeeded']);
  expect(added).toBeGreaterThan(50);
  expect(essence(await account.rows(agentActivity))).toEqual(essenceOfTruth(centre.events));
}

/** A replay dies right after a write, and is made again; or the answer of that write is lost. */
export async function disturbedAt(pick: (writes: readonly number[]) => readonly number[]) {
  const account = await pulled();
  const right = await account.blocksOfBoth();
  const spoil = async () => {
    for (const key of await account.keys('activity')) {
      await account.change(key, (rows) => rows.slice(2));
    }
  };
  await spoil();
  const { gate } = await account.replay();
  const writes = gate.calls.filter(({ name }) => name === 'S3 PutObject');
  expect(writes.length).toBeGreaterThan(1);
  for (const index of pick(writes.map((call) => call.index))) {
    await spoil();
    const killed = account.replay({}, { onCall: killedAt(index, 'after') });
    await expect(killed).rejects.toBeInstanceOf(Killed);
    await account.replay();
    expect(await account.blocksOfBoth()).toEqual(right);
    await spoil();
    const { record } = await account.replay({}, { onCall: answerLostAt(index) });
    expect(record.status).toBe('succeeded');
    // A version and a pointer each.
    expect(record.blocks).toHaveLength(writes.length / 2);
    expect(await account.blocksOfBoth()).toEqual(right);
  }
}
