import { MINUTE_MS } from './instant.ts';

/** `2:13:12`, with a fraction that is dropped, and with AM or PM. */
const CLOCK = String.raw`(\d{1,2}):(\d{2}):(\d{2})(?:[.,]\d+)?(?:\s*([AP])\.?M\.?)?`;

/** `10/20/2020 2:13:12`: month, day and hour padded or not, as the API documents and shows it. */
const DOCUMENTED = new RegExp(String.raw`^(\d{1,2})/(\d{1,2})/(\d{4}),?\s+${CLOCK}$`, 'i');

/** `2020-10-20T02:13:12.5+05:30`: ISO 8601, with its own offset or without. */
const ISO = new RegExp(
  String.raw`^(\d{4})-(\d{2})-(\d{2})(?:T|\s+)${CLOCK}\s*(Z|[+-]\d{2}(?::?\d{2})?)?$`,
  'i',
);

/** A date and a time of day, read as if they were UTC, epoch milliseconds; with its offset, if it has one. */
export interface WrittenTime {
  readonly localMs: number;
  readonly offsetMs: number | null;
}

/**
 * What an `EventTime` says, to the whole second (fractions are dropped). AM and PM are understood where
 * they leave no choice: `13:05 PM` is `13:05`, but `13:05 AM` and `0:05 PM` are not understood.
 *
 * `does_not_exist`: 30 February, or 24:00:00. Nothing rolls over.
 */
export function writtenTime(text: string): WrittenTime | 'not_understood' | 'does_not_exist' {
  const documented = DOCUMENTED.exec(text);
  if (documented !== null) {
    const [, month, day, year, ...clock] = documented;
    return written([year, month, day], clock, undefined);
  }
  const iso = ISO.exec(text);
  if (iso === null) return 'not_understood';
  const [, year, month, day, hour, minute, second, half, offset] = iso;
  return written([year, month, day], [hour, minute, second, half], offset);
}

type Parts = readonly (string | undefined)[];

function written(date: Parts, [hour, minute, second, half]: Parts, offset?: string) {
  const hours = hoursOf(Number(hour), half);
  if (hours === null) return 'not_understood';
  const [year, month, day] = date.map(Number) as [number, number, number];
  const localMs = calendarMs(year, month, day, hours, Number(minute), Number(second));
  const offsetMs = offset === undefined ? null : offsetOf(offset);
  if (localMs === null || Number.isNaN(offsetMs)) return 'does_not_exist';
  return { localMs, offsetMs };
}

function hoursOf(hour: number, half: string | undefined): number | null {
  if (half === undefined) return hour;
  if (half.toUpperCase() === 'A') {
    if (hour > 12) return null;
    return hour === 12 ? 0 : hour;
  }
  if (hour === 0) return null;
  return hour < 12 ? hour + 12 : hour;
}

function calendarMs(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number | null {
  if (hour > 23 || minute > 59 || second > 59) return null;
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(ms);
  const same =
    date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return same ? ms : null;
}

/** Milliseconds; `NaN` when there is no such offset. */
function offsetOf(offset: string): number {
  if (offset.toUpperCase() === 'Z') return 0;
  const [hours, minutes] = [Number(offset.slice(1, 3)), Number(offset.slice(3).replace(':', ''))];
  if (hours > 23 || minutes > 59) return Number.NaN;
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * MINUTE_MS;
}
