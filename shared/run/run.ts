import { isoInstant } from '../activity/instant.ts';
import { runbookOf } from '../alarms.ts';
import type { Priority } from '../checkpoint/request-budget.ts';
import {
  type RunFailure,
  type RunRecord,
  type RunStatus,
  recordedBlocks,
} from '../checkpoint/run-ledger.ts';
import {
  ActivityLakeError,
  CheckpointConflictError,
  CredentialsAwaitedError,
  OutOfTimeError,
} from '../errors.ts';
import { derive } from './derive.ts';
import type { LakeRun, Pipeline } from './lake-run.ts';
import { openPipeline, openRun, type RunInput, type SourceRunInput } from './open-run.ts';

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
export async function run(input: SourceRunInput, job: Job<Pipeline>): Promise<RunOutcome> {
  return recorded(openPipeline(input, job.priority), job);
}

/** The same for a job that asks the source nothing. */
export async function runOnLake(input: RunInput, job: Job): Promise<RunOutcome> {
  return recorded(openRun(input), job);
}

/** Looks into a lake, for what changes nothing there: it leaves no trace, in the ledger neither. */
export async function look<T>(input: RunInput, at: (run: LakeRun) => Promise<T>): Promise<T> {
  return at(openRun(input));
}

/** Whether a scheduled run of the job would find anything to do. */
export async function isDue(input: RunInput, job: Job<Pipeline>): Promise<boolean> {
  return job.isDue === undefined || job.isDue(openRun(input));
}

async function recorded<R extends LakeRun>(run: R, job: Job<R>): Promise<RunOutcome> {
  const { settings, clock, ledger, signal } = run;
  const startedMs = clock.now();
  const begun: RunRecord = {
    run_id: run.runId,
    account_id: settings.accountId,
    job: job.name,
    code_version: run.codeVersion,
    started_at: isoInstant(startedMs),
    status: 'started',
    ...(job.actor !== undefined && { actor: job.actor }),
    ...(job.reason !== undefined && { reason: job.reason }),
  };
  await ledger.begin(begun);

  let error: unknown = null;
  try {
    await job.work(run);
  } catch (thrown) {
    error = thrown;
  }
  try {
    // Also of a run that failed: what it stored stays stored.
    await derive(run);
  } catch (thrown) {
    error ??= thrown;
  }

  const status = signal?.aborted && error === signal.reason ? 'stopped' : statusOf(error);
  const isToBeTold = status === 'failed' || status === 'waiting';
  const { beforeMs, afterMs } = run.moved;
  const record: RunRecord = {
    ...begun,
    status,
    ended_at: isoInstant(clock.now()),
    duration_ms: clock.now() - startedMs,
    watermark_before: beforeMs === null ? undefined : isoInstant(beforeMs),
    watermark_after: afterMs === null ? undefined : isoInstant(afterMs),
    counts: run.counts,
    steps_ms: run.stopwatch.times,
    blocks: recordedBlocks(run.written),
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
