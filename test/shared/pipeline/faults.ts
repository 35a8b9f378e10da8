import fc from 'fast-check';
import type { Behaviour } from '../../../local/simulator/behaviour.ts';
import { type Simulator, startSimulator } from '../../../local/simulator/server.ts';
import type { RunRecord } from '../../../shared/checkpoint/run-ledger.ts';
import { agentActivity, rejectedActivity } from '../../../shared/lake/tables.ts';
import {
  answerLostAt,
  type Call,
  Killed,
  killedAt,
  takingTurns,
  tellingCalls,
} from './call-gate.ts';
import { expectStaysOf } from './expected-stays.ts';
import {
  credentials,
  essence,
  essenceOfTruth,
  startTestLake,
  type TestAccount,
  type TestLake,
} from './test-lake.ts';

const at = (iso: string) => Date.parse(iso);
const event = (
  agentId: string,
  iso: string,
  activity: string,
  reasonCode: string | null = null,
) => ({
  agentId,
  eventMs: at(iso),
  activity,
  reasonCode,
  seq: 0,
  listedAtMs: at(iso),
});

/** Two days, a second with A → B → A, an event that is listed late, and one nobody understands. */
export const truth = [
  event('a-1', '2024-11-01T22:30:00Z', 'Available'),
  event('a-2', '2024-11-01T23:10:00Z', 'Busy', '3'),
  event('a-1', '2024-11-01T23:59:59Z', 'Away', 'lunch'),
  event('a-1', '2024-11-02T00:00:00Z', 'Busy'),
  event('a-1', '2024-11-02T00:00:00Z', 'Away', 'lunch'),
  event('a-1', '2024-11-02T00:00:00Z', 'Busy'),
  { ...event('a-3', '2024-11-02T00:05:00Z', 'Offline'), listedAtMs: at('2024-11-02T00:40:00Z') },
  event('a-2', '2024-11-02T00:50:00Z', 'Available'),
];
const broken = event('', '2024-11-01T23:40:00Z', 'Busy');
/** More than a source gives that cuts at 22 rows. */
export const many = Array.from({ length: 26 }, (_, i) =>
  event(`b-${i}`, new Date(at('2024-11-01T23:30:00Z') + i * 30_000).toISOString(), 'Busy'),
);

export const evening = '2024-11-01T22:00:00Z';
export const first = at('2024-11-02T00:20:00Z');
export const second = at('2024-11-02T01:10:00Z');

let lake: TestLake;
let numbered = 0;
const simulators: Simulator[] = [];

export interface Scenario {
  readonly truth: readonly (typeof truth)[number][];
  readonly behaviour: Partial<Behaviour>;
  readonly start: string;
  /** When earlier runs pulled. */
  readonly before: readonly number[];
  readonly nowMs: number;
}

/** An account whose source lists, at the time of the run, what it would list then. */
async function newAccount({ truth, behaviour, start }: Scenario) {
  let nowMs = 0;
  numbered += 1;
  const accountId = `account-${numbered}`;
  const simulator = await startSimulator({
    ...credentials,
    accountId,
    centre: { agents: [], events: [...truth, broken] },
    behaviour,
    nowMs: () => nowMs,
  });
  simulators.push(simulator);
  const account = await lake.account({ accountId, host: simulator.url, start, maxWindow: '1h' });
  return {
    ...account,
    run: (options: Parameters<TestAccount['run']>[0]) => {
      nowMs = options.nowMs;
      return account.run(options);
    },
  };
}

async function expectWhole(account: TestAccount, { truth, nowMs }: Scenario) {
  const { watermarkMs } = (await account.checkpoint()) ?? { watermarkMs: 0 };
  expect(watermarkMs).toBe(nowMs - 90_000);
  const listed = truth.filter((e) => e.listedAtMs <= nowMs && e.eventMs < watermarkMs);
  expect(essence(await account.rows(agentActivity))).toEqual(essenceOfTruth(listed));
  expect(await account.rows(rejectedActivity)).toHaveLength(1);
  await expectStaysOf(account);
}

/** Whatever a crash left behind: nothing before the watermark is missing, nothing is there twice. */
async function expectNothingSkipped(account: TestAccount, { truth, nowMs }: Scenario) {
  const state = await account.checkpoint();
  const stored = essence(await account.rows(agentActivity));
  expect(new Set(stored.map((row) => JSON.stringify(row))).size).toBe(stored.length);
  // What the run before could not know of is owed only once the crashed run passed it again.
  const owed = truth.filter((e) => e.eventMs < (state?.watermarkMs ?? 0) && e.listedAtMs <= first);
  expect(stored).toEqual(expect.arrayContaining(essenceOfTruth(owed)));
  expect(state?.watermarkMs ?? 0).toBeLessThanOrEqual(nowMs - 90_000);
}

/** Kills, loses and interleaves at every call of the scenario's run, as a first run of it makes them. */
export function proveUnderFaults(scenario: Scenario): void {
  beforeAll(async () => {
    lake = await startTestLake();
  });
  afterAll(async () => {
    await Promise.all(simulators.map((simulator) => simulator.stop()));
    await lake.stop();
  });
  const { before, nowMs } = scenario;
  let calls: readonly Call[];
  let undisturbed: RunRecord;

  async function prepared() {
    const account = await newAccount(scenario);
    for (const earlier of before) await account.run({ nowMs: earlier });
    return account;
  }

  beforeAll(async () => {
    const account = await prepared();
    const { record, gate } = await account.run({ nowMs });
    expect(record.status).toBe('succeeded');
    await expectWhole(account, scenario);
    calls = gate.calls;
    undisturbed = record;
    expect(new Set(calls.map(({ name }) => name))).toEqual(
      new Set([
        'DynamoDB GetItem',
        'DynamoDB PutItem',
        'DynamoDB Query',
        'DynamoDB UpdateItem',
        'GET agentactivity',
        'S3 GetObject',
        // Whether a lost checkpoint is to be told of.
        ...(before.length === 0 ? ['S3 ListObjectsV2'] : []),
        'S3 PutObject',
        'SecretsManager GetSecretValue',
      ]),
    );
  });

  it('killed before its first call or after any write and started again, stores each event once', async () => {
    // What a dead process had read is gone with it: between two writes it leaves the same behind.
    const moments = [
      { index: 0, name: 'nothing', moment: 'before' as const },
      ...calls
        .filter(({ writes }) => writes)
        .map(({ index, name }) => ({ index, name, moment: 'after' as const })),
    ];
    for (const { index, name, moment } of moments) {
      const account = await prepared();
      const killed = account.run({ nowMs, onCall: killedAt(index, moment) }).catch((e) => e);
      expect([index, name, await killed]).toEqual([index, name, expect.any(Killed)]);
      await expectNothingSkipped(account, scenario);
      const { record } = await account.run({ nowMs });
      expect([index, record.status]).toEqual([index, 'succeeded']);
      await expectWhole(account, scenario);
    }
  });

  it('stores each event once, and counts it once, when the answer of any write is lost', async () => {
    for (const { index } of calls.filter(({ writes }) => writes)) {
      const account = await prepared();
      const { record } = await account.run({ nowMs, onCall: answerLostAt(index) });
      expect([index, record.status]).toEqual([index, 'succeeded']);
      await expectWhole(account, scenario);
      expect([index, record.counts?.new]).toEqual([index, undisturbed.counts?.new]);
      expect(record.blocks).toHaveLength(undisturbed.blocks?.length ?? 0);
    }
  });

  it('stores each event once when a second run passes it at any of its calls', async () => {
    for (const { index } of tellingCalls(calls)) {
      const account = await prepared();
      const statuses: string[] = [];
      const outcome = await account.run({
        nowMs,
        onCall: async (call, make) => {
          if (call.index === index) {
            statuses.push((await account.run({ nowMs })).record.status);
          }
          return make();
        },
      });
      expect(statuses).toEqual(['succeeded']);
      expect(['succeeded', 'superseded']).toContain(outcome.record.status);
      await expectWhole(account, scenario);
    }
  });

  it('stores each event once when two runs take turns at their calls, in any order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.nat(1)), async (choices) => {
        const account = await prepared();
        const outcomes = await takingTurns(choices, [
          (onCall) => account.run({ nowMs, onCall }),
          (onCall) => account.run({ nowMs, onCall }),
        ]);
        const statuses = outcomes.map(({ record }) => record.status).sort();
        expect(['succeeded,succeeded', 'succeeded,superseded']).toContain(statuses.join());
        await expectWhole(account, scenario);
      }),
      { numRuns: 10 },
    );
  });
}
