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
  },
  SuccessfulPulls: { unit: 'Count', meaning: 'Pulls that reached everything that had settled.' },
  FailedRuns: { unit: 'Count', sparse: true, meaning: 'Runs of any job that failed.' },
  CredentialsFailures: {
    unit: 'Count',
    sparse: true,
    meaning: 'Runs that failed because the credentials are unreadable, malformed or refused.',
  },
  ContractFailures: {
    unit: 'Count',
    sparse: true,
    meaning: 'Runs that failed because the source no longer answers as its API says.',
  },
  Events: {
    unit: 'Count',
    meaning: 'Events in the responses of pulls, each time they were listed.',
  },
  NewEvents: { unit: 'Count', meaning: 'Events stored for the first time, by no backfill.' },
  LateEvents: {
    unit: 'Count',
    sparse: true,
    meaning: 'Of these, events older than what was read already.',
  },
  UnknownActivity: {
    unit: 'Count',
    sparse: true,
    meaning: 'Of the new events those with a status that Kore.ai does not document.',
  },
  RejectedRows: {
    unit: 'Count',
    sparse: true,
    meaning: 'Rows that could not be understood, kept for the first time by no backfill.',
  },
  UnknownEnvelopeFields: {
    unit: 'Count',
    sparse: true,
    meaning: 'Fields around the lists of events that Kore.ai does not document.',
  },
  RowsOutside: {
    unit: 'Count',
    sparse: true,
    meaning: 'Rows in the responses of pulls whose times lie outside what was asked for.',
  },
  WithdrawnEvents: {
    unit: 'Count',
    sparse: true,
    meaning: 'Stored events found to be no longer listed.',
  },
  UnconfirmedDays: {
    unit: 'Count',
    sparse: true,
    meaning: 'Days whose last scheduled check did not confirm them complete.',
  },
  Requests: { unit: 'Count', meaning: 'Requests to the source, retries among them.' },
  Retries: { unit: 'Count', sparse: true, meaning: 'Requests sent again.' },
  Throttled: {
    unit: 'Count',
    sparse: true,
    meaning: 'Answers 429: more requests a minute than the source allows.',
  },
  AuthFailures: { unit: 'Count', sparse: true, meaning: 'Answers 401 and 403.' },
  WindowsSplit: {
    unit: 'Count',
    sparse: true,
    meaning: 'Windows pulled in halves, because an answer may be cut.',
  },
  SuspectWindows: {
    unit: 'Count',
    sparse: true,
    meaning: 'Seconds accepted although their number of rows looks like a limit of the source.',
  },
  BlocksRewritten: {
    unit: 'Count',
    meaning: 'Parquet objects put in the place of an older version.',
  },
  ResponseBytes: { unit: 'Bytes', meaning: 'Bytes of response bodies.' },
  RunDuration: { unit: 'Milliseconds', meaning: 'How long a run took.' },
} as const satisfies Record<string, Metric>;

export interface Metric {
  readonly unit: 'Count' | 'Seconds' | 'Milliseconds' | 'Bytes';
  readonly meaning: string;
  /** Not sent while it is 0, which it mostly is: CloudWatch asks for each metric by the hour. */
  readonly sparse?: true;
}

export type MetricName = keyof typeof metrics;

/** The one dimension. */
export const ACCOUNT_DIMENSION = 'account';

/** The metrics of a run that has ended; what a job can't tell is left out. */
export function metricsOf(record: RunRecord): ReadonlyMap<MetricName, number> {
  const { job, status, counts, watermark_after, ended_at, failure } = record;
  const found = new Map<MetricName, number>();
  const set = (name: MetricName, value: number | undefined) => {
    const { sparse }: Metric = metrics[name];
    if (value !== undefined && (value !== 0 || sparse === undefined)) found.set(name, value);
  };
  const failed = (...classes: readonly string[]) =>
    Number(failure !== undefined && classes.includes(failure.class));
  set('FailedRuns', Number(status === 'failed'));
  set('CredentialsFailures', failed('CredentialsError'));
  set('ContractFailures', failed('SourceContractError'));
  if (job === 'pull') {
    set('SuccessfulPulls', Number(status === 'succeeded'));
    set('Events', counts?.events);
    set('RowsOutside', counts?.outside);
    // One that waits has not looked, and one that was superseded knows that the watermark moved, not where to.
    const knows = status !== 'waiting' && status !== 'superseded';
    if (knows && watermark_after !== undefined && ended_at !== undefined) {
      set('WatermarkLag', (Date.parse(ended_at) - Date.parse(watermark_after)) / 1_000);
    }
  }
  if (job === 'reconcile') {
    set('WithdrawnEvents', counts?.withdrawn);
    set('UnconfirmedDays', counts?.unconfirmed_days);
  }
  if (job === 'pull' || job === 'reconcile') {
    set('NewEvents', counts?.new);
    set('LateEvents', counts?.late);
    set('UnknownActivity', counts?.unknown_activity);
    set('RejectedRows', counts?.rejected);
  }
  set('Requests', counts?.requests);
  set('Retries', counts?.retries);
  set('Throttled', counts?.throttled);
  set('AuthFailures', counts?.auth_failures);
  set('WindowsSplit', counts?.windows_split);
  set('SuspectWindows', counts?.suspect_windows);
  set('UnknownEnvelopeFields', counts?.unknown_envelope_fields);
  set('BlocksRewritten', record.blocks?.length);
  set('ResponseBytes', counts?.bytes);
  set('RunDuration', record.duration_ms);
  return found;
}
