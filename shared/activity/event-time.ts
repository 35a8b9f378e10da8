import type { SourceZone, Span } from './source-zone.ts';

/** `10/20/2020 2:13:12`: month, day and hour padded or not, as the API documents and shows it. */
const DOCUMENTED = /^(\d{1,2})\/(\d{1,2})\/(\d{4}) +(\d{1,2}):(\d{2}):(\d{2})$/;

/** `2020-10-20T02:13:12.5+05:30`: ISO 8601 with its own offset. */
const ISO =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:[.,]\d+)?(?:(Z)|([+-])(\d{2}):?(\d{2}))$/i;

export type EventTime =
  | { readonly kind: 'read'; readonly ms: number; readonly zoned: boolean }
  | { readonly kind: 'not_understood' | 'does_not_exist' };

const NOT_UNDERSTOOD: EventTime = { kind: 'not_understood' };
const DOES_NOT_EXIST: EventTime = { kind: 'does_not_exist' };

/**
 * Reads an `EventTime` to the whole second (fractions are dropped). A time without an offset is read
 * in `zone`; where that zone's clocks show it twice, the reading nearest to `window` counts.
 *
 * `does_not_exist`: 30 February, 24:00:00, or a local time that clocks skip. Nothing rolls over.
 */
export function readEventTime(text: string, zone: SourceZone, window: Span): EventTime {
  const documented = DOCUMENTED.exec(text);
  if (documented !== null) {
    const [month, day, year, hour, minute, second] = documented.slice(1).map(Number) as Six;
    const localMs = calendarMs(year, month, day, hour, minute, second);
    if (localMs === null) return DOES_NOT_EXIST;
    const ms = nearest(zone.instantsOf(localMs), window);
    return ms === undefined ? DOES_NOT_EXIST : { kind: 'read', ms, zoned: false };
  }
  const iso = ISO.exec(text);
  if (iso !== null) {
    const [year, month, day, hour, minute, second] = iso.slice(1, 7).map(Number) as Six;
    const localMs = calendarMs(year, month, day, hour, minute, second);
    const offset = offsetMs(iso[8], iso[9], iso[10]);
    if (localMs === null || offset === null) return DOES_NOT_EXIST;
    return { kind: 'read', ms: localMs - offset, zoned: true };
  }
  return NOT_UNDERSTOOD;
}

type Six = [number, number, number, number, number, number];

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

function offsetMs(sign?: string, hours?: string, minutes?: string): number | null {
  if (sign === undefined) return 0;
  if (Number(hours) > 23 || Number(minutes) > 59) return null;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

function nearest(instants: readonly number[], { fromMs, toMs }: Span): number | undefined {
  const distance = (ms: number) => Math.max(fromMs - ms, ms - toMs, 0);
  let best = instants[0];
  for (const ms of instants) {
    if (best !== undefined && distance(ms) < distance(best)) best = ms;
  }
  return best;
}
