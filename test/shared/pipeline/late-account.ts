import { contactCentre } from '../../../local/simulator/contact-centre.ts';
import { DAY_MS } from '../../../shared/activity/instant.ts';
import { expectStaysOf } from './expected-stays.ts';
import type { SimulatedAccount, TestLake } from './test-lake.ts';

const HOUR = 3_600_000;
/** The night before clocks are set back in New York, half past one there. */
export const startMs = Date.parse('2024-11-03T05:30:00Z');
export const LONGEST_MS = 12 * HOUR;

export interface Wanted {
  readonly reportTimeZone: string;
  /** How late each sixth event is listed, hours. */
  readonly lateHours?: number;
  readonly days?: number;
  readonly agents?: number;
  /** Where the history begins. */
  readonly startHours?: number;
}

/** An account of a few agents, some of whose events are listed late, with a clock that a test sets. */
export async function openedIn(
  lake: TestLake,
  { reportTimeZone, lateHours = 0, days = 3, agents = 3, startHours = 0 }: Wanted,
) {
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
    ...{ events, startMs: startMs + startHours * HOUR, nowMs: () => nowMs },
    settings: { reportTimeZone, lookback: '6h', maxWindow: '12h', earliestDate: '2024-10-01' },
  });
  const run = (hours: number, options: Partial<Parameters<SimulatedAccount['run']>[0]> = {}) => {
    nowMs = startMs + hours * HOUR;
    return account.run({ nowMs, ...options });
  };
  const asDerived = { reportTimeZone, longestStayMs: LONGEST_MS };
  return { ...account, run, expectStays: () => expectStaysOf(account, { settings: asDerived }) };
}

/** Hours from the start to the midnight where a day begins. */
export const MIDNIGHT = 18.5;

/** An account with history long before the watermark, beyond what the nightly job looks at. */
export async function oldHistory(lake: TestLake) {
  const account = await openedIn(lake, { reportTimeZone: 'UTC', startHours: 24 * 60 });
  await account.run(24 * 60 + 2);
  return account;
}

/** Adds a backfill, in hours from the start. */
export function addBackfill(
  account: Pick<SimulatedAccount, 'ask'>,
  fromHour: number,
  toHour: number,
) {
  return account.ask(startMs + 70 * HOUR, ({ backfills }) =>
    backfills.add({
      ...{ name: `from-${fromHour}`, status: 'active', addedAtMs: 0, by: 'test' },
      fromMs: startMs + fromHour * HOUR,
      positionMs: startMs + fromHour * HOUR,
      toMs: startMs + toHour * HOUR,
    } as never),
  );
}
