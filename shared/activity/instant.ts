import type { Span } from './spans.ts';

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const QUARTER_MS = 15 * MINUTE_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** An instant in ISO 8601, `2026-01-31T08:00:00.000Z`. */
export function isoInstant(ms: number): string {
  return new Date(ms).toISOString();
}

/** The second that an instant lies in, `2026-01-31T08:00:00Z`. */
export function isoSecond(ms: number): string {
  return `${isoInstant(ms).slice(0, 19)}Z`;
}

/** `20260131T080000Z`, for names: the same without what a name can't hold. */
export function basicSecond(ms: number): string {
  return isoSecond(ms).replace(/[-:]/g, '');
}

/** The UTC day that an instant lies in, `YYYY-MM-DD`: the `dt` of what happened then. */
export function isoDay(ms: number): string {
  return isoInstant(ms).slice(0, 10);
}

/** The last whole second that is not after an instant; of a duration, milliseconds too. */
export function secondAtOrBefore(ms: number): number {
  return Math.floor(ms / SECOND_MS) * SECOND_MS;
}

/** The first whole second that is not before an instant; of a duration, milliseconds too. */
export function secondAtOrAfter(ms: number): number {
  return Math.ceil(ms / SECOND_MS) * SECOND_MS;
}

/** Where the UTC day begins that an instant lies in, epoch milliseconds. */
export function startOfDay(ms: number): number {
  return Math.floor(ms / DAY_MS) * DAY_MS;
}

/** @param day `YYYY-MM-DD`, in UTC */
export function utcDaySpan(day: string): Span {
  const fromMs = Date.parse(day);
  return { fromMs, toMs: fromMs + DAY_MS };
}

/** The UTC days that have an instant of `span` in them, earliest first. */
export function utcDaysIn({ fromMs, toMs }: Span): readonly string[] {
  const days: string[] = [];
  for (let ms = startOfDay(fromMs); ms < toMs; ms += DAY_MS) days.push(isoDay(ms));
  return days;
}

/**
 * The date so many days later.
 *
 * @param day `YYYY-MM-DD`
 */
export function shifted(day: string, days: number): string {
  return isoDay(Date.parse(day) + days * DAY_MS);
}
