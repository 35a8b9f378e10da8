import type { Span } from './source-zone.ts';

const QUARTER_MS = 15 * 60_000;
const FARTHEST_QUARTERS = 14 * 4;
const FEWEST_TIMES = 20;
const SHARE = 0.9;

/**
 * How far a source's times are off when they are read in the wrong zone: the multiple of 15 minutes
 * (milliseconds, at most ± 14 h) that brings at least nine in ten of at least 20 times into the span
 * asked for, while as read they do not lie there. `0` when they do, or when no such shift explains it.
 *
 * Add it to a reading to get the likely instant.
 */
export function zoneShift(timesMs: readonly number[], asked: Span): number {
  if (timesMs.length < FEWEST_TIMES) return 0;
  const enough = timesMs.length * SHARE;
  const inside = (shiftMs: number) =>
    timesMs.filter((ms) => ms + shiftMs >= asked.fromMs && ms + shiftMs <= asked.toMs).length;
  if (inside(0) >= enough) return 0;
  let best = 0;
  let most = enough - 1;
  for (let quarters = 1; quarters <= FARTHEST_QUARTERS; quarters += 1) {
    for (const shiftMs of [quarters * QUARTER_MS, -quarters * QUARTER_MS]) {
      const count = inside(shiftMs);
      if (count >= enough && count > most) {
        best = shiftMs;
        most = count;
      }
    }
  }
  return best;
}
