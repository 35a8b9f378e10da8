import type { WrittenTime } from './event-time.ts';
import { DAY_MS, HOUR_MS } from './instant.ts';
import type { SourceZone } from './source-zone.ts';
import type { Span } from './spans.ts';
import { cellMs, LONGEST_SEAM_MS } from './window-plan.ts';

/** The instants that a written time can mean: one, two where clocks are set back, none where they skip. */
export function instantsOf(
  { localMs, offsetMs }: WrittenTime,
  zone: SourceZone,
): readonly number[] {
  return offsetMs === null ? zone.instantsOf(localMs) : [localMs - offsetMs];
}

/** Whether an instant lies in what was asked for; it says nothing of inclusive bounds. */
export function isInside(ms: number, asked: Span): boolean {
  return ms >= asked.fromMs && ms <= asked.toMs;
}

/** What the times of one answer show of the span that its source took for the one asked for. */
export interface ShownSpan {
  /** Nothing in it lies outside of what was asked for. */
  readonly strict: boolean;
  /** From the earliest to the latest of what was asked for and what is certain to be listed. */
  readonly lengthMs: number;
}

/** @param times the instants that each time of the answer can mean */
export function shownSpan(times: readonly (readonly number[])[], asked: Span): ShownSpan {
  let { fromMs, toMs } = asked;
  let strict = true;
  for (const instants of times) {
    if (instants.length === 0 || instants.some((ms) => isInside(ms, asked))) continue;
    strict = false;
    const [only] = instants;
    if (instants.length > 1 || only === undefined) continue;
    // Further off is a stray time, not a window that was widened, to a whole day at most.
    if (only > asked.toMs + DAY_MS || only < asked.fromMs - DAY_MS) continue;
    fromMs = Math.min(fromMs, only);
    toMs = Math.max(toMs, only);
  }
  return { strict, lengthMs: toMs - fromMs };
}

/**
 * Which instant a time means that clocks show twice, given the answer it stands in. `elsewhere`: the
 * answer to another window says. `ambiguous`: no answer does.
 *
 * Of a source that keeps to what was asked for, the reading that was asked for. One that widens
 * its windows lists the same text for an event an hour off. As long as it took no more than an hour, it
 * can't have listed both readings; planned windows keep within a cell of the clock, so a source that
 * widens them to whole hours takes one hour. Seams, which join them, leave it to both sides.
 */
export function settled(
  instants: readonly number[],
  {
    window,
    asked,
    shown,
  }: { readonly window: Span; readonly asked: Span; readonly shown: ShownSpan },
): number | 'elsewhere' | 'ambiguous' {
  const within = (ms: number, { fromMs, toMs }: Span) => ms >= fromMs && ms < toMs;
  const [first, second] = instants.filter((ms) => within(ms, asked));
  if (first === undefined) return 'elsewhere';
  const [earlier, later] = instants as readonly [number, number];
  const cellOf = (ms: number) => Math.floor(ms / cellMs(later - earlier));
  const inOneCell = cellOf(asked.fromMs) === cellOf(asked.toMs - 1);
  const widenedLittle = inOneCell && shown.lengthMs <= HOUR_MS;
  if (second === undefined && (shown.strict || widenedLittle)) return first;
  const isSeam = window.toMs - window.fromMs <= LONGEST_SEAM_MS;
  return isSeam || !within(first, window) ? 'elsewhere' : 'ambiguous';
}
