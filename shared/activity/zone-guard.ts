import { QUARTER_MS } from './instant.ts';
import { type SourceZone, zonesWithOffset } from './source-zone.ts';
import type { Span } from './spans.ts';

/** Nearest first. */
const SHIFTS_MS = Array.from({ length: 14 * 4 }, (_, i) => (i + 1) * QUARTER_MS).flatMap((ms) => [
  ms,
  -ms,
]);
/** Fewer times than these tell nothing. */
export const ENOUGH_TIMES = 20;
/** Of all times: the rest may be odd ones. */
export const NEARLY_ALL = 0.9;
const MOST_NAMES = 5;

/**
 * How far a source's times are off when they are read in the wrong zone: the multiples of 15 minutes
 * (milliseconds, at most ± 14 h) that bring at least nine in ten of at least 20 times into the span
 * asked for, while as read they do not lie there. The likeliest first: those that bring most inside,
 * then the smallest. None when the times lie where they should, or when no shift explains them.
 *
 * Add one to a reading to get the likely instant.
 */
export function zoneShifts(timesMs: readonly number[], asked: Span): readonly number[] {
  if (timesMs.length < ENOUGH_TIMES || fits(timesMs, asked, 0)) return [];
  return fittingShifts(timesMs, asked);
}

/** The same whether or not the times lie there as they are read. */
export function fittingShifts(timesMs: readonly number[], asked: Span): readonly number[] {
  return SHIFTS_MS.filter((shiftMs) => fits(timesMs, asked, shiftMs))
    .map((shiftMs) => ({ shiftMs, count: inside(timesMs, asked, shiftMs) }))
    .sort((a, b) => b.count - a.count)
    .map(({ shiftMs }) => shiftMs);
}

function fits(timesMs: readonly number[], asked: Span, shiftMs: number): boolean {
  return inside(timesMs, asked, shiftMs) >= timesMs.length * NEARLY_ALL;
}

function inside(timesMs: readonly number[], asked: Span, shiftMs: number): number {
  return timesMs.filter((ms) => ms + shiftMs >= asked.fromMs && ms + shiftMs <= asked.toMs).length;
}

/** In words: the zones that would explain the shifts, `Asia/Kolkata or Asia/Karachi`. */
export function zonesBehind(zone: SourceZone, shifts: readonly number[], atMs: number): string {
  const names = shifts.flatMap((shiftMs) => zonesWithOffset(zone.offsetAt(atMs) - shiftMs, atMs));
  return names.slice(0, MOST_NAMES).join(' or ') || 'one that this computer does not know';
}
