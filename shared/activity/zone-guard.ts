import { type SourceZone, type Span, zonesWithOffset } from './source-zone.ts';

const QUARTER_MS = 15 * 60_000;
const FARTHEST_QUARTERS = 14 * 4;
const FEWEST_TIMES = 20;
const SHARE = 0.9;
const MOST_NAMES = 5;

/**
 * How far a source's times are off when they are read in the wrong zone: the multiples of 15 minutes
 * (milliseconds, at most ± 14 h, nearest first) that bring the most, and at least nine in ten of at
 * least 20 times into the span asked for, while as read they do not lie there. None when they do, or
 * when no such shift explains it. Several when the times leave the edges of the span empty.
 *
 * Add one to a reading to get the likely instant.
 */
export function zoneShifts(timesMs: readonly number[], asked: Span): readonly number[] {
  if (timesMs.length < FEWEST_TIMES) return [];
  const inside = (shiftMs: number) =>
    timesMs.filter((ms) => ms + shiftMs >= asked.fromMs && ms + shiftMs <= asked.toMs).length;
  const enough = timesMs.length * SHARE;
  if (inside(0) >= enough) return [];
  let most = enough;
  let best: number[] = [];
  for (let quarters = 1; quarters <= FARTHEST_QUARTERS; quarters += 1) {
    for (const shiftMs of [quarters * QUARTER_MS, -quarters * QUARTER_MS]) {
      const count = inside(shiftMs);
      if (count > most) best = [];
      if (count >= most) best.push(shiftMs);
      most = Math.max(most, count);
    }
  }
  return best;
}

/** In words: the zones that would explain the shifts, `Asia/Kolkata or Asia/Karachi`. */
export function zonesBehind(zone: SourceZone, shifts: readonly number[], atMs: number): string {
  const names = shifts.flatMap((shiftMs) => zonesWithOffset(zone.offsetAt(atMs) - shiftMs, atMs));
  return names.slice(0, MOST_NAMES).join(' or ') || 'one that this computer does not know';
}
