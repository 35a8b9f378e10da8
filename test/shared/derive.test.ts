import fc from 'fast-check';
import { contactCentre } from '../../local/simulator/contact-centre.ts';
import { DAY_MS } from '../../shared/activity/utc-day.ts';
import { staleDays } from '../../shared/derive.ts';
import { deriveDays, moveWatermark } from '../../shared/jobs/repairs.ts';
import { jobs } from '../../shared/jobs/scheduled.ts';
import { agentStay } from '../../shared/lake/agent-stay.ts';
import type { Pipeline } from '../../shared/lake-run.ts';
import { Killed, killedAt } from './pipeline/call-gate.ts';
import { expectStaysOf } from './pipeline/expected-stays.ts';
import { type SimulatedAccount, startTestLake, type TestLake } from './pipeline/test-lake.ts';

const HOUR = 3_600_000;
/** The night before clocks are set back in New York, half past one there. */
const startMs = Date.parse('2024-11-03T05:30:00Z');
const settled = 90_000;
const zones = ['UTC', 'Asia/Kathmandu', 'America/New_York', 'Pacific/Kiritimati'];
const LONGEST_MS = 12 * HOUR;

let lake: TestLake;
beforeAll(async () => {
  lake = await startTestLake();
});
afterAll(() => lake.stop());

interface Listed {
  readonly reportTimeZone: string;
  /** How late each sixth event is listed, hours. */
  readonly lateHours?: number;
  readonly days?: number;
  readonly agents?: number;
}

/** An account of a few agents, some of whose events are listed late, with a clock that a test sets. */
async function opened({ reportTimeZone, lateHours = 0, days = 3, agents = 3 }: Listed) {
  let nowMs = startMs;
  const centre = contactCentre({
    seed: 11,
    agents,
    fromMs: startMs,
    toMs: startMs + days * DAY_MS,
  });
  const events = centre.events.map((event, index) =>
    index % 6 === 0 ? { ...event, listedAtMs: event.eventMs + lateHours * HOUR } : event,
  );
  const account = await lake.simulated({
    ...{ events, startMs, nowMs: () => nowMs },
    settings: { reportTimeZone, lookback: '6h', maxWindow: '12h', earliestDate: '2024-10-01' },
  });
  const run = (hours: number, options: Partial<Parameters<SimulatedAccount['run']>[0]> = {}) => {
    nowMs = startMs + hours * HOUR;
    return account.run({ nowMs, ...options });
  };
  const asDerived = { reportTimeZone, longestStay: LONGEST_MS };
  return { ...account, run, expectStays: () => expectStaysOf(account, { settings: asDerived }) };
}

const staleOf = (account: Pick<SimulatedAccount, 'ask'>, nowMs: number) =>
  account.ask(nowMs, (run) => staleDays(run, { fromMs: startMs - DAY_MS, toMs: nowMs + DAY_MS }));

const byHand = (name: string, work: (run: Pipeline) => Promise<void>) => ({ job: { name, work } });

describe('derive', () => {
  it('leaves the stays as they are after one more run, whatever came late, was killed, or ran beside', async () => {
    const disturbance = fc.record({
      zone: fc.constantFrom(...zones),
      lateHours: fc.integer({ min: 0, max: 6 }),
      hours: fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 2, maxLength: 5 }),
      killedAt: fc.array(fc.nat(80), { minLength: 5, maxLength: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(disturbance, async ({ zone, lateHours, hours, killedAt: calls }) => {
        const account = await opened({ reportTimeZone: zone, lateHours });
        const at = [...hours].sort((a, b) => a - b);
        for (const [index, hour] of at.entries()) {
          const onCall = killedAt(calls[index] ?? 0, index % 2 === 0 ? 'before' : 'after');
          await account
            .run(hour, { onCall })
            .catch((error) => expect(error).toBeInstanceOf(Killed));
        }
        expect((await account.run(71)).record.status).toBe('succeeded');
        await account.expectStays();
      }),
      { numRuns: 8 },
    );
  });

  it('derives each day of a long run once, and nothing again when nothing changed', async () => {
    const account = await opened({ reportTimeZone: 'America/New_York' });
    const { record } = await account.run(70);
    expect(record.counts?.derived_days).toBe((await account.blocks(agentStay)).size);
    await account.expectStays();
    const again = await account.run(70);
    expect(again.record).toMatchObject({ counts: { derived_days: 0 }, blocks: [] });
  });

  it('tells what the source withdrew and gave back', async () => {
    const account = await opened({ reportTimeZone: 'Asia/Kathmandu', days: 2 });
    const check = (hours: number) =>
      account.run(hours, { job: jobs.reconcile, clockMs: startMs + hours * HOUR });
    await account.run(48);
    const before = await account.rows(agentStay);
    account.simulator.behave({ withdrawn: { share: 0.3, afterMs: HOUR } });
    await check(49);
    await account.expectStays();
    expect((await account.rows(agentStay)).length).toBeLessThan(before.length);
    account.simulator.behave({ withdrawn: null });
    await check(73);
    await account.expectStays();
    expect(await account.rows(agentStay)).toEqual(before);
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
    const later = (await account.rows<{ observed_until: number }>(agentStay)).filter(
      (row) => row.observed_until > known.toMs,
    );
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
    const kept = await account.rows<{ day_started_at: number }>(agentStay);
    expect(kept.every((row) => row.day_started_at < nowMs - settled)).toBe(true);
    expect(await staleOf(account, nowMs)).toHaveLength(3);
    await account.run(
      47,
      byHand('derive', (run) => deriveDays(run, {}, () => {})),
    );
    await account.expectStays();
  });
});
