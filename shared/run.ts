import { randomUUID } from 'node:crypto';
import { sourceZone } from './activity/source-zone.ts';
import type { AwsClients } from './aws.ts';
import { Checkpoint } from './checkpoint/checkpoint.ts';
import { SharedRequestBudget } from './checkpoint/request-budget.ts';
import {
  noCounts,
  RunLedger,
  type RunRecord,
  type RunStatus,
  recordedBlocks,
} from './checkpoint/run-ledger.ts';
import type { Clock } from './clock.ts';
import { copyDirectory } from './directory.ts';
import { ActivityLakeError, CheckpointConflictError, OutOfTimeError } from './errors.ts';
import { BlockStore } from './lake/block-store.ts';
import { Landing } from './lake/landing.ts';
import { type Moved, type Pipeline, pull } from './pipeline.ts';
import type { AccountSettings } from './settings.ts';
import { SmartAssistClient } from './smartassist/client.ts';
import type { SecretCredentials } from './smartassist/credentials.ts';

export const jobs = ['pull', 'directory'] as const;
export type Job = (typeof jobs)[number];

export interface RunInput {
  readonly job: Job;
  readonly settings: AccountSettings;
  readonly clients: AwsClients;
  readonly credentials: SecretCredentials;
  readonly clock: Clock;
  /** The clock by which windows are planned; the real one unless a user fixed it. */
  readonly now: () => number;
  /** When the run must have ended, epoch milliseconds on `clock`. */
  readonly deadlineMs: number;
  readonly codeVersion: string;
  readonly signal?: AbortSignal;
  readonly onWindow?: Pipeline['onWindow'];
}

export interface RunOutcome {
  readonly record: RunRecord;
  /** Why the run failed; `null` when it did not. */
  readonly error: unknown;
}

/**
 * One run of one job for one account, entered into the run ledger before its first request and
 * completed whatever becomes of it.
 *
 * @throws only when the ledger itself can't be written
 */
export async function run(input: RunInput): Promise<RunOutcome> {
  const { job, settings, clients, clock } = input;
  const runId = randomUUID();
  const startedMs = clock.now();
  const account = {
    table: settings.checkpointTable,
    accountId: settings.accountId,
    db: clients.db,
  };
  const ledger = new RunLedger(account);
  const begun: RunRecord = {
    run_id: runId,
    account_id: settings.accountId,
    job,
    code_version: input.codeVersion,
    started_at: new Date(startedMs).toISOString(),
    status: 'started',
  };
  await ledger.begin(begun);

  const source = new SmartAssistClient({
    settings,
    clock,
    credentials: input.credentials,
    budget: new SharedRequestBudget({
      ...account,
      requestsPerMinute: settings.requestsPerMinute,
      clock,
    }),
  });
  const lake = { s3: clients.s3, bucket: settings.bucket, runId };
  const pipeline: Pipeline = {
    ...input,
    zone: sourceZone(settings.sourceTimeZone),
    source,
    landing: new Landing({ ...lake, accountId: settings.accountId, clock }),
    blocks: new BlockStore(lake),
    checkpoint: new Checkpoint({ ...account, runId }),
    runId,
    counts: noCounts(),
    written: [],
  };
  const moved: Moved = { beforeMs: null, afterMs: null };
  let error: unknown = null;
  try {
    if (job === 'pull') await pull(pipeline, moved);
    else await copyDirectory(pipeline);
  } catch (thrown) {
    error = thrown;
  }

  const { requests, retries, throttled, authFailures, bytes } = source.counts;
  const status =
    input.signal?.aborted && error === input.signal.reason ? 'stopped' : statusOf(error);
  const iso = (ms: number | null) => (ms === null ? undefined : new Date(ms).toISOString());
  const record: RunRecord = {
    ...begun,
    status,
    ended_at: new Date(clock.now()).toISOString(),
    duration_ms: clock.now() - startedMs,
    watermark_before: iso(moved.beforeMs),
    watermark_after: iso(moved.afterMs),
    counts: {
      ...pipeline.counts,
      requests,
      retries,
      throttled,
      auth_failures: authFailures,
      bytes,
    },
    blocks: recordedBlocks(pipeline.written),
    failure: status === 'failed' ? failureOf(error) : undefined,
  };
  await ledger.complete(record);
  return { record, error: status === 'failed' ? error : null };
}

function statusOf(error: unknown): RunStatus {
  if (error === null) return 'succeeded';
  if (error instanceof OutOfTimeError) return 'stopped';
  if (error instanceof CheckpointConflictError) return 'superseded';
  return 'failed';
}

function failureOf(error: unknown): RunRecord['failure'] {
  if (error instanceof ActivityLakeError) {
    return { class: error.name, message: error.message, next_action: error.nextAction };
  }
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return {
    class: name,
    message,
    next_action:
      'Nothing is lost: the next run tries again. If it recurs, look at the log of this run.',
  };
}
