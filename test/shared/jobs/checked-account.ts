import type { Behaviour } from '../../../local/simulator/behaviour.ts';
import type { TruthEvent } from '../../../local/simulator/contact-centre.ts';
import { jobs } from '../../../shared/jobs/scheduled.ts';
import { etlCompleteness } from '../../../shared/lake/tables.ts';
import type { AccountSettingsInput } from '../../../shared/settings.ts';
import { startTestLake, type TestAccount, type TestLake } from '../pipeline/test-lake.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const monday = Date.parse('2024-11-18T00:00:00Z');
/** When the nightly check runs, so many days after Monday began. */
export const night = (days: number) => monday + days * DAY + 4 * HOUR;

let lake: TestLake;

/** To be called once by a file of tests. */
export function startChecks(): void {
  beforeAll(async () => {
    lake = await startTestLake();
  });
  afterAll(async () => {
    await lake.stop();
  });
}

/** An account whose history begins on Monday. Its clock is the real one, too. */
export async function open(
  events: readonly TruthEvent[],
  behaviour: Partial<Behaviour> = {},
  settings: Partial<AccountSettingsInput> = {},
) {
  let nowMs = monday;
  const account = await lake.simulated({
    ...{ events, behaviour, settings, startMs: monday },
    nowMs: () => nowMs,
  });
  const run = (atMs: number, options: Partial<Parameters<TestAccount['run']>[0]> = {}) => {
    nowMs = atMs;
    return account.run({ nowMs: atMs, clockMs: atMs, ...options });
  };
  return {
    ...account,
    run,
    /** Every so many hours, up to an hour of Monday or later. */
    pullUntil: async (hours: number, every = 13) => {
      for (let at = every; at <= hours; at += every) await run(monday + at * HOUR);
    },
    check: (atMs: number, options = {}) => run(atMs, { job: jobs.reconcile, ...options }),
    days: async () => await account.rows(etlCompleteness),
  };
}
