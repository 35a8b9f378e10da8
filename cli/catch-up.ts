import { noCounts, type RunCounts } from '../shared/checkpoint/run-counts.ts';
import type { RunRecord } from '../shared/checkpoint/run-ledger.ts';
import { jobs } from '../shared/jobs.ts';
import type { LakeRun } from '../shared/pipeline.ts';
import type { OpenAccount } from './account.ts';

/** What became of runs made one after another. */
export interface CaughtUp {
  readonly end: 'caught up' | 'interrupted' | 'failed';
  /** Why it failed. */
  readonly error: unknown;
  /** Of all runs together. */
  readonly counts: RunCounts;
  /** How many times a block was written. */
  readonly blockWrites: number;
  /** ISO 8601; `undefined` when no run got as far as to read it. */
  readonly watermark: string | undefined;
}

/** Runs the pull job again and again, until everything up to now is pulled. */
export async function catchUp(
  account: OpenAccount,
  how: {
    /** A fixed clock for the windows, epoch milliseconds. */
    readonly nowMs: number | undefined;
    readonly signal: AbortSignal;
    readonly onProgress: NonNullable<LakeRun['onProgress']>;
    readonly onRun: (record: RunRecord) => void;
  },
): Promise<CaughtUp> {
  const { onRun, ...during } = how;
  const counts = noCounts();
  let blockWrites = 0;
  let watermark: string | undefined;
  while (true) {
    const { record, error } = await account.run(jobs.pull, during);
    onRun(record);
    for (const name of Object.keys(counts) as (keyof RunCounts)[]) {
      counts[name] += record.counts?.[name] ?? 0;
    }
    blockWrites += record.blocks?.length ?? 0;
    watermark = record.watermark_after ?? watermark;
    const ended = (end: CaughtUp['end']) => ({ end, error, counts, blockWrites, watermark });
    if (record.status === 'succeeded') return ended('caught up');
    if (how.signal.aborted) return ended('interrupted');
    if (record.status === 'failed') return ended('failed');
    // `stopped` and `superseded`: this run or another one moved the watermark, and there is more.
  }
}
