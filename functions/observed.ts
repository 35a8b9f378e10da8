import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { RunFailure, RunRecord } from '../shared/checkpoint/run-ledger.ts';
import type { Journal } from '../shared/journal.ts';
import { ACCOUNT_DIMENSION, metrics as definitions, metricsOf } from '../shared/metrics.ts';

const serviceName = 'agent-activity-lake';

export const logger = new Logger({ serviceName });

const cloudWatch = new Metrics({
  serviceName,
  namespace: process.env.METRICS_NAMESPACE ?? serviceName,
});

/** Each line of a run's journal as a line of the log. */
export const journal: Journal = {
  request: (line) => logger.info('request', { request: { ...line } }),
  window: (line) => logger.info('window', { window: { ...line } }),
};

/** A run has ended: one line with all of it, its metrics, and if it failed or waits a line that says what to do. */
export function report(record: RunRecord, coldStart: boolean): void {
  logger.info('run', { run: record, cold_start: coldStart });
  const { failure, run_id } = record;
  if (record.status === 'waiting') logger.warn('run waits', { failure: { run_id, ...failure } });
  else if (failure !== undefined) reportFailure(failure, run_id);
  // The account alone: a service beside it would make each of them another metric.
  cloudWatch.clearDefaultDimensions();
  cloudWatch.addDimension(ACCOUNT_DIMENSION, record.account_id);
  for (const [name, value] of metricsOf(record)) {
    cloudWatch.addMetric(name, MetricUnit[definitions[name].unit], value);
  }
  cloudWatch.publishStoredMetrics();
}

export function reportFailure(failure: RunFailure, runId?: string): void {
  logger.error('run failed', { failure: { run_id: runId, ...failure } });
}
