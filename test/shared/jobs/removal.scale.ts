import { contactCentre } from '../../../local/simulator/contact-centre.ts';
import { systemClock } from '../../../shared/clock.ts';
import { removeSuperseded } from '../../../shared/jobs/removal.ts';
import { agentActivity, tables } from '../../../shared/lake/tables.ts';
import type { LakeRun } from '../../../shared/run/lake-run.ts';
import { Killed, killedAt, takingTurns, tellingCalls } from '../pipeline/call-gate.ts';
import {
  essence,
  essenceOfTruth,
  startTestLake,
  type TestAccount,
  type TestLake,
} from '../pipeline/test-lake.ts';

const HOUR = 3_600_000;
const startMs = Date.parse('2024-11-18T09:00:00Z');
const centre = contactCentre({ seed: 3, agents: 5, fromMs: startMs, toMs: startMs + 6 * HOUR });

let lake: TestLake;
beforeAll(async () => {
  lake = await startTestLake();
});
afterAll(async () => {
  await lake.stop();
});

/** An account whose two blocks of one day, events and stays, have several versions. */
async function pulled() {
  let nowMs = startMs;
  const settings = { lookback: '0s', maxWindow: '1d' };
  const account = await lake.simulated({
    ...{ events: centre.events, startMs, nowMs: () => nowMs, settings },
  });
  const pullAt = (hours: number, options: Partial<Parameters<TestAccount['run']>[0]> = {}) => {
    nowMs = startMs + hours * HOUR;
    return account.run({ nowMs, ...options });
  };
  for (const hours of [2, 3, 5]) await pullAt(hours);
  const job = { name: 'removal', work: (run: LakeRun) => removeSuperseded(run) };
  return {
    ...account,
    pullAt,
    /** The removal, some hours from now: how old an object is, the real clock of its store says. */
    removeIn: (hours: number, options: Partial<Parameters<TestAccount['run']>[0]> = {}) =>
      account.run({ nowMs, clockMs: systemClock.now() + hours * HOUR, job, ...options }),
    versions: async () => [
      ...(await account.keys('blocks/activity')),
      ...(await account.keys('blocks/stays')),
    ],
  };
}

const expectTruth = async (account: TestAccount, hours: number) => {
  const happened = centre.events.filter(({ eventMs }) => eventMs < startMs + hours * HOUR - 90_000);
  const stored = await account.rows(agentActivity);
  expect(happened.length).toBeGreaterThan(50);
  expect(essence(stored as never)).toEqual(expect.arrayContaining(essenceOfTruth(happened)));
};

describe('the removal', () => {
  it('takes superseded versions a day after, and no row', async () => {
    const account = await pulled();
    const before = await account.blocks(agentActivity);
    const { length } = await account.versions();
    expect(length).toBeGreaterThan(2);
    const early = await account.removeIn(23);
    expect(early.record).toMatchObject({ status: 'succeeded', counts: { removed_versions: 0 } });
    const { record } = await account.removeIn(25);
    expect(record).toMatchObject({ counts: { removed_versions: length - 2 } });
    expect(await account.versions()).toHaveLength(2);
    expect(await account.blocks(agentActivity)).toEqual(before);
    const { gate } = await account.removeIn(50);
    // A night without anything to remove asks for a listing of each table, and no more.
    const asked = gate.calls.map(({ name }) => name).filter((name) => name.startsWith('S3'));
    expect(asked).toEqual(tables.map(() => 'S3 ListObjectsV2'));
  });

  it('killed after any of its writes, goes on the next night', async () => {
    const { gate } = await (await pulled()).removeIn(25);
    for (const { index } of gate.calls.filter(({ writes }) => writes)) {
      const account = await pulled();
      const killed = await account
        .removeIn(25, { onCall: killedAt(index, 'after') })
        .catch((e) => e);
      expect(killed).toBeInstanceOf(Killed);
      await account.removeIn(50);
      expect(await account.versions()).toHaveLength(2);
      await expectTruth(account, 5);
    }
  });

  it('runs beside itself', async () => {
    const account = await pulled();
    const ended = await takingTurns(
      Array.from({ length: 40 }, (_, turn) => turn),
      [1, 2].map(() => (onCall) => account.removeIn(25, { onCall })),
    );
    for (const { record } of ended) expect(record.status).toBe('succeeded');
    expect(await account.versions()).toHaveLength(2);
    await expectTruth(account, 5);
  });

  it('loses no version of a writer who is days slow at any of its calls', async () => {
    const { gate } = await (await pulled()).pullAt(6);
    for (const { index } of tellingCalls(gate.calls).filter(({ name }) => name.startsWith('S3'))) {
      const account = await pulled();
      const { record } = await account.pullAt(6, {
        onCall: async (call, make) => {
          if (call.index === index) for (const hours of [30, 60]) await account.removeIn(hours);
          return make();
        },
      });
      expect([index, record.status]).toEqual([index, 'succeeded']);
      await expectTruth(account, 6);
    }
  });

  it('takes what a writer left who died between the two writes', async () => {
    const { gate } = await (await pulled()).pullAt(6);
    const version = gate.calls.filter(({ name }) => name === 'S3 PutObject')[1];
    const account = await pulled();
    const ofEvents = async () => (await account.keys('blocks/activity')).at(-1);
    const current = await ofEvents();
    await account.pullAt(6, { onCall: killedAt(version?.index ?? -1, 'after') }).catch(() => {});
    const orphaned = await ofEvents();
    const before = await account.rows(agentActivity);
    expect(orphaned).not.toBe(current);
    // The pointer moves on to a copy, and the night after nothing of that number can win any more.
    const { record } = await account.removeIn(25);
    expect(record.blocks).toHaveLength(1);
    await account.removeIn(50);
    expect(await account.versions()).toHaveLength(2);
    expect(await account.rows(agentActivity)).toEqual(before);
    await account.pullAt(6);
    await expectTruth(account, 6);
  });
});
