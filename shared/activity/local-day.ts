import { DAY_MS, isoDay, shifted } from './instant.ts';
import type { SourceZone } from './source-zone.ts';
import type { Span } from './spans.ts';

/**
 * A day as a zone's clocks have it: from the first instant that bears its date to the first that bears the
 * next one's. It has 24 hours normally, 23, 23.5, 24.5 or 25 where clocks change, and begins at 01:00 where
 * they skip midnight.
 *
 * @param day `YYYY-MM-DD`
 * @returns an empty span for a date that the zone left out
 */
export function localDaySpan(zone: SourceZone, day: string): Span {
  return { fromMs: startOfLocalDay(zone, day), toMs: startOfLocalDay(zone, nextDay(day)) };
}

/** The local day an instant lies in, `YYYY-MM-DD`. */
export function localDayOf(zone: SourceZone, instantMs: number): string {
  const shown = isoDay(instantMs + zone.offsetAt(instantMs));
  // Clocks set back over midnight show the old date again, in the new day.
  return startOfLocalDay(zone, nextDay(shown)) <= instantMs ? nextDay(shown) : shown;
}

/** The local days that have an instant of `span` in them, earliest first. */
export function localDaysIn(zone: SourceZone, { fromMs, toMs }: Span): readonly string[] {
  const days: string[] = [];
  if (fromMs >= toMs) return days;
  for (let day = localDayOf(zone, fromMs); ; day = nextDay(day)) {
    const span = localDaySpan(zone, day);
    if (span.fromMs >= toMs) return days;
    if (span.fromMs < span.toMs) days.push(day);
  }
}

function startOfLocalDay(zone: SourceZone, day: string): number {
  return firstInstantAt(zone, Date.parse(day));
}

/**
 * The first instant at which clocks show a time; of a time that they skip, when they do.
 *
 * @param localMs the time shown, as if it were UTC, epoch milliseconds
 */
export function firstInstantAt(zone: SourceZone, localMs: number): number {
  const [shown] = zone.instantsOf(localMs);
  if (shown !== undefined) return shown;
  // No clock is a day away from UTC.
  let [before, after] = [localMs - DAY_MS, localMs + DAY_MS];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (middle + zone.offsetAt(middle) < localMs) before = middle;
    else after = middle;
  }
  return after;
}

function nextDay(day: string): string {
  return shifted(day, 1);
}
