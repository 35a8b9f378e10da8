import type { Backfill } from '../checkpoint/backfills.ts';
import { SourceFacts } from '../checkpoint/source-facts.ts';
import { openCheckpoint, readSpan } from '../pipeline/pipeline.ts';
import { derive, healAround } from '../run/derive.ts';
import type { LakeRun, Pipeline } from '../run/lake-run.ts';

/** Advances every active backfill, or the named one alone, oldest first, while there is time. */
export async function backfill(pipeline: Pipeline, only?: string): Promise<void> {
  const { settings, checkpoint, backfills, stopwatch } = pipeline;
  const opened = await openCheckpoint(pipeline);
  const facts = new SourceFacts(checkpoint, opened.facts, settings.maxWindowMs);
  for (const active of await activeBackfills(pipeline, only)) {
    let held: Backfill = active;
    healAround(pipeline, active.positionMs);
    const span = { fromMs: active.positionMs, toMs: active.toMs };
    await readSpan(pipeline, facts, {
      span,
      longestMs: () => facts.windowMs,
      // It reads what was never to be read in time.
      lateBeforeMs: Number.NEGATIVE_INFINITY,
      advance: async (window) => {
        held = await backfills.advance(held, window.toMs);
        pipeline.onProgress?.({ atMs: held.positionMs, untilMs: held.toMs });
      },
    });
    // Before it is done: who dies here is followed by a run that still finds it active.
    await derive(pipeline);
    await stopwatch.during('advance', () => backfills.finish(held));
  }
  await stopwatch.during('advance', () => facts.growWindow());
}

/** Oldest first. */
export async function activeBackfills(
  { backfills, stopwatch }: LakeRun,
  only?: string,
): Promise<readonly Backfill[]> {
  const all = await stopwatch.during('plan', () => backfills.all());
  return all.filter(
    ({ status, name }) => status === 'active' && (only === undefined || name === only),
  );
}
