import { type Span, subtractSpans } from '../activity/spans.ts';
import type { Backfill } from './backfills.ts';
import type { CheckpointState } from './checkpoint.ts';

type Known = Pick<CheckpointState, 'startMs' | 'watermarkMs' | 'keptFromMs' | 'skipped'>;

/** What of event time was read whole, is durable and has not expired: by the pull, and by every backfill so far. */
export function coverageOf(
  { startMs, watermarkMs, keptFromMs, skipped }: Known,
  backfills: readonly Backfill[],
): readonly Span[] {
  const read = [
    ...subtractSpans([{ fromMs: startMs, toMs: watermarkMs }], skipped),
    ...backfills.map(({ fromMs, positionMs }) => ({ fromMs, toMs: positionMs })),
  ];
  return subtractSpans(read, [{ fromMs: Number.NEGATIVE_INFINITY, toMs: keptFromMs }]);
}

/** The holes between the first instant that was ever to be read, and has not expired, and the watermark. */
export function holesIn(
  coverage: readonly Span[],
  { startMs, watermarkMs, keptFromMs }: Known,
  backfills: readonly Backfill[],
): readonly Span[] {
  const beganMs = Math.min(startMs, ...backfills.map((backfill) => backfill.fromMs));
  const fromMs = Math.max(beganMs, keptFromMs);
  return subtractSpans([{ fromMs, toMs: watermarkMs }], coverage);
}
