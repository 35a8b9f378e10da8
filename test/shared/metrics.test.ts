import { noCounts, type RunCounts } from '../../shared/checkpoint/run-counts.ts';
import type { RunRecord } from '../../shared/checkpoint/run-ledger.ts';
import { metrics, metricsOf } from '../../shared/metrics.ts';

const record: RunRecord = {
  run_id: 'r',
  account_id: 'a',
  job: 'pull',
  code_version: '1',
  started_at: '2026-01-31T08:00:00.000Z',
  status: 'succeeded',
  ended_at: '2026-01-31T08:00:05.000Z',
  duration_ms: 5_000,
  watermark_before: '2026-01-31T07:53:30.000Z',
  watermark_after: '2026-01-31T07:58:30.000Z',
  counts: noCounts(),
  blocks: [],
};

describe('the metrics of a run', () => {
  it('are, when all is well, those that alarms and graphs need also at zero', () => {
    expect(Object.fromEntries(metricsOf(record))).toEqual({
      ...{ WatermarkLag: 95, SuccessfulPulls: 1, Events: 0, NewEvents: 0, Requests: 0 },
      ...{ BlocksRewritten: 0, ResponseBytes: 0, RunDuration: 5_000 },
    });
  });

  it('have each the number of what they count, in the runs in which it has happened', () => {
    // No two are the same, so that none can stand in for another.
    const names = Object.keys(noCounts()) as (keyof RunCounts)[];
    const counts = Object.fromEntries(names.map((name, index) => [name, 11 + index])) as RunCounts;
    const happened: RunRecord = { ...record, counts, blocks: Array(3).fill({ key: 'k', rows: 1 }) };
    const failure = (of: string) => ({ class: of, message: '', next_action: '', runbook: '' });
    const failed = (of: string) =>
      ({ ...happened, status: 'failed', failure: failure(of) }) as const;

    const always = {
      Requests: counts.requests,
      Retries: counts.retries,
      Throttled: counts.throttled,
      AuthFailures: counts.auth_failures,
      WindowsSplit: counts.windows_split,
      SuspectWindows: counts.suspect_windows,
      UnknownEnvelopeFields: counts.unknown_envelope_fields,
      BlocksRewritten: 3,
      ResponseBytes: counts.bytes,
      RunDuration: 5_000,
    };
    const stored = {
      NewEvents: counts.new,
      LateEvents: counts.late,
      UnknownActivity: counts.unknown_activity,
      RejectedRows: counts.rejected,
    };
    const pulled = {
      ...{ ...always, ...stored, WatermarkLag: 95, SuccessfulPulls: 1 },
      ...{ Events: counts.events, RowsOutside: counts.outside },
    };
    const reconciled = {
      ...{ ...always, ...stored, WithdrawnEvents: counts.withdrawn },
      UnconfirmedDays: counts.unconfirmed_days,
    };
    const inVain = { ...pulled, SuccessfulPulls: 0, FailedRuns: 1 };

    const expected: readonly (readonly [RunRecord, object])[] = [
      [happened, pulled],
      [{ ...happened, job: 'reconcile' }, reconciled],
      [{ ...happened, job: 'backfill' }, always],
      [failed('CredentialsError'), { ...inVain, CredentialsFailures: 1 }],
      [failed('SourceContractError'), { ...inVain, ContractFailures: 1 }],
      [failed('RateLimitedError'), inVain],
    ];
    for (const [run, sent] of expected) expect(Object.fromEntries(metricsOf(run))).toEqual(sent);
    const sent = expected.flatMap(([, metricsOfIt]) => Object.keys(metricsOfIt));
    expect(new Set(sent)).toEqual(new Set(Object.keys(metrics)));
  });

  it('say how stale the data is also when the pull failed, not when they can’t know, and nothing of it for other jobs', () => {
    const failed = metricsOf({
      ...record,
      status: 'failed',
      watermark_after: record.watermark_before,
    });
    expect(failed.get('WatermarkLag')).toBe(395);
    expect(failed.get('SuccessfulPulls')).toBe(0);
    for (const status of ['waiting', 'superseded'] as const) {
      expect(metricsOf({ ...record, status }).has('WatermarkLag')).toBe(false);
    }
    expect(metricsOf({ ...record, job: 'backfill' }).has('WatermarkLag')).toBe(false);
    expect(metricsOf({ ...record, job: 'directory' }).has('NewEvents')).toBe(false);
  });
});
