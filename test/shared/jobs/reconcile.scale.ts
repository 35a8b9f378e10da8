import { contactCentre, type TruthEvent } from '../../../local/simulator/contact-centre.ts';
import { agentActivity, withdrawnActivity } from '../../../shared/lake/tables.ts';
import { Killed, killedAt } from '../pipeline/call-gate.ts';
import { essence, essenceOfTruth } from '../pipeline/test-lake.ts';
import { DAY, HOUR, monday, night, open, startChecks } from './checked-account.ts';

startChecks();

const centre = contactCentre({ seed: 5, agents: 8, fromMs: monday, toMs: monday + DAY });

describe('reconcile', () => {
  it('tells when withdrawn events come back, and when they go again', async () => {
    const account = await open(centre.events);
    await account.pullUntil(26);
    account.simulator.behave({ withdrawn: { share: 0.1, afterMs: 3 * HOUR } });
    await account.check(night(1));
    const gone = await account.rows(withdrawnActivity);
    expect(gone.length).toBeGreaterThan(5);
    account.simulator.behave({ withdrawn: null });
    const { record } = await account.check(night(2));
    expect(record.counts).toMatchObject({ withdrawn: 0, returned: gone.length });
    const back = await account.rows(withdrawnActivity);
    expect(back).toEqual(
      gone.map((row) => ({
        ...row,
        ...{ returned_at: night(2), checked_at: night(2), source_object: expect.any(String) },
      })),
    );
    expect((await account.days())[0]).toMatchObject({ withdrawn: 0, confirmed: true });
    account.simulator.behave({ withdrawn: { share: 0.1, afterMs: 3 * HOUR } });
    await account.check(night(3));
    for (const row of await account.rows(withdrawnActivity)) {
      expect(row).toMatchObject({ withdrawn_at: night(3), returned_at: null });
    }
  });

  it('tells the truth of a day when it is killed at any call of a window', async () => {
    // Something late in every window, so that each kill falls where something is added.
    const lateAndGone = Array.from({ length: 60 }, (_, i): TruthEvent => {
      const eventMs = monday + i * 10 * 60_000;
      const listedAtMs = i % 3 === 0 ? monday + 27 * HOUR : eventMs;
      return {
        agentId: `a-${i % 5}`,
        eventMs,
        activity: 'Busy',
        reasonCode: `${i}`,
        seq: 0,
        listedAtMs,
      };
    });
    const account = await open(lateAndGone, {}, { maxWindow: '12h' });
    await account.pullUntil(26, 13);
    // One window of the check and the call before it: enough to die at each of its calls.
    const before = (await account.rows(agentActivity)).length;
    let calls = 0;
    // Right after a call is right before the next one.
    for (let index = 8; index < 36; index += 1) {
      const outcome = await account
        .check(night(1), { onCall: killedAt(index, 'after') })
        .catch((error: unknown) => error);
      if (outcome instanceof Killed) calls += 1;
    }
    expect(calls).toBeGreaterThan(25);
    await account.check(night(1));
    expect(await account.days()).toMatchObject([
      { listed: 60, stored_before: before, added: 60 - before, withdrawn: 0 },
    ]);
    expect(essence(await account.rows(agentActivity))).toEqual(essenceOfTruth(lateAndGone));
  });
});
