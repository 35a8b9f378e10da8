import { MINUTE_MS, utcDaySpan } from '../activity/instant.ts';
import type { Span } from '../activity/spans.ts';

/** A span in which the clocks of the report time zone kept one offset. */
export interface Offset extends Span {
  /** Ahead of UTC. */
  readonly minutes: number;
}

/** Minutes that clocks are ahead of UTC at an instant. */
export function offsetAt(offsets: readonly Offset[], atMs: number): number {
  const found = offsets.find(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs);
  return found?.minutes ?? 0;
}

/**
 * The first instant whose local date is after `day`: where clocks skip midnight, the one they skip to.
 *
 * @param day `YYYY-MM-DD`
 * @param offsets those around the day, earliest first
 */
export function startOfNextDay(day: string, offsets: readonly Offset[]): number {
  const midnight = utcDaySpan(day).toMs;
  for (const { fromMs, toMs, minutes } of offsets) {
    const atMs = Math.max(fromMs, midnight - minutes * MINUTE_MS);
    if (atMs < toMs) return atMs;
  }
  return midnight;
}
