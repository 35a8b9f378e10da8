import { noCounts, type RunCounts } from '../../shared/checkpoint/run-counts.ts';
import type { RunRecord } from '../../shared/checkpoint/run-ledger.ts';
import type { LakeRun, Pipeline } from '../../shared/run/lake-run.ts';
import type { Job } from '../../shared/run/run.ts';
import type { OpenAccount } from './account.ts';

/** What became of runs made one after another. */
export interface Outcome {
  readonly end: 'done' | 'interrupted' | 'failed';
  /** Why it failed. */
  readonly error: unknown;
  /** Of all runs together. */
  readonly counts: RunCounts;
  /** How many times a block was written. */
  readonly blockWrites: number;
  /** ISO 8601; `undefined` when no run got as far as to read it. */
  readonly watermark: string | undefined;
}

/** Runs a job again and again, until one run has done everything there was to do. */
export async function untilDone(
  account: OpenAccount,
  job: Job<Pipeline>,
  how: {
    /** A fixed clock for the windows, epoch milliseconds. */
    readonly nowMs?: number | undefined;
    readonly signal: AbortSignal;
    readonly onProgress: NonNullable<LakeRun['onProgress']>;
    readonly onWait: (untilMs: number) => void;
    readonly onRun: (record: RunRecord) => void;
  },
): Promise<Outcome> {
  const { onRun, ...during } = how;
  const counts = noCounts();
  let blockWrites = 0;
  let watermark: string | undefined;
  while (true) {
    const { record, error } = await account.run(job, during);
    onRun(record);
    for (const name of Object.keys(counts) as (keyof RunCounts)[]) {
      counts[name] += record.counts?.[name] ?? 0;
    }
    blockWrites += record.blocks?.length ?? 0;
    watermark = record.watermark_after ?? watermark;
    const ended = (end: Outcome['end']) => ({ end, error, counts, blockWrites, watermark });
    if (record.status === 'succeeded') return ended('done');
    if (how.signal.aborted) return ended('interrupted');
    if (error !== null) return ended('failed');
    // `stopped` and `superseded`: this run or another one moved the cursor, and there is more.
  }
}
