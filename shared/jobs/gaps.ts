import { type Span, subtractSpans } from '../activity/spans.ts';
import { coverageOf, holesIn } from '../checkpoint/coverage.ts';
import type { LakeRun } from '../run/lake-run.ts';

/** A span of event time that the lake can't answer for. */
export interface Gap extends Span {
  /**
   * `never read`: no run has read it to its end. `left out`: a person moved the watermark over it, or
   * the rebuilt checkpoint found no proof of it; some of it may be stored. `no evidence`: it was read,
   * but no response of it is kept, because it has expired or was removed.
   */
  readonly kind: 'never read' | 'left out' | 'no evidence';
}

/**
 * What between the first instant that was ever to be read and the watermark no successful run
 * covers. Beside what the checkpoint says it looks for the responses themselves.
 */
export async function findGaps(
  run: Pick<LakeRun, 'checkpoint' | 'backfills' | 'landing'>,
): Promise<{ readonly covered: readonly Span[]; readonly gaps: readonly Gap[] }> {
  const state = await run.checkpoint.load();
  if (state === null) return { covered: [], gaps: [] };
  const backfills = await run.backfills.all();
  const covered = coverageOf(state, backfills);
  const landed = (await run.landing.all()).map(({ window }) => window);
  const holes = holesIn(covered, state, backfills);
  const neverRead = subtractSpans(holes, state.skipped);
  const as = (kind: Gap['kind'], spans: readonly Span[]) =>
    spans.map((span) => ({ kind, ...span }));
  const gaps: Gap[] = [
    ...as('never read', neverRead),
    ...as('left out', subtractSpans(holes, neverRead)),
    ...as('no evidence', subtractSpans(covered, landed)),
  ];
  return { covered, gaps: gaps.sort((a, b) => a.fromMs - b.fromMs) };
}
