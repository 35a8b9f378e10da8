import { SettingsError } from '../../../shared/errors.ts';
import { backfill } from '../../../shared/jobs/backfill.ts';
import { findGaps } from '../../../shared/jobs/gaps.ts';
import { acknowledgeEmptyDay, moveWatermark } from '../../../shared/jobs/repairs.ts';
import { agentActivity } from '../../../shared/lake/tables.ts';
import type { LakeRun } from '../../../shared/run/lake-run.ts';
import { startTestLake, type TestAccount, type TestLake } from '../pipeline/test-lake.ts';

const HOUR = 3_600_000;
const startMs = Date.parse('2024-11-18T00:00:00Z');
const nowMs = startMs + 12 * HOUR + 90_000;
const at = (hour: number) => startMs + hour * HOUR;

let lake: TestLake;
beforeAll(async () => {
  lake = await startTestLake();
});
afterAll(async () => {
  await lake.stop();
});

/** An account of one event an hour, pulled up to noon. */
async function pulled() {
  const events = Array.from({ length: 12 }, (_, hour) => ({
    ...{ agentId: 'a', activity: 'Busy', reasonCode: `${hour}`, seq: 0 },
    ...{ eventMs: at(hour) + HOUR / 2, listedAtMs: at(hour) + HOUR / 2 },
  }));
  const account = await lake.simulated({
    ...{ events, startMs, nowMs: () => nowMs, settings: { maxWindow: '1h', lookback: '0s' } },
  });
  const run = (options: Partial<Parameters<TestAccount['run']>[0]> = {}) =>
    account.run({ nowMs, ...options });
  const repair = (work: (run: LakeRun) => Promise<unknown>) =>
    run({
      job: {
        name: 'repair',
        actor: 'ann',
        reason: 'to see',
        work: async (r) => void (await work(r)),
      },
    });
  const gaps = async () => {
    const found = await account.ask(nowMs, findGaps);
    const hours = (ms: number) => (ms - startMs) / HOUR;
    return found.gaps.map(({ kind, fromMs, toMs }) => [kind, hours(fromMs), hours(toMs)]);
  };
  await run();
  return { ...account, run, repair, gaps };
}

const moveTo =
  (hour: number, skip = false) =>
  (run: LakeRun) =>
    moveWatermark(run, { toMs: at(hour), skip });

describe('the watermark, moved by hand', () => {
  it('back, lets the next pull read again what follows, and says who, when and why', async () => {
    const account = await pulled();
    const { record } = await account.repair(moveTo(4));
    expect(record).toMatchObject({
      ...{ actor: 'ann', reason: 'to see', status: 'succeeded' },
      watermark_before: new Date(at(12)).toISOString(),
      watermark_after: new Date(at(4)).toISOString(),
    });
    const [stored] = await account.ledger();
    expect(stored).toMatchObject({ actor: 'ann', reason: 'to see' });
    const asked = account.simulator.requests.length;
    await account.run();
    expect(account.simulator.requests.length - asked).toBe(8);
    expect((await account.checkpoint())?.watermarkMs).toBe(at(12));
    expect(await account.gaps()).toEqual([]);
  });

  it('forward, wants to be meant, and leaves a gap that a pull or a backfill can fill', async () => {
    const account = await pulled();
    await account.repair(moveTo(4));
    expect((await account.repair(moveTo(9))).error).toBeInstanceOf(SettingsError);
    expect((await account.checkpoint())?.watermarkMs).toBe(at(4));
    await account.repair(moveTo(9, true));
    expect(await account.gaps()).toEqual([['left out', 4, 9]]);
    await account.run();
    expect(await account.gaps()).toEqual([['left out', 4, 9]]);

    const span = { fromMs: at(5), toMs: at(7), positionMs: at(5) };
    await account.repair(({ backfills }) =>
      backfills.add({ ...span, name: 'part', status: 'active', addedAtMs: 0, by: 'ann' }),
    );
    await account.run({ job: { name: 'backfill', work: (r) => backfill(r) } });
    expect(await account.gaps()).toEqual([
      ['left out', 4, 5],
      ['left out', 7, 9],
    ]);
    await account.repair(moveTo(8));
    expect(await account.gaps()).toEqual([
      ['left out', 4, 5],
      ['left out', 7, 8],
    ]);
    await account.run();
    expect(await account.gaps()).toEqual([
      ['left out', 4, 5],
      ['left out', 7, 8],
    ]);
    await account.repair(moveTo(0));
    await account.run();
    expect(await account.gaps()).toEqual([]);
    expect(await account.rows(agentActivity)).toHaveLength(12);
  });

  it.each([
    ['into the future', at(13), /future/],
    ['before the start', at(-1), /backfill/],
    ['into a second', at(3) + 1, /whole second/],
  ])('is not moved %s', async (_, toMs, says) => {
    const account = await pulled();
    const { error } = await account.repair((run) => moveWatermark(run, { toMs, skip: true }));
    expect(error).toBeInstanceOf(SettingsError);
    expect(`${(error as Error).message} ${(error as SettingsError).nextAction}`).toMatch(says);
    expect((await account.checkpoint())?.watermarkMs).toBe(at(12));
  });

  it('lets a pull under way end as superseded, and loses nothing', async () => {
    const account = await pulled();
    await account.repair(moveTo(4));
    let requests = 0;
    const { record } = await account.run({
      onCall: async (call, make) => {
        if (call.name === 'GET agentactivity') requests += 1;
        if (call.name === 'GET agentactivity' && requests === 3) await account.repair(moveTo(2));
        return make();
      },
    });
    expect(record.status).toBe('superseded');
    expect((await account.checkpoint())?.watermarkMs).toBe(at(2));
    await account.run();
    expect((await account.checkpoint())?.watermarkMs).toBe(at(12));
  });
});

describe('gaps', () => {
  it('are also what a backfill has not reached yet, and what was read but has no evidence', async () => {
    const account = await pulled();
    expect(await account.gaps()).toEqual([]);
    const span = { fromMs: at(-5), toMs: at(-3), positionMs: at(-5) };
    await account.repair(({ backfills }) =>
      backfills.add({ ...span, name: 'old', status: 'active', addedAtMs: 0, by: 'ann' }),
    );
    const landed = await account.keys('landing');
    await account.loseObjects(landed.filter((key) => key.includes('/20241118T020000Z_')));
    expect(await account.gaps()).toEqual([
      ['never read', -5, 0],
      ['no evidence', 2, 3],
    ]);
  });

  it('are none where nothing was ever read', async () => {
    const account = await lake.account({ accountId: 'unread', host: 'http://127.0.0.1:9' });
    const found = await account.ask(nowMs, findGaps);
    expect(found).toEqual({ covered: [], gaps: [] });
  });
});

describe('an empty day', () => {
  it('is acknowledged only when it was checked, and found empty', async () => {
    const account = await pulled();
    const { error } = await account.repair((run) => acknowledgeEmptyDay(run, '2024-11-18'));
    expect(error).toBeInstanceOf(SettingsError);
    expect((error as Error).message).toMatch(/not checked/);
  });
});
