import { randomUUID } from 'node:crypto';
import { isoInstant } from '../activity/instant.ts';
import { sourceZone } from '../activity/source-zone.ts';
import { runbookOf } from '../alarms.ts';
import type { AwsClients } from '../aws.ts';
import { Backfills } from '../checkpoint/backfills.ts';
import { Checkpoint } from '../checkpoint/checkpoint.ts';
import { DayChecks } from '../checkpoint/day-checks.ts';
import { type Priority, SharedRequestBudget } from '../checkpoint/request-budget.ts';
import { noCounts } from '../checkpoint/run-counts.ts';
import {
  type RunFailure,
  RunLedger,
  type RunRecord,
  type RunStatus,
  recordedBlocks,
} from '../checkpoint/run-ledger.ts';
import type { Clock } from '../clock.ts';
import {
  ActivityLakeError,
  CheckpointConflictError,
  CredentialsAwaitedError,
  OutOfTimeError,
} from '../errors.ts';
import type { Journal, RequestLine } from '../journal.ts';
import { BlockStore } from '../lake/block-store.ts';
import { LakeObjects } from '../lake/lake-objects.ts';
import { Landing } from '../lake/landing.ts';
import type { AccountSettings, LakeSettings } from '../settings.ts';
import { SmartAssistClient, type SourceCounts } from '../smartassist/client.ts';
import type { CredentialsSource } from '../smartassist/credentials.ts';
import { derive } from './derive.ts';
import type { LakeRun, Pipeline } from './lake-run.ts';
import { Remembered } from './remembered.ts';

/** One kind of work, as a run does it. */
export interface Job<R extends LakeRun = LakeRun> {
  readonly name: string;
  readonly work: (run: R) => Promise<void>;
  /** Whether a schedule that asks for it would find anything to do. Default: always. */
  readonly isDue?: (run: LakeRun) => Promise<boolean>;
  /** Whose part of the request budget it uses. Default: `pull`. */
  readonly priority?: Priority;
  /** Who runs it and why, when a person does. */
  readonly actor?: string;
  readonly reason?: string;
}

export interface RunInput {
  readonly settings: LakeSettings;
  readonly clients: Pick<AwsClients, 's3' | 'db'>;
  readonly clock: Clock;
  /** The clock by which windows are planned; the real one unless a user fixed it. */
  readonly now: () => number;
  /** When the run must have ended, epoch milliseconds on `clock`. */
  readonly deadlineMs: number;
  readonly codeVersion: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: LakeRun['onProgress'];
  readonly journal?: Journal;
  /** What runs of this account before in this process have left. Default: nothing. */
  readonly remembered?: Remembered;
}

export interface SourceRunInput extends RunInput {
  /** Told until when a request has to wait for the budget, epoch milliseconds. */
  readonly onWait?: (untilMs: number) => void;
  readonly settings: AccountSettings;
  readonly credentials: CredentialsSource;
}

export interface RunOutcome {
  readonly record: RunRecord;
  /** Why the run failed, or what it waits for; `null` when it did neither. */
  readonly error: unknown;
}

/**
 * One run of one job for one account, entered into the run ledger before its first request and
 * completed whatever becomes of it.
 *
 * @throws only when the ledger itself can't be written: UnrecordedRunError when that was at the end
 */
export async function run(given: SourceRunInput, job: Job<Pipeline>): Promise<RunOutcome> {
  const { settings, clock, credentials, remembered = new Remembered() } = given;
  const input = { ...given, remembered };
  const budget = new SharedRequestBudget({
    ...checkpointOf(input),
    requestsPerMinute: settings.requestsPerMinute,
    priority: job.priority,
    clock,
    onWait: input.onWait,
    log: remembered.sentLog,
  });
  const runId = randomUUID();
  const onRequest = (line: Omit<RequestLine, 'run_id'>) =>
    input.journal?.request({ run_id: runId, ...line });
  const source = new SmartAssistClient({ settings, clock, credentials, budget, onRequest });
  const toPipeline = (lakeRun: LakeRun) => ({ ...lakeRun, settings, source });
  return recorded(input, runId, job, toPipeline, source.counts);
}

/** The same for a job that asks the source nothing. */
export async function runOnLake(input: RunInput, job: Job): Promise<RunOutcome> {
  const nothingAsked = { requests: 0, retries: 0, throttled: 0, authFailures: 0, bytes: 0 };
  return recorded(input, randomUUID(), job, (lakeRun) => lakeRun, nothingAsked);
}

/** Looks into a lake, for what changes nothing there: it leaves no trace, in the ledger neither. */
export async function look<T>(input: RunInput, at: (run: LakeRun) => Promise<T>): Promise<T> {
  return at(lakeRunOf(input, randomUUID()));
}

/** Whether a scheduled run of the job would find anything to do. */
export async function isDue(input: RunInput, { isDue = async () => true }: Job<Pipeline>) {
  return look(input, isDue);
}

async function recorded<R extends LakeRun>(
  input: RunInput,
  runId: string,
  job: Job<R>,
  toRun: (lakeRun: LakeRun) => R,
  asked: SourceCounts,
): Promise<RunOutcome> {
  const { settings, clock } = input;
  const startedMs = clock.now();
  const lakeRun = lakeRunOf(input, runId);
  const { ledger } = lakeRun;
  const begun: RunRecord = {
    run_id: runId,
    account_id: settings.accountId,
    job: job.name,
    code_version: input.codeVersion,
    started_at: isoInstant(startedMs),
    status: 'started',
    ...(job.actor !== undefined && { actor: job.actor }),
    ...(job.reason !== undefined && { reason: job.reason }),
  };
  await ledger.begin(begun);

  let error: unknown = null;
  try {
    await job.work(toRun(lakeRun));
  } catch (thrown) {
    error = thrown;
  }
  try {
    // Also of a run that failed: what it stored stays stored.
    await derive(lakeRun);
  } catch (thrown) {
    error ??= thrown;
  }

  const { requests, retries, throttled, authFailures, bytes } = asked;
  const status =
    input.signal?.aborted && error === input.signal.reason ? 'stopped' : statusOf(error);
  const isToBeTold = status === 'failed' || status === 'waiting';
  const { beforeMs, afterMs } = lakeRun.moved;
  const record: RunRecord = {
    ...begun,
    status,
    ended_at: isoInstant(clock.now()),
    duration_ms: clock.now() - startedMs,
    watermark_before: beforeMs === null ? undefined : isoInstant(beforeMs),
    watermark_after: afterMs === null ? undefined : isoInstant(afterMs),
    counts: {
      ...lakeRun.counts,
      requests,
      retries,
      throttled,
      auth_failures: authFailures,
      bytes,
    },
    blocks: recordedBlocks(lakeRun.written),
    failure: isToBeTold ? failureOf(error) : undefined,
  };
  await ledger.complete(record).catch((cause: unknown) => {
    throw new UnrecordedRunError(record, cause);
  });
  return { record, error: isToBeTold ? error : null };
}

/** A run has ended, but its end could not be entered into the ledger: whoever can do so later should. */
export class UnrecordedRunError extends Error {
  override readonly name = 'UnrecordedRunError';
  readonly record: RunRecord;

  constructor(record: RunRecord, cause: unknown) {
    super(`The end of run ${record.run_id} could not be recorded.`, { cause });
    this.record = record;
  }
}

function lakeRunOf(input: RunInput, runId: string): LakeRun {
  const { settings, clients, clock, remembered = new Remembered() } = input;
  const account = checkpointOf(input);
  const lake = { s3: clients.s3, bucket: settings.bucket, runId, clock };
  return {
    ...input,
    remembered,
    zone: sourceZone(settings.sourceTimeZone),
    landing: new Landing({ ...lake, accountId: settings.accountId }),
    blocks: new BlockStore({ ...lake, versions: remembered.versions }),
    objects: new LakeObjects(lake),
    checkpoint: new Checkpoint({ ...account, runId }),
    backfills: new Backfills({ ...account, runId }),
    dayChecks: new DayChecks({ ...account, runId }),
    ledger: new RunLedger(account),
    runId,
    counts: noCounts(),
    written: [],
    moved: { beforeMs: null, afterMs: null },
    touched: [],
  };
}

function checkpointOf({ settings, clients }: RunInput) {
  return { table: settings.checkpointTable, accountId: settings.accountId, db: clients.db };
}

function statusOf(error: unknown): RunStatus {
  if (error === null) return 'succeeded';
  if (error instanceof OutOfTimeError) return 'stopped';
  if (error instanceof CheckpointConflictError) return 'superseded';
  if (error instanceof CredentialsAwaitedError) return 'waiting';
  return 'failed';
}

/** What failed, what came before it, what to do, and where the runbook says more. */
export function failureOf(error: unknown): RunFailure {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const next_action =
    error instanceof ActivityLakeError
      ? error.nextAction
      : 'Nothing is lost: the next run tries again. If it recurs, look at the log of this run.';
  const cause = causeOf(error);
  return {
    class: name,
    message,
    ...(cause !== null && { cause }),
    next_action,
    runbook: runbookOf(name),
  };
}

/** Class and code alone: a cause's own message may quote what a server sent. */
function causeOf(error: unknown): string | null {
  const { cause } = Object(error) as { cause?: unknown };
  if (cause === undefined) return null;
  const { name, code } = Object(cause) as { name?: unknown; code?: unknown };
  return [name, code].filter((part) => typeof part === 'string').join(' ') || null;
}
