import { isoSecond, MINUTE_MS, SECOND_MS, secondAtOrAfter, secondAtOrBefore } from './instant.ts';
import type { SourceZone } from './source-zone.ts';
import type { Span } from './spans.ts';

const PADDING_MS = 2 * SECOND_MS;
const HALF_HOUR_MS = 30 * MINUTE_MS;
/** Seams join the windows of times that clocks show twice. */
export const LONGEST_SEAM_MS = 2 * PADDING_MS;
/** No source limits its answers to fewer rows. */
const FEWEST_OF_A_LIMIT = 20;
const ROUND = 100;

/** Half-open span `[fromMs, toMs)` of event time on whole seconds, pulled in one request. */
export type Window = Span;

interface PlanInput {
  /** What is still to be pulled, half-open; only whole seconds of it are. */
  readonly span: Span;
  /** No window is longer, milliseconds. */
  readonly longestMs: number;
  readonly zone: SourceZone;
}

/**
 * The oldest window of a span; `null` when no whole second is left. Windows taken one after another
 * leave no gap. Where the source's local time occurs twice, what is asked for lies within a cell of the
 * clock, `cellMs`, so that one reading of a time lies in it; seams of four seconds join them.
 */
export function nextWindow({ span, longestMs, zone }: PlanInput): Window | null {
  const fromMs = secondAtOrAfter(span.fromMs);
  const lastMs = secondAtOrBefore(span.toMs);
  if (fromMs >= lastMs) return null;
  const step = Math.max(SECOND_MS, secondAtOrBefore(longestMs));
  const toMs = Math.min(lastMs, fromMs + step);
  const [ambiguous] = zone.ambiguousSpans({ fromMs, toMs });
  if (ambiguous === undefined) return { fromMs, toMs };
  if (ambiguous.fromMs > fromMs) return { fromMs, toMs: Math.min(toMs, ambiguous.fromMs) };
  const cell = cellMs((ambiguous.toMs - ambiguous.fromMs) / 2);
  const seamToMs = Math.floor((fromMs + PADDING_MS) / cell) * cell + PADDING_MS;
  if (fromMs < seamToMs) return { fromMs, toMs: Math.min(toMs, seamToMs) };
  return { fromMs, toMs: Math.min(toMs, seamToMs + cell - LONGEST_SEAM_MS) };
}

/**
 * How long the stretches between even instants of the clock are, milliseconds, in which times are told apart
 * that clocks show twice: half an hour where they go back by an hour or more.
 */
export function cellMs(setBackMs: number): number {
  return Math.min(HALF_HOUR_MS, setBackMs / 2);
}

/**
 * What one scheduled run pulls: from the lookback behind the watermark, never before the account's
 * start, up to the last whole second that has settled.
 */
export function pullSpan(
  { startMs, watermarkMs }: { readonly startMs: number; readonly watermarkMs: number },
  { lookbackMs, settleDelayMs }: { readonly lookbackMs: number; readonly settleDelayMs: number },
  nowMs: number,
): Span {
  return { fromMs: Math.max(startMs, watermarkMs - lookbackMs), toMs: nowMs - settleDelayMs };
}

/**
 * What is asked for a window: two seconds more on both sides. Nothing is documented about inclusive
 * bounds, and the changes of one second must never be cut.
 */
export function askedFor(window: Window): Span {
  return { fromMs: window.fromMs - PADDING_MS, toMs: window.toMs + PADDING_MS };
}

/** The two halves of a window, oldest first; `null` when it is one second and can't be split. */
export function halves(window: Window): readonly [Window, Window] | null {
  const lengthMs = window.toMs - window.fromMs;
  if (lengthMs < 2 * SECOND_MS) return null;
  const middleMs = window.fromMs + secondAtOrBefore(lengthMs / 2);
  return [
    { fromMs: window.fromMs, toMs: middleMs },
    { fromMs: middleMs, toMs: window.toMs },
  ];
}

export function named({ fromMs, toMs }: Window): string {
  return `Window ${isoSecond(fromMs)} to ${isoSecond(toMs)}`;
}

/** What is known of how many rows the source gives in one answer. */
interface RowLimits {
  /** A number it was seen to cut at. */
  readonly rowCap: number | null;
  /** The most it ever gave. */
  readonly mostRows: number;
}

/**
 * Whether a number of rows may be a silent limit of the source rather than all there was. A source
 * that once gave more has no limit there, so a number is trusted only below the most ever received;
 * round numbers and known limits are never trusted, in case the source lowered its limit.
 */
export function isSuspiciousCount(rows: number, { rowCap, mostRows }: RowLimits): boolean {
  if (rows === rowCap) return true;
  if (rows >= FEWEST_OF_A_LIMIT && rows >= mostRows) return true;
  return isRound(rows);
}

export function isRound(rows: number): boolean {
  return rows >= ROUND && rows % ROUND === 0;
}

/** A quarter more than a window size that worked, up to the longest allowed; milliseconds. */
export function nextWindowMs(currentMs: number, longestMs: number): number {
  return Math.min(longestMs, secondAtOrAfter(currentMs * 1.25));
}
