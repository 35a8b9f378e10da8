import { HOUR_MS, isoInstant } from '../activity/instant.ts';
import { pullSpan, type Window } from '../activity/window-plan.ts';
import { SourceFacts } from '../checkpoint/source-facts.ts';
import { WatermarkAheadError } from '../errors.ts';
import { openCheckpoint, readSpan } from '../pipeline/pipeline.ts';
import type { ReadWindow } from '../pipeline/read-window.ts';
import { healAround, isDerivedUpTo } from '../run/derive.ts';
import type { Pipeline } from '../run/lake-run.ts';
import { onlyTimePassed } from '../run/quiet-tick.ts';

/** Longer than any run takes. */
const A_RUN_MS = HOUR_MS;

/** The scheduled job: everything from a little behind the watermark up to what has settled. */
export async function pull(pipeline: Pipeline): Promise<void> {
  const { settings, checkpoint, moved, remembered, touched, stopwatch } = pipeline;
  const nowMs = pipeline.planAtMs();
  const { watermarkMs, startMs, keptFromMs, ...opened } = await openCheckpoint(pipeline);
  moved.beforeMs = watermarkMs;
  moved.afterMs = watermarkMs;
  if (watermarkMs > nowMs) throw aheadOf(nowMs, watermarkMs);

  const facts = new SourceFacts(checkpoint, opened.facts, settings.maxWindowMs);
  // What was not read before it expired, no pull reads any more: its rows would go the next night.
  const firstMs = Math.max(startMs, keptFromMs);
  const span = pullSpan({ startMs: firstMs, watermarkMs }, settings, nowMs);
  // What it says that it read begins where it does.
  moved.beforeMs = Math.max(watermarkMs, span.fromMs);
  const isUpToHere =
    remembered.derived?.watermarkMs === watermarkMs &&
    remembered.derived.watermarkRun === checkpoint.watermarkRun;
  const derived = isUpToHere ? remembered.derived : null;
  remembered.derived = null;
  const isDerived =
    derived !== null ||
    (await stopwatch.during('plan', () => isDerivedUpTo(pipeline, watermarkMs)));
  if (!isDerived) healAround(pipeline, watermarkMs);
  // One beside the last run may have died after it, and what it read begins a little earlier.
  healAround(pipeline, span.fromMs, A_RUN_MS);
  let latestMs = Number.NEGATIVE_INFINITY;
  const advance = async (window: Window, { parsed }: ReadWindow) => {
    for (const ms of parsed.events.event_time) latestMs = Math.max(latestMs, ms);
    const reachedMs = moved.afterMs ?? watermarkMs;
    if (window.toMs > reachedMs) {
      await checkpoint.advance(reachedMs, window.toMs);
      moved.afterMs = window.toMs;
    }
    pipeline.onProgress?.({ atMs: moved.afterMs ?? reachedMs, untilMs: span.toMs });
  };
  const longestMs = () => facts.windowMs;
  await readSpan(pipeline, facts, { span, longestMs, lateBeforeMs: watermarkMs, advance });
  await stopwatch.during('advance', () => facts.growWindow());
  if (derived === null || !onlyTimePassed(pipeline, derived, latestMs)) return;
  touched.length = 0;
  const { watermarkRun } = checkpoint;
  remembered.derived = { ...derived, watermarkMs: moved.afterMs ?? watermarkMs, watermarkRun };
}

function aheadOf(nowMs: number, watermarkMs: number): WatermarkAheadError {
  return new WatermarkAheadError(
    `The watermark is ${isoInstant(watermarkMs)}, after now, which is ${isoInstant(nowMs)}. Nothing was pulled.`,
    'Check the clock. If the watermark was moved by a clock set ahead, pull into an empty lake.',
  );
}
