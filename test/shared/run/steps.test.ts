import type { StepTimes } from '../../../shared/checkpoint/run-steps.ts';
import { FIRST_RUN_MS, startTestLake, type TestLake } from '../pipeline/test-lake.ts';
import { FakeClock } from '../smartassist/fake-clock.ts';

const CALL_MS = 1_000;
const startMs = FIRST_RUN_MS - 3_600_000;
const event = {
  ...{ agentId: 'ann', activity: 'Busy', reasonCode: null, seq: 0 },
  ...{ eventMs: startMs + 60_000, listedAtMs: startMs + 60_000 },
};

/** A millisecond goes by whenever it is asked for the time: what is done at all takes some. */
class WorkingClock extends FakeClock {
  override now(): number {
    this.nowMs += 1;
    return this.nowMs;
  }
}

let lake: TestLake;
beforeAll(async () => {
  lake = await startTestLake();
});
afterAll(async () => {
  await lake.stop();
});

/** Each call to AWS or to the source takes a second. */
async function firstPull(fails: (name: string) => boolean = () => false) {
  const nowMs = () => FIRST_RUN_MS;
  const account = await lake.simulated({ events: [event], startMs, nowMs });
  const clock = new WorkingClock();
  const { record } = await account.run({
    ...{ nowMs: FIRST_RUN_MS, clock },
    onCall: async ({ name }, make) => {
      clock.nowMs += CALL_MS;
      if (fails(name)) throw new TypeError('The call fails');
      return make();
    },
  });
  const steps = record.steps_ms as StepTimes;
  const calls = Object.fromEntries(
    Object.entries(steps).map(([step, ms]) => [step, Math.floor(ms / CALL_MS)]),
  );
  return { account, record, steps, calls };
}

describe('the steps of a run', () => {
  it('are told in its record and in the ledger, each with the calls that it makes', async () => {
    const { account, record, steps, calls } = await firstPull();
    expect(record.status).toBe('succeeded');
    expect(calls).toEqual({
      // The checkpoint: read, none there, no rows either, so made. And whether the stays are behind.
      plan: 5,
      wait: 2,
      // The credentials, and the answer.
      request: 2,
      parse: 0,
      land: 1,
      // The rows are the checkpoint's from now on; pointer, version, pointer.
      merge: 4,
      advance: 2,
      derive: 9,
    });
    for (const ms of Object.values(steps)) expect(ms).toBeGreaterThan(0);
    // Entering the run into the ledger, and the id of the account into the checkpoint.
    const otherMs = (record.duration_ms ?? 0) - Object.values(steps).reduce((a, b) => a + b);
    expect(Math.floor(otherMs / CALL_MS)).toBe(2);
    expect((await account.ledger())[0]?.steps_ms).toEqual(steps);
  });

  it('are told of a run that fails, as far as it got', async () => {
    const { record, calls } = await firstPull((name) => name === 'S3 PutObject');
    expect(record.status).toBe('failed');
    expect(calls).toMatchObject({ plan: 5, wait: 2, request: 2, land: 1, merge: 0, advance: 0 });
  });
});
