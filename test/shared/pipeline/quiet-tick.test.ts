import type { TruthEvent } from '../../../local/simulator/contact-centre.ts';
import { moveWatermark } from '../../../shared/jobs/repairs.ts';
import { agentStay } from '../../../shared/lake/agent-stay.ts';
import { agentActivity } from '../../../shared/lake/tables.ts';
import { staleDays } from '../../../shared/run/derive.ts';
import type { LakeRun } from '../../../shared/run/lake-run.ts';
import { Killed, killedAt } from './call-gate.ts';
import { expectStaysOf } from './expected-stays.ts';
import { type RunOptions, startTestLake, type TestLake } from './test-lake.ts';

const MINUTE = 60_000;
const noon = Date.parse('2024-11-18T12:00:00Z');

const event = (minute: number, more: Partial<TruthEvent> = {}): TruthEvent => ({
  ...{ agentId: `a-${minute % 3}`, eventMs: noon + minute * MINUTE, activity: 'Busy' },
  ...{ reasonCode: null, seq: 0, listedAtMs: noon + minute * MINUTE, ...more },
});

let lake: TestLake;
beforeAll(async () => {
  lake = await startTestLake();
});
afterAll(() => lake.stop());

/** An account that was pulled until one, and the process that did it. */
async function opened(events: readonly TruthEvent[]) {
  let nowMs = noon;
  const account = await lake.simulated({ events, startMs: noon, nowMs: () => nowMs });
  const process = account.process();
  /** In a process of its own. */
  const elsewhere = (minute: number, options: Partial<RunOptions> = {}) => {
    nowMs = noon + minute * MINUTE;
    return account.tick({ nowMs, ...options });
  };
  const tick = async (minute: number) => {
    const { record, gate } = await elsewhere(minute, { process });
    expect(record.status).toBe('succeeded');
    return {
      calls: gate.calls.map(({ name }) => name),
      puts: record.blocks?.map(({ key }) => key.split('/')[1]),
      watermarkMs: Date.parse(record.watermark_after ?? ''),
    };
  };
  await tick(60);
  const toldUntil = async () =>
    Math.max(...(await account.rows(agentStay)).map((row) => row.observed_until));
  return { account, tick, elsewhere, toldUntil };
}

const listed = [
  ...['DynamoDB PutItem', 'DynamoDB GetItem', 'DynamoDB PutItem', 'GET agentactivity'],
  ...['S3 PutObject', 'S3 GetObject', 'DynamoDB UpdateItem', 'DynamoDB UpdateItem'],
  'DynamoDB Query',
];

describe('a tick to which the source lists nothing new', () => {
  it('makes eight calls to AWS, and writes its response, the watermark and its record', async () => {
    const { tick } = await opened([event(10), event(40)]);
    // Its record, the checkpoint, the budget, the response, the pointer of the day that was listed again, the watermark, its
    // end, and whether a backfill waits.
    expect(await tick(65)).toMatchObject({ calls: listed, puts: [] });
    // Where nothing was listed at all there is no block to look at.
    const nothing = listed.filter((name) => name !== 'S3 GetObject');
    expect(await tick(103)).toMatchObject({ calls: listed, puts: [] });
    expect(await tick(108)).toMatchObject({ calls: nothing, puts: [] });
  });

  it('leaves the stays as they are for an hour at most, which status does not call stale', async () => {
    const { account, tick, toldUntil } = await opened([event(10), event(40)]);
    const toldUntilMs = await toldUntil();
    const stale = (minute: number) =>
      account.ask(noon + minute * MINUTE, (run) =>
        staleDays(run, { fromMs: noon, toMs: noon + minute * MINUTE }),
      );
    for (const minute of [65, 90, 119]) {
      expect((await tick(minute)).puts).toEqual([]);
      expect(await stale(minute)).toEqual([]);
    }
    expect(await toldUntil()).toBe(toldUntilMs);
    const { puts, watermarkMs } = await tick(120);
    expect(puts).toEqual(['stays']);
    expect(await toldUntil()).toBe(watermarkMs);
    await expectStaysOf(account);
  });

  it('ends the day with it', async () => {
    const { account, tick } = await opened([event(10), event(700)]);
    await tick(715);
    expect((await tick(721)).puts).toEqual([]);
    // Midnight has settled.
    expect((await tick(722)).puts).toEqual(['stays', 'stays']);
    await expectStaysOf(account);
  });
});

describe('a tick after which stays are made anew though it merged nothing', () => {
  it('is the first of a process', async () => {
    const { account, tick, elsewhere } = await opened([event(10), event(40)]);
    await tick(65);
    const { record } = await elsewhere(70);
    expect(record.blocks?.map(({ key }) => key)).toEqual([expect.stringMatching(/^blocks.stays/)]);
    await expectStaysOf(account);
  });

  it('follows a run elsewhere that stored rows, and ended or died before their stays were', async () => {
    // It comes late, so that it lies where the stays told already.
    const news = [event(10), event(50, { listedAtMs: noon + 62 * MINUTE })];
    const whole = await opened(news);
    const { gate } = await whole.elsewhere(65);
    // The response, and of events and stays a version and a pointer each.
    const puts = gate.calls.filter(({ name }) => name === 'S3 PutObject');
    const [, , stored, , told] = puts.map(({ index }) => index);
    const writes = gate.calls.filter(({ writes }) => writes).map(({ index }) => index);
    for (const index of writes.filter((at) => at >= Number(stored) && at < Number(told))) {
      const { account, tick, elsewhere } = await opened(news);
      const died = await elsewhere(65, { onCall: killedAt(index, 'after') }).catch((e) => e);
      expect(died).toBeInstanceOf(Killed);
      await tick(66);
      await tick(67);
      expect(await account.rows(agentActivity)).toHaveLength(2);
      await expectStaysOf(account, { upTo: 'what happened' });
    }
    expect((await whole.tick(70)).puts).toEqual(['stays']);
    await expectStaysOf(whole.account);
  });

  it('follows a person who moved the watermark back', async () => {
    const { account, tick } = await opened([event(10), event(40)]);
    const work = (run: LakeRun) =>
      moveWatermark(run, { toMs: noon + 20 * MINUTE, skip: false }).then(() => {});
    await account.run({ nowMs: noon + 60 * MINUTE, job: { name: 'watermark', work } });
    expect((await tick(61)).puts).toEqual(['stays']);
    await expectStaysOf(account);
  });

  it('follows a person who moved the watermark back, and forth again to where it was', async () => {
    const { account, tick } = await opened([event(10), event(40)]);
    const { watermarkMs } = await tick(65);
    for (const toMs of [noon + 20 * MINUTE, watermarkMs]) {
      const work = (run: LakeRun) => moveWatermark(run, { toMs, skip: true }).then(() => {});
      await account.run({ nowMs: noon + 65 * MINUTE, job: { name: 'watermark', work } });
    }
    const { puts, watermarkMs: toMs } = await tick(70);
    expect(puts).toEqual(['stays']);
    // What lies before the gap counts no more.
    await expectStaysOf(account, { covered: { fromMs: watermarkMs, toMs } });
  });

  it('counts an event that was listed before the watermark had come to it', async () => {
    // Windows are asked for with two seconds more, and end a minute and a half ago.
    const early = event(0, { eventMs: noon + 60 * MINUTE - 90_000 + 1_000, listedAtMs: noon });
    const { account, tick } = await opened([event(10), early]);
    expect(await account.rows(agentActivity)).toHaveLength(2);
    expect((await tick(65)).puts).toEqual(['stays']);
    await expectStaysOf(account);
  });
});
