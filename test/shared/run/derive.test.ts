import { DAY_MS } from '../../../shared/activity/instant.ts';
import { stays } from '../../../shared/activity/stays.ts';
import { deriveDays, moveWatermark } from '../../../shared/jobs/repairs.ts';
import { replay } from '../../../shared/jobs/replay.ts';
import { jobs } from '../../../shared/jobs/scheduled.ts';
import { agentStay } from '../../../shared/lake/agent-stay.ts';
import { readBlock, writeBlock } from '../../../shared/lake/block-format.ts';
import { agentActivity } from '../../../shared/lake/tables.ts';
import { staleDays } from '../../../shared/run/derive.ts';
import type { Pipeline } from '../../../shared/run/lake-run.ts';
import { Killed, type OnCall } from '../pipeline/call-gate.ts';
import {
  addBackfill,
  LONGEST_MS,
  MIDNIGHT,
  oldHistory,
  openedIn,
  startMs,
  type Wanted,
} from '../pipeline/late-account.ts';
import { type SimulatedAccount, startTestLake, type TestLake } from '../pipeline/test-lake.ts';

const HOUR = 3_600_000;
const settled = 90_000;

let lake: TestLake;
beforeAll(async () => {
  lake = await startTestLake();
});
afterAll(() => lake.stop());

const opened = (wanted: Wanted) => openedIn(lake, wanted);

const staleOf = (account: Pick<SimulatedAccount, 'ask'>, nowMs: number) =>
  account.ask(nowMs, (run) => staleDays(run, { fromMs: startMs - DAY_MS, toMs: nowMs + DAY_MS }));

const byHand = (name: string, work: (run: Pipeline) => Promise<unknown>) => ({
  job: { name, work: async (run: Pipeline) => void (await work(run)) },
});

describe('derive', () => {
  it('derives each day of a long run once, and nothing again when nothing changed', async () => {
    const account = await opened({ reportTimeZone: 'America/New_York' });
    const { record } = await account.run(70);
    expect(record.counts?.derived_days).toBe((await account.blocks(agentStay)).size);
    await account.expectStays();
    const again = await account.run(70);
    expect(again.record).toMatchObject({ counts: { derived_days: 0 }, blocks: [] });
  });

  it('has no stay of what is no longer read whole, after the watermark was moved back', async () => {
    const account = await opened({ reportTimeZone: 'America/New_York' });
    await account.run(70);
    const back = { toMs: startMs + 20 * HOUR, skip: false };
    await account.run(
      70,
      byHand('watermark', (run) => moveWatermark(run, back)),
    );
    const known = { fromMs: startMs, toMs: back.toMs };
    const later = (await account.rows(agentStay)).filter((row) => row.observed_until > known.toMs);
    expect(later).toEqual([]);
    await account.run(70);
    await account.expectStays();
  });

  it('is stale in every day after a change of zone, until all days are derived', async () => {
    const account = await opened({ reportTimeZone: 'Pacific/Kiritimati', days: 2 });
    const nowMs = startMs + 47 * HOUR;
    await account.run(47);
    expect(await staleOf(account, nowMs)).toEqual([]);
    const settings = { reportTimeZone: 'America/New_York', longestStay: '2h' };
    const derived: string[] = [];
    const all = byHand('derive', (run) => deriveDays(run, {}, (day) => void derived.push(day)));
    await account.run(47, { ...all, settings });
    // Where Kiritimati had begun another day New York had not.
    expect(derived).toEqual(['2024-11-03', '2024-11-04', '2024-11-05']);
    const kept = await account.rows(agentStay);
    expect(kept.every((row) => row.day_started_at < nowMs - settled)).toBe(true);
    expect(await staleOf(account, nowMs)).toHaveLength(3);
    await account.run(
      47,
      byHand('derive', (run) => deriveDays(run, {}, () => {})),
    );
    await account.expectStays();
  });
});

describe('derive of what no later run passes again', () => {
  const job = (name: string, work: (run: Pipeline) => Promise<unknown>) => byHand(name, work);
  it('tells what joins as if it had been read at once', async () => {
    const account = await oldHistory(lake);
    for (const [from, to] of [
      [MIDNIGHT, MIDNIGHT + 24],
      [0, MIDNIGHT],
    ] as const) {
      await addBackfill(account, from, to);
      await account.run(24 * 60 + 2, { job: jobs.backfill });
    }
    const known = { fromMs: startMs, toMs: startMs + (MIDNIGHT + 24) * HOUR };
    const stored = await account.rows(agentStay);
    const ofOld = stored.filter((row) => row.day_started_at < known.toMs);
    const events = await account.rows(agentActivity);
    const settings = { reportTimeZone: 'UTC', longestStayMs: LONGEST_MS };
    const days = ['2024-11-03', '2024-11-04'];
    expect(ofOld).toEqual(days.flatMap((day) => stays(events, [], day, settings, known)));
  });

  it('is done by a second replay when the first died before it derived', async () => {
    const account = await opened({ reportTimeZone: 'America/New_York' });
    await account.run(70);
    const replayed = job('replay', (run) => replay(run, {}));
    const spoil = job('spoil', async ({ blocks, touched, settings: { accountId } }) => {
      const block = { table: agentActivity, accountId, day: '2024-11-04' };
      const stored = await blocks.get(block);
      const rows = await readBlock(agentActivity, stored?.bytes ?? new Uint8Array());
      await blocks.swap(block, stored, writeBlock(agentActivity, rows.slice(9)));
      touched.push({ fromMs: startMs, toMs: startMs + 70 * HOUR });
    });
    await account.run(70, spoil);
    const written = (name: string) => name === 'S3 PutObject';
    let puts = 0;
    const dies: OnCall = async (call, make) => {
      if (puts >= 2) throw new Killed();
      if (written(call.name)) puts += 1;
      return make();
    };
    await account.run(70, { ...replayed, onCall: dies }).catch(() => {});
    await account.run(70, replayed);
    await account.expectStays();
  });

  it('brings back stays whose version is gone, by hand and at night', async () => {
    const account = await opened({ reportTimeZone: 'UTC', days: 2 });
    await account.run(47);
    for (const mend of [
      job('derive', (run) => deriveDays(run, {}, () => {})),
      { job: jobs.reconcile, clockMs: startMs + 47 * HOUR },
    ]) {
      const [gone = ''] = (await account.keys('blocks/stays')).slice(0, 1);
      const day = /day=([\d-]+)/.exec(gone)?.[1] ?? '';
      await account.run(
        47,
        job('lose', async ({ blocks, settings: { accountId } }) => {
          const versions = (await blocks.versions(agentStay, accountId)).get(day) ?? [];
          for (const version of versions) await blocks.remove(version);
        }),
      );
      await account.run(47, mend);
      await account.expectStays();
    }
  });
});
