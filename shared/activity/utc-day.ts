import type { Span } from './spans.ts';

export const DAY_MS = 86_400_000;

/** Where the UTC day begins that an instant lies in, epoch milliseconds. */
export function startOfDay(ms: number): number {
  return Math.floor(ms / DAY_MS) * DAY_MS;
}

/** The UTC day that an instant lies in, `YYYY-MM-DD`: the `dt` of what happened then. */
export function isoDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** The UTC days that have an instant of `span` in them, earliest first. */
export function utcDaysIn({ fromMs, toMs }: Span): readonly string[] {
  const days: string[] = [];
  for (let ms = startOfDay(fromMs); ms < toMs; ms += DAY_MS) days.push(isoDay(ms));
  return days;
}
