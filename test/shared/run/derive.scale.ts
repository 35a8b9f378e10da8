import fc from 'fast-check';
import { DAY_MS, HOUR_MS } from '../../../shared/activity/instant.ts';
import { jobs } from '../../../shared/jobs/scheduled.ts';
import { agentStay } from '../../../shared/lake/agent-stay.ts';
import { staleDays } from '../../../shared/run/derive.ts';
import { Killed, killedAt } from '../pipeline/call-gate.ts';
import { addBackfill, MIDNIGHT, oldHistory, openedIn, startMs } from '../pipeline/late-account.ts';
import { type SimulatedAccount, startTestLake, type TestLake } from '../pipeline/test-lake.ts';

const zones = ['UTC', 'Asia/Kathmandu', 'America/New_York', 'Pacific/Kiritimati'];

let lake: TestLake;
beforeAll(async () => {
  lake = await startTestLake();
});
afterAll(() => lake.stop());

/** Days of sixty whose stays are not what is stored. */
const staleIn = (account: Pick<SimulatedAccount, 'ask'>) => {
  const nowMs = startMs + 61 * DAY_MS;
  const span = { fromMs: startMs - DAY_MS, toMs: nowMs + DAY_MS };
  return account.ask(nowMs, (run) => staleDays(run, span));
};

describe('derive', () => {
  it('tells what the source withdrew and gave back', async () => {
    const account = await openedIn(lake, { reportTimeZone: 'Asia/Kathmandu', days: 2 });
    const check = (hours: number) =>
      account.run(hours, { job: jobs.reconcile, clockMs: startMs + hours * HOUR_MS });
    await account.run(48);
    const before = await account.rows(agentStay);
    account.simulator.behave({ withdrawn: { share: 0.3, afterMs: HOUR_MS } });
    await check(49);
    await account.expectStays();
    expect((await account.rows(agentStay)).length).toBeLessThan(before.length);
    account.simulator.behave({ withdrawn: null });
    await check(73);
    await account.expectStays();
    expect(await account.rows(agentStay)).toEqual(before);
  });

  it('leaves the stays as they are after one more run, whatever came late or was killed', async () => {
    const disturbance = fc.record({
      zone: fc.constantFrom(...zones),
      lateHours: fc.integer({ min: 0, max: 6 }),
      hours: fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 2, maxLength: 5 }),
      killedAt: fc.array(fc.nat(80), { minLength: 5, maxLength: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(disturbance, async ({ zone, lateHours, hours, killedAt: calls }) => {
        const account = await openedIn(lake, { reportTimeZone: zone, lateHours });
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
      { numRuns: 30 },
    );
  });

  it('is done by the next run where a backfill that joins another was killed at any of its last writes', async () => {
    const backfill = { job: jobs.backfill };
    const joining = async () => {
      const account = await oldHistory(lake);
      await addBackfill(account, MIDNIGHT, MIDNIGHT + 24);
      await account.run(24 * 60 + 2, backfill);
      await addBackfill(account, 0, MIDNIGHT);
      return account;
    };
    const { gate } = await (await joining()).run(24 * 60 + 2, backfill);
    for (const { index } of gate.calls.filter(({ writes }) => writes).slice(-12)) {
      const account = await joining();
      await account
        .run(24 * 60 + 2, { ...backfill, onCall: killedAt(index, 'after') })
        .catch((error) => expect(error).toBeInstanceOf(Killed));
      await account.run(24 * 60 + 2, backfill);
      expect([index, await staleIn(account)]).toEqual([index, []]);
      const all = await account.ask(startMs, ({ backfills }) => backfills.all());
      expect(all.map(({ status }) => status)).toEqual(['done', 'done']);
    }
  });
});
