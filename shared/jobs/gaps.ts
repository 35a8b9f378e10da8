import type { Span } from '../activity/source-zone.ts';
import { subtractSpans } from '../activity/spans.ts';
import { coverageOf, holesIn } from '../checkpoint/coverage.ts';
import type { LakeRun } from '../lake-run.ts';

/** A span of event time that the lake can't answer for. */
export interface Gap extends Span {
  /**
   * `never read`: no run has read it to its end. `no evidence`: it was read, but no response of it is
   * kept, because it has expired or was removed.
   */
  readonly kind: 'never read' | 'no evidence';
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
  const gaps: Gap[] = [
    ...holesIn(covered, state, backfills).map((span) => ({ ...span, kind: 'never read' as const })),
    ...subtractSpans(covered, landed).map((span) => ({ ...span, kind: 'no evidence' as const })),
  ];
  return { covered, gaps: gaps.sort((a, b) => a.fromMs - b.fromMs) };
}
