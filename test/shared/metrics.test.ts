import { noCounts } from '../../shared/checkpoint/run-counts.ts';
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

  it('are all sent by the runs in which what they count has happened', () => {
    const counts = Object.fromEntries(Object.keys(noCounts()).map((name) => [name, 2]));
    const failure = (of: string) => ({ class: of, message: '', next_action: '', runbook: '' });
    const sent = [
      { ...record, counts },
      { ...record, counts, job: 'reconcile' },
      { ...record, status: 'failed', failure: failure('CredentialsError') },
      { ...record, status: 'failed', failure: failure('SourceContractError') },
    ].flatMap((run) => [...metricsOf(run as RunRecord).keys()]);
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
