import { MINUTE_MS } from './activity/instant.ts';
import type { MetricName } from './metrics.ts';

/** Over how many periods of what length an alarm looks, minutes, and what it finds too much. */
export interface Watch {
  readonly periodMinutes: number;
  /** It is on when each of the last so many periods breaches. */
  readonly periods: number;
  readonly breaches: '>=' | '>' | '<';
  readonly threshold: number;
}

/** The first metric in per cent of both together; 0 while it is below `atLeast`. */
export interface Share {
  readonly share: MetricName;
  readonly among: MetricName;
  readonly atLeast: number;
}

/** What an alarm says. */
export interface AlarmText {
  /** What is wrong when it is on, in a few words; also the heading in `docs/runbook.md`. */
  readonly title: string;
  /** In a sentence or two. */
  readonly meaning: string;
}

/** One alarm of an account, as CloudWatch watches for it and `status` says whether it would be on. */
export interface AlarmRule extends AlarmText {
  readonly of: MetricName | Share;
  readonly statistic: 'Sum' | 'Maximum';
  /** Whether a period without data breaches. */
  readonly missing: 'breaching' | 'notBreaching';
  /** @param scheduleMinutes how often the account is pulled */
  readonly watch: (scheduleMinutes: number) => Watch;
}

/** A tick that comes late must not turn the alarm off, and on again with another message. */
const onceInThreeSchedules = (minutes: number): Watch => ({
  periodMinutes: Math.min(1_440, Math.max(15, 3 * minutes)),
  periods: 1,
  breaches: '>=',
  threshold: 1,
});

/** The alarms of each account: few, and each worth waking for. */
export const alarmRules = {
  DataStale: {
    title: 'Data is stale',
    meaning: 'The newest data in the lake is older than it may be, or no pull says how old it is.',
    of: 'WatermarkLag',
    statistic: 'Maximum',
    missing: 'breaching',
    // A tick that comes a little late may leave one period without data.
    watch: (minutes) => ({
      periodMinutes: Math.max(5, minutes),
      periods: 3,
      breaches: '>',
      threshold: Math.max(30, 3 * minutes) * 60,
    }),
  },
  NoSuccessfulPull: {
    title: 'No pull succeeds',
    meaning: 'For three schedules no pull has reached everything that had settled.',
    of: 'SuccessfulPulls',
    statistic: 'Sum',
    missing: 'breaching',
    watch: (minutes) => ({
      periodMinutes: Math.max(5, minutes),
      periods: 3,
      breaches: '<',
      threshold: 1,
    }),
  },
  CredentialsRefused: {
    title: 'Credentials are refused',
    meaning: 'The credentials are missing, malformed or refused: no pull can succeed.',
    of: 'CredentialsFailures',
    statistic: 'Sum',
    missing: 'notBreaching',
    watch: onceInThreeSchedules,
  },
  SourceContractChanged: {
    title: 'The source has changed',
    meaning: 'The source answers, but not as its API says. Nothing of such an answer is merged.',
    of: 'ContractFailures',
    statistic: 'Sum',
    missing: 'notBreaching',
    watch: onceInThreeSchedules,
  },
  RowsRejected: {
    title: 'Many rows are rejected',
    meaning:
      'More than 1 % of the rows of an hour could not be understood. They are kept, not lost.',
    of: { share: 'RejectedRows', among: 'NewEvents', atLeast: 5 },
    statistic: 'Sum',
    missing: 'notBreaching',
    watch: (minutes) => ({
      periodMinutes: Math.max(60, minutes),
      periods: 1,
      breaches: '>',
      threshold: 1,
    }),
  },
  RowsOutside: {
    title: 'Rows lie outside what was asked for',
    meaning:
      'Of the rows of an hour more than four in five lie outside the windows that were asked for.',
    // The events among which they are count them, too: 45 is more than four in five.
    of: { share: 'RowsOutside', among: 'Events', atLeast: 20 },
    statistic: 'Sum',
    missing: 'notBreaching',
    watch: (minutes) => ({
      periodMinutes: Math.max(60, minutes),
      periods: 1,
      breaches: '>',
      threshold: 45,
    }),
  },
  DayNotConfirmed: {
    title: 'A day is not confirmed complete',
    meaning: 'A day was checked for the last time by the schedule, and is not confirmed.',
    of: 'UnconfirmedDays',
    statistic: 'Sum',
    missing: 'notBreaching',
    watch: () => ({ periodMinutes: 1_440, periods: 1, breaches: '>=', threshold: 1 }),
  },
  ThrottledForAnHour: {
    title: 'The source throttles',
    meaning: 'The source has answered 429 for an hour: its requests a minute run out.',
    of: 'Throttled',
    statistic: 'Sum',
    missing: 'notBreaching',
    watch: (minutes) => {
      const periodMinutes = minutes <= 15 ? 15 : 60;
      return { periodMinutes, periods: 60 / periodMinutes, breaches: '>=', threshold: 1 };
    },
  },
} as const satisfies Record<string, AlarmRule>;

export type AlarmName = keyof typeof alarmRules;

/** The section of `docs/runbook.md` of what no alarm tells. */
export const LOSS = 'When something is lost';

/** Where the runbook says what to do about a run that failed. */
export function runbookOf(errorClass: string): string {
  const title: Readonly<Record<string, string>> = {
    CredentialsError: alarmRules.CredentialsRefused.title,
    CredentialsAwaitedError: alarmRules.CredentialsRefused.title,
    CheckpointLostError: LOSS,
    SourceContractError: alarmRules.SourceContractChanged.title,
    RateLimitedError: alarmRules.ThrottledForAnHour.title,
  };
  return runbookAnchor(title[errorClass] ?? alarmRules.NoSuccessfulPull.title);
}

/** A heading of `docs/runbook.md` as the end of a link to it. */
export function runbookAnchor(title: string): string {
  return title.toLowerCase().replaceAll(' ', '-');
}

/** What the metrics of one run were, and when it ended, epoch milliseconds. */
export interface Measured {
  readonly atMs: number;
  readonly metrics: ReadonlyMap<MetricName, number>;
}

/** Whether CloudWatch would have the alarm on at `nowMs`, from the runs of the periods it looks at. */
export function isOn(
  rule: AlarmRule,
  runs: readonly Measured[],
  nowMs: number,
  scheduleMinutes: number,
): boolean {
  const { periodMinutes, periods, breaches, threshold } = rule.watch(scheduleMinutes);
  const periodMs = periodMinutes * MINUTE_MS;
  return Array.from({ length: periods }, (_, ago) => nowMs - (ago + 1) * periodMs).every(
    (fromMs) => {
      const within = runs.filter(({ atMs }) => atMs > fromMs && atMs <= fromMs + periodMs);
      const value = measured(rule, within);
      if (value === null) return rule.missing === 'breaching';
      if (breaches === '<') return value < threshold;
      return breaches === '>' ? value > threshold : value >= threshold;
    },
  );
}

/** How far back `isOn` looks, milliseconds. */
export function lookedAtMs(rule: AlarmRule, scheduleMinutes: number): number {
  const { periodMinutes, periods } = rule.watch(scheduleMinutes);
  return periodMinutes * periods * MINUTE_MS;
}

/** `null` without data. */
function measured({ of, statistic }: AlarmRule, runs: readonly Measured[]): number | null {
  const valuesOf = (name: MetricName) =>
    runs.map(({ metrics }) => metrics.get(name)).filter((value) => value !== undefined);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  if (typeof of === 'string') {
    const values = valuesOf(of);
    if (values.length === 0) return null;
    return statistic === 'Sum' ? sum(values) : Math.max(...values);
  }
  const [part, rest] = [sum(valuesOf(of.share)), sum(valuesOf(of.among))];
  if (part + rest === 0) return null;
  return part < of.atLeast ? 0 : (100 * part) / (part + rest);
}
