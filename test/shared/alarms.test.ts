import type { Behaviour, Fault } from '../../local/simulator/behaviour.ts';
import { contactCentre, type TruthEvent } from '../../local/simulator/contact-centre.ts';
import {
  type AlarmName,
  type AlarmRule,
  alarmRules,
  isOn,
  lookedAtMs,
  type Measured,
} from '../../shared/alarms.ts';
import { acknowledgeEmptyDay } from '../../shared/jobs/repairs.ts';
import { jobs } from '../../shared/jobs/scheduled.ts';
import { metricsOf } from '../../shared/metrics.ts';
import { MAX_REQUESTS } from '../../shared/smartassist/retry.ts';
import { startTestLake, type TestLake } from './pipeline/test-lake.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const startMs = Date.parse('2024-11-18T00:00:00Z');
const centre = contactCentre({ seed: 8, agents: 6, fromMs: startMs, toMs: startMs + DAY });

let lake: TestLake;
beforeAll(async () => {
  lake = await startTestLake();
});
afterAll(async () => {
  await lake.stop();
});

/** An account on a schedule of five minutes, with a record of what its runs measured. */
async function scheduled(
  events: readonly TruthEvent[] = centre.events,
  behaviour: Partial<Behaviour> = {},
) {
  let nowMs = startMs;
  const account = await lake.simulated({
    ...{ events, behaviour, startMs, settings: { reconcileDays: 2 } },
    nowMs: () => nowMs,
  });
  const { simulator } = account;
  const runs: Measured[] = [];
  const run = async (atMs: number, job = jobs.pull as Parameters<typeof account.run>[0]['job']) => {
    nowMs = atMs;
    const { record } = await account.run({ nowMs, clockMs: nowMs, job });
    runs.push({ atMs, metrics: metricsOf(record) });
    return record;
  };
  return {
    simulator,
    run,
    /** Runs of the schedule, of which the first requests meet the fault. */
    runsWith: async (fromMs: number, ticks: number, fault?: Fault, times = 1) => {
      for (let tick = 0; tick < ticks; tick += 1) {
        if (fault) simulator.failNext(fault, times);
        await run(fromMs + tick * 5 * MINUTE);
      }
    },
    acknowledge: (day: string) => account.ask(nowMs, (each) => acknowledgeEmptyDay(each, day)),
    on: (atMs: number) =>
      (Object.keys(alarmRules) as AlarmName[]).filter((name) =>
        isOn(alarmRules[name], runs, atMs, 5),
      ),
  };
}

const noon = startMs + 12 * HOUR;

describe('the alarms of an account', () => {
  it('are off while all is well', async () => {
    const account = await scheduled();
    await account.runsWith(noon, 4);
    expect(account.on(noon + 16 * MINUTE)).toEqual([]);
  });

  it('say that data is stale and no pull succeeds when the runs stop', async () => {
    const account = await scheduled();
    await account.runsWith(noon, 4);
    expect(account.on(noon + 40 * MINUTE)).toEqual(['DataStale', 'NoSuccessfulPull']);
  });

  it('say the same when the source is down, and are off again when it is back', async () => {
    const account = await scheduled();
    await account.run(noon - HOUR);
    await account.runsWith(noon, 4, { kind: 'status', status: 400 });
    expect(account.on(noon + 16 * MINUTE)).toEqual(['DataStale', 'NoSuccessfulPull']);
    await account.runsWith(noon + 20 * MINUTE, 4);
    expect(account.on(noon + 36 * MINUTE)).toEqual([]);
  });

  it('say at once that credentials are refused', async () => {
    const account = await scheduled();
    await account.runsWith(noon, 3);
    await account.runsWith(noon + 15 * MINUTE, 1, { kind: 'status', status: 403 });
    expect(account.on(noon + 16 * MINUTE)).toEqual(['CredentialsRefused']);
    // Over: the secret is right again, and the next pulls succeed.
    await account.runsWith(noon + 20 * MINUTE, 3);
    expect(account.on(noon + 31 * MINUTE)).toEqual([]);
  });

  it('say at once that the source has changed', async () => {
    const account = await scheduled();
    await account.runsWith(noon, 3);
    await account.runsWith(noon + 15 * MINUTE, 1, { kind: 'html' }, MAX_REQUESTS);
    expect(account.on(noon + 16 * MINUTE)).toEqual(['SourceContractChanged']);
    // Over: the source is what it was, and the next pulls succeed.
    await account.runsWith(noon + 20 * MINUTE, 3);
    expect(account.on(noon + 31 * MINUTE)).toEqual([]);
  });

  it('say that many rows are rejected, but not of one or two', async () => {
    const broken = (count: number) =>
      centre.events.slice(100, 100 + count).map((event) => ({ ...event, agentId: '' }));
    const few = await scheduled([...centre.events, ...broken(2)]);
    await few.run(startMs + 23 * HOUR);
    expect(few.on(startMs + 23 * HOUR)).not.toContain('RowsRejected');
    const many = await scheduled([...centre.events, ...broken(15)]);
    await many.run(startMs + 23 * HOUR);
    expect(many.on(startMs + 23 * HOUR)).toContain('RowsRejected');
    await many.run(startMs + 24 * HOUR + MINUTE);
    expect(many.on(startMs + 24 * HOUR + MINUTE)).not.toContain('RowsRejected');
  });

  it('say that a day is not confirmed when its last check did not, and no sooner', async () => {
    const account = await scheduled([]);
    await account.run(startMs + DAY + 2 * MINUTE);
    const night = (days: number) => startMs + days * DAY + 4 * HOUR;
    await account.run(night(1), jobs.reconcile);
    expect(account.on(night(1))).not.toContain('DayNotConfirmed');
    await account.run(night(2), jobs.reconcile);
    expect(account.on(night(2))).toContain('DayNotConfirmed');
    // Over: a person says that the day is rightly empty, and that confirms it.
    const day = await account.acknowledge('2024-11-18');
    expect(day.confirmed).toBe(true);
    expect(account.on(night(3) + MINUTE)).not.toContain('DayNotConfirmed');
  });

  it('say that the source throttles when it does for an hour', async () => {
    const account = await scheduled();
    await account.run(noon - 5 * MINUTE);
    for (let minutes = 0; minutes < 60; minutes += 15) {
      account.simulator.failNext({ kind: 'status', status: 429 });
      await account.run(noon + minutes * MINUTE);
      const on = account.on(noon + minutes * MINUTE).includes('ThrottledForAnHour');
      expect([minutes, on]).toEqual([minutes, minutes === 45]);
    }
    // Over: a quarter of an hour without a 429.
    await account.run(noon + 65 * MINUTE);
    expect(account.on(noon + 65 * MINUTE)).not.toContain('ThrottledForAnHour');
  });
});

describe.each(Object.entries<AlarmRule>(alarmRules))('%s', (_, rule) => {
  it.each([1, 5, 15, 60, 1_440])('is one CloudWatch takes, pulled every %s minutes', (minutes) => {
    const { periodMinutes, periods } = rule.watch(minutes);
    expect(Number.isInteger(periodMinutes) && periodMinutes >= 1).toBe(true);
    expect(Number.isInteger(periods) && periods >= 1).toBe(true);
    // A day, or with periods of an hour or more a week.
    const longest = periodMinutes < 60 ? DAY : 7 * DAY;
    expect(lookedAtMs(rule, minutes)).toBeLessThanOrEqual(longest);
  });
});
