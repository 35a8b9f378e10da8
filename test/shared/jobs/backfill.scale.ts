import type { Behaviour } from '../../../local/simulator/behaviour.ts';
import { contactCentre } from '../../../local/simulator/contact-centre.ts';
import type { Backfill } from '../../../shared/checkpoint/backfills.ts';
import { SettingsError } from '../../../shared/errors.ts';
import { backfill } from '../../../shared/jobs/backfill.ts';
import { jobs } from '../../../shared/jobs/scheduled.ts';
import { agentActivity } from '../../../shared/lake/tables.ts';
import type { LakeRun } from '../../../shared/run/lake-run.ts';
import type { AccountSettingsInput } from '../../../shared/settings.ts';
import { answerLostAt, Killed, killedAt } from '../pipeline/call-gate.ts';
import {
  essence,
  essenceOfTruth,
  startTestLake,
  type TestAccount,
  type TestLake,
} from '../pipeline/test-lake.ts';

const HOUR = 3_600_000;
const fromMs = Date.parse('2024-11-18T00:00:00Z');
const toMs = fromMs + 48 * HOUR;
const centre = contactCentre({ seed: 9, agents: 6, fromMs, toMs });
const settled = toMs + HOUR;

let lake: TestLake;
beforeAll(async () => {
  lake = await startTestLake();
});
afterAll(async () => {
  await lake.stop();
});

/** An account whose pulls begin on the second day. */
async function open(
  behaviour: Partial<Behaviour> = {},
  settings: Partial<AccountSettingsInput> = {},
) {
  const account = await lake.simulated({
    ...{ events: centre.events, behaviour, settings, startMs: fromMs + 24 * HOUR },
    nowMs: () => settled,
  });
  const run = (options: Partial<Parameters<TestAccount['run']>[0]> = {}) =>
    account.run({ nowMs: settled, ...options });
  const onBackfills = <T>(ask: (run: LakeRun) => Promise<T>) => account.ask(settled, ask);
  return {
    ...account,
    run,
    onBackfills,
    add: (name: string, first: number, end: number) =>
      onBackfills(({ backfills }) => backfills.add(named(name, first, end))),
    all: () => onBackfills(({ backfills }) => backfills.all()),
    backfill: (options = {}) => run({ job: jobs.backfill, ...options }),
  };
}

function named(name: string, firstHour: number, endHour: number): Backfill {
  const from = fromMs + firstHour * HOUR;
  return {
    name,
    fromMs: from,
    toMs: fromMs + endHour * HOUR,
    positionMs: from,
    status: 'active',
    addedAtMs: firstHour,
    by: 'test',
  };
}

const truthBetween = (firstHour: number, endHour: number) =>
  essenceOfTruth(
    centre.events.filter(
      ({ eventMs }) => eventMs >= fromMs + firstHour * HOUR && eventMs < fromMs + endHour * HOUR,
    ),
  );

/** The padding of the last request may bring the two seconds after the end. */
async function stored(account: Pick<TestAccount, 'rows'>, firstHour: number, endHour: number) {
  const rows = await account.rows(agentActivity);
  return essence(
    rows.filter(
      ({ event_time }) =>
        event_time >= fromMs + firstHour * HOUR && event_time < fromMs + endHour * HOUR,
    ),
  );
}

describe('backfill', () => {
  it('stores what happened before the pulls began, and leaves the watermark alone', async () => {
    const account = await open({ rowCap: { rows: 60, keep: 'oldest', announcedBy: 'nothing' } });
    await account.run();
    const before = await account.checkpoint();
    await account.add('history', 0, 24);
    const { record } = await account.backfill();
    expect(record).toMatchObject({ job: 'backfill', status: 'succeeded' });
    expect(record.watermark_after).toBeUndefined();
    expect((await account.checkpoint())?.watermarkMs).toBe(before?.watermarkMs);
    expect(await account.all()).toMatchObject([{ status: 'done', positionMs: fromMs + 24 * HOUR }]);
    expect(essence(await account.rows(agentActivity))).toEqual(truthBetween(0, 48));
  });

  it('has nothing to do while none is active', async () => {
    const account = await open();
    const due = () => account.onBackfills((run) => jobs.backfill.isDue(run));
    expect(await due()).toBe(false);
    await account.add('history', 0, 2);
    expect(await due()).toBe(true);
    await account.backfill();
    expect(await due()).toBe(false);
  });

  it('advances several, the oldest first, and a named one alone when told so', async () => {
    const account = await open({}, { maxWindow: '2h' });
    await account.add('second', 10, 12);
    await account.add('first', 0, 4);
    await account.run({ job: { name: 'backfill', work: (run) => backfill(run, 'second') } });
    const status = async () => (await account.all()).map(({ name, status }) => [name, status]);
    expect(await status()).toEqual([
      ['first', 'active'],
      ['second', 'done'],
    ]);
    await account.backfill();
    expect(await stored(account, 0, 4)).toEqual(truthBetween(0, 4));
    expect(await stored(account, 10, 12)).toEqual(truthBetween(10, 12));
  });

  it('finds the one that is there when the same is added again, and refuses another of its name', async () => {
    const account = await open({}, { maxWindow: '1h' });
    await account.add('history', 0, 4);
    expect(await account.add('history', 0, 4)).toMatchObject({ status: 'active' });
    await expect(account.add('history', 0, 5)).rejects.toThrow(SettingsError);
    await account.backfill();
    await expect(account.add('history', 0, 4)).rejects.toThrow(/done already/);
  });

  it('stops where it is when it is cancelled, also in the middle of a run', async () => {
    const account = await open({}, { maxWindow: '1h' });
    await account.add('history', 0, 24);
    let requests = 0;
    const { record } = await account.backfill({
      onCall: async (call: { name: string }, make: () => Promise<unknown>) => {
        if (call.name === 'GET agentactivity') requests += 1;
        if (call.name === 'GET agentactivity' && requests === 4) {
          await account.onBackfills(({ backfills }) => backfills.cancel('history'));
        }
        return make();
      },
    });
    expect(record.status).toBe('superseded');
    expect(requests).toBe(4);
    expect(await account.all()).toMatchObject([
      { status: 'cancelled', positionMs: fromMs + 3 * HOUR },
    ]);
    await expect(
      account.onBackfills(({ backfills }) => backfills.cancel('history')),
    ).rejects.toThrow(/cancelled already/);
    await expect(account.onBackfills(({ backfills }) => backfills.cancel('no'))).rejects.toThrow(
      /no backfill "no"/,
    );
  });

  it('killed at any call of any slice, and started again each time, stores each event once', async () => {
    const account = await open({}, { maxWindow: '6h' });
    await account.run();
    await account.add('history', 0, 24);
    let kills = 0;
    // As many calls as a slice and a half make, so that each try gets a little further.
    for (let index = 3; ; index = index === 20 ? 3 : index + 1) {
      const moment = kills % 2 === 0 ? 'before' : 'after';
      const outcome = await account
        .backfill({ onCall: killedAt(index, moment) })
        .catch((error: unknown) => error);
      if (!(outcome instanceof Killed)) break;
      kills += 1;
      const [{ positionMs } = { positionMs: 0 }] = await account.all();
      const hours = (positionMs - fromMs) / HOUR;
      expect(await stored(account, 0, hours)).toEqual(truthBetween(0, hours));
    }
    expect(kills).toBeGreaterThan(8);
    expect(await account.all()).toMatchObject([{ status: 'done' }]);
    expect(essence(await account.rows(agentActivity))).toEqual(truthBetween(0, 48));
  });

  it('goes on when the answer of a write that moves it is lost', async () => {
    const ready = async () => {
      const account = await open({}, { maxWindow: '12h' });
      await account.add('history', 0, 24);
      return account;
    };
    const { gate } = await (await ready()).backfill();
    const moves = gate.calls.filter(({ name }) => name === 'DynamoDB UpdateItem');
    expect(moves.length).toBeGreaterThan(2);
    for (const { index } of moves) {
      const account = await ready();
      const { record } = await account.backfill({ onCall: answerLostAt(index) });
      expect([index, record.status]).toEqual([index, 'succeeded']);
      expect(await account.all()).toMatchObject([{ status: 'done' }]);
    }
  });

  it('runs beside the schedule and beside itself, and every event is stored once', async () => {
    const account = await open({}, { maxWindow: '2h' });
    await account.add('history', 0, 26);
    const outcomes = await Promise.all([
      account.backfill(),
      account.run(),
      account.backfill(),
      account.run({ nowMs: settled - HOUR }),
    ]);
    for (const { record, error } of outcomes) {
      expect(error).toBeNull();
      expect(['succeeded', 'superseded']).toContain(record.status);
    }
    // Whoever was superseded left the rest to the next.
    await account.backfill();
    await account.run();
    expect(await account.all()).toMatchObject([{ status: 'done' }]);
    expect(essence(await account.rows(agentActivity))).toEqual(truthBetween(0, 48));
  });

  it('does not move one that another run has moved', async () => {
    const account = await open();
    const added = await account.add('history', 0, 24);
    const advance = (to: number) =>
      account.onBackfills(({ backfills }) => backfills.advance(added, fromMs + to * HOUR));
    await advance(6);
    await expect(
      account.run({
        job: {
          name: 'test',
          work: async ({ backfills }) => void (await backfills.advance(added, fromMs)),
        },
      }),
    ).resolves.toMatchObject({ record: { status: 'superseded' } });
  });
});
