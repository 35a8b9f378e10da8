import type { TruthEvent } from '../../../local/simulator/contact-centre.ts';
import { agentActivity } from '../../../shared/lake/tables.ts';
import { Killed, killedAt } from '../pipeline/call-gate.ts';
import { essence, essenceOfTruth } from '../pipeline/test-lake.ts';
import { HOUR, monday, night, open, startChecks } from './checked-account.ts';

startChecks();

describe('reconcile', () => {
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
