import type { Span } from '../activity/source-zone.ts';
import { subtractSpans, unionOfSpans } from '../activity/spans.ts';
import type { Backfill } from './backfills.ts';
import type { CheckpointState } from './checkpoint.ts';

/** What of event time was read whole and is durable: by the pull, and by every backfill so far. */
export function coverageOf(
  { startMs, watermarkMs, skipped }: Pick<CheckpointState, 'startMs' | 'watermarkMs' | 'skipped'>,
  backfills: readonly Backfill[],
): readonly Span[] {
  return unionOfSpans([
    ...subtractSpans([{ fromMs: startMs, toMs: watermarkMs }], skipped),
    ...backfills.map(({ fromMs, positionMs }) => ({ fromMs, toMs: positionMs })),
  ]);
}

/** Whether a span lies in it without a hole. */
export function covers(coverage: readonly Span[], span: Span): boolean {
  return coverage.some(({ fromMs, toMs }) => fromMs <= span.fromMs && toMs >= span.toMs);
}

/** The holes between the first instant that was ever to be read and the watermark. */
export function holesIn(
  coverage: readonly Span[],
  { startMs, watermarkMs }: Pick<CheckpointState, 'startMs' | 'watermarkMs'>,
  backfills: readonly Backfill[],
): readonly Span[] {
  const fromMs = Math.min(startMs, ...backfills.map((backfill) => backfill.fromMs));
  return subtractSpans([{ fromMs, toMs: watermarkMs }], coverage);
}
