import type { RunRecord } from './checkpoint/run-ledger.ts';

/**
 * What a run says of itself in numbers, to CloudWatch and to `status`. The alarms, the dashboard and
 * the documentation take names and units from here. Their only dimension is the account.
 */
export const metrics = {
  WatermarkLag: {
    unit: 'Seconds',
    meaning:
      'How far the watermark was behind when a pull ended, unless it waited or was superseded.',
    jobs: ['pull'],
    of: lagSeconds,
  },
  SuccessfulPulls: {
    unit: 'Count',
    meaning: 'Pulls that reached everything that had settled.',
    jobs: ['pull'],
    of: ({ status }) => Number(status === 'succeeded'),
  },
  FailedRuns: {
    unit: 'Count',
    sparse: true,
    meaning: 'Runs of any job that failed.',
    of: ({ status }) => Number(status === 'failed'),
  },
  CredentialsFailures: {
    unit: 'Count',
    sparse: true,
    meaning: 'Runs that failed because the credentials are unreadable, malformed or refused.',
    of: (run) => failedAs('CredentialsError', run),
  },
  ContractFailures: {
    unit: 'Count',
    sparse: true,
    meaning: 'Runs that failed because the source no longer answers as its API says.',
    of: (run) => failedAs('SourceContractError', run),
  },
  Events: {
    unit: 'Count',
    meaning: 'Events in the responses of pulls, each time they were listed.',
    jobs: ['pull'],
    of: ({ counts }) => counts?.events,
  },
  NewEvents: {
    unit: 'Count',
    meaning: 'Events stored for the first time, by no backfill.',
    jobs: ['pull', 'reconcile'],
    of: ({ counts }) => counts?.new,
  },
  LateEvents: {
    unit: 'Count',
    sparse: true,
    meaning: 'Of these, events older than what was read already.',
    jobs: ['pull', 'reconcile'],
    of: ({ counts }) => counts?.late,
  },
  UnknownActivity: {
    unit: 'Count',
    sparse: true,
    meaning: 'Of the new events those with a status that Kore.ai does not document.',
    jobs: ['pull', 'reconcile'],
    of: ({ counts }) => counts?.unknown_activity,
  },
  RejectedRows: {
    unit: 'Count',
    sparse: true,
    meaning: 'Rows that could not be understood, kept for the first time by no backfill.',
    jobs: ['pull', 'reconcile'],
    of: ({ counts }) => counts?.rejected,
  },
  UnknownEnvelopeFields: {
    unit: 'Count',
    sparse: true,
    meaning: 'Fields around the lists of events that Kore.ai does not document.',
    of: ({ counts }) => counts?.unknown_envelope_fields,
  },
  RowsOutside: {
    unit: 'Count',
    sparse: true,
    meaning: 'Rows in the responses of pulls whose times lie outside what was asked for.',
    jobs: ['pull'],
    of: ({ counts }) => counts?.outside,
  },
  WithdrawnEvents: {
    unit: 'Count',
    sparse: true,
    meaning: 'Stored events found to be no longer listed.',
    jobs: ['reconcile'],
    of: ({ counts }) => counts?.withdrawn,
  },
  UnconfirmedDays: {
    unit: 'Count',
    sparse: true,
    meaning: 'Days whose last scheduled check did not confirm them complete.',
    jobs: ['reconcile'],
    of: ({ counts }) => counts?.unconfirmed_days,
  },
  Requests: {
    unit: 'Count',
    meaning: 'Requests to the source, retries among them.',
    of: ({ counts }) => counts?.requests,
  },
  Retries: {
    unit: 'Count',
    sparse: true,
    meaning: 'Requests sent again.',
    of: ({ counts }) => counts?.retries,
  },
  Throttled: {
    unit: 'Count',
    sparse: true,
    meaning: 'Answers 429: more requests a minute than the source allows.',
    of: ({ counts }) => counts?.throttled,
  },
  AuthFailures: {
    unit: 'Count',
    sparse: true,
    meaning: 'Answers 401 and 403.',
    of: ({ counts }) => counts?.auth_failures,
  },
  WindowsSplit: {
    unit: 'Count',
    sparse: true,
    meaning: 'Windows pulled in halves, because an answer may be cut.',
    of: ({ counts }) => counts?.windows_split,
  },
  SuspectWindows: {
    unit: 'Count',
    sparse: true,
    meaning: 'Seconds accepted although their number of rows looks like a limit of the source.',
    of: ({ counts }) => counts?.suspect_windows,
  },
  BlocksRewritten: {
    unit: 'Count',
    meaning: 'Parquet objects put in the place of an older version.',
    of: ({ blocks }) => blocks?.length,
  },
  ResponseBytes: {
    unit: 'Bytes',
    meaning: 'Bytes of response bodies.',
    of: ({ counts }) => counts?.bytes,
  },
  RunDuration: {
    unit: 'Milliseconds',
    meaning: 'How long a run took.',
    of: ({ duration_ms }) => duration_ms,
  },
} as const satisfies Record<string, Metric>;

export interface Metric {
  readonly unit: 'Count' | 'Seconds' | 'Milliseconds' | 'Bytes';
  readonly meaning: string;
  /** Not sent while it is 0, which it mostly is: CloudWatch asks for each metric by the hour. */
  readonly sparse?: true;
  /** Those whose runs send it. Default: all. */
  readonly jobs?: readonly string[];
  /** Its value for a run that has ended; `undefined` when the run can't tell. */
  readonly of: (run: RunRecord) => number | undefined;
}

export type MetricName = keyof typeof metrics;

/** The one dimension. */
export const ACCOUNT_DIMENSION = 'account';

/** The metrics of a run that has ended; what a job can't tell is left out. */
export function metricsOf(run: RunRecord): ReadonlyMap<MetricName, number> {
  const found = new Map<MetricName, number>();
  for (const name of Object.keys(metrics) as MetricName[]) {
    const { jobs, sparse, of }: Metric = metrics[name];
    if (jobs?.includes(run.job) === false) continue;
    const value = of(run);
    if (value !== undefined && (value !== 0 || sparse === undefined)) found.set(name, value);
  }
  return found;
}

function lagSeconds({ status, watermark_after, ended_at }: RunRecord): number | undefined {
  // One that waits has not looked, and one that was superseded knows that the watermark moved, not where to.
  if (status === 'waiting' || status === 'superseded') return undefined;
  if (watermark_after === undefined || ended_at === undefined) return undefined;
  return (Date.parse(ended_at) - Date.parse(watermark_after)) / 1_000;
}

function failedAs(errorClass: string, { failure }: RunRecord): number {
  return Number(failure?.class === errorClass);
}
