import { tzOffset } from '@date-fns/tz';
import { DAY_MS, MINUTE_MS, QUARTER_MS } from './instant.ts';
import { overlaps, type Span } from './spans.ts';

/** The zone in which a source writes times that carry no zone of their own. */
export interface SourceZone {
  readonly name: string;
  /**
   * The instants at which clocks of this zone show `localMs` (the local date and time read as if it
   * were UTC), earliest first: one normally, two where clocks are set back, none where they skip.
   */
  instantsOf(localMs: number): readonly number[];
  /** The spans overlapping `span` whose local times occur twice, earliest first. */
  ambiguousSpans(span: Span): readonly Span[];
  /** Offset from UTC at an instant, milliseconds, east positive. */
  offsetAt(instantMs: number): number;
}

/** @param name an IANA zone the runtime knows (settings check that) */
export function sourceZone(name: string): SourceZone {
  if (name === 'UTC') {
    return { name, instantsOf: (ms) => [ms], ambiguousSpans: () => [], offsetAt: () => 0 };
  }
  const offsetAt = (ms: number) => tzOffset(name, new Date(ms)) * MINUTE_MS;
  // Zones change their offset on quarter hours: within one, each local time has the same.
  const offsetsByQuarter = new Map<number, readonly number[]>();
  const offsetsOf = (localMs: number) => {
    const quarter = Math.floor(localMs / QUARTER_MS);
    let offsets = offsetsByQuarter.get(quarter);
    if (offsets === undefined) {
      const around = new Set([offsetAt(localMs - DAY_MS), offsetAt(localMs + DAY_MS)]);
      offsets = [...around]
        .filter((offset) => offsetAt(quarter * QUARTER_MS - offset) === offset)
        .sort((a, b) => b - a);
      offsetsByQuarter.set(quarter, offsets);
    }
    return offsets;
  };
  return {
    name,
    instantsOf: (localMs) => offsetsOf(localMs).map((offset) => localMs - offset),
    offsetAt,
    ambiguousSpans: (asked) => {
      const spans: Span[] = [];
      const first = Math.floor((asked.fromMs - DAY_MS / 4) / QUARTER_MS) * QUARTER_MS;
      for (let at = first; at <= asked.toMs + DAY_MS / 4; at += QUARTER_MS) {
        const setBackMs = offsetAt(at - QUARTER_MS) - offsetAt(at);
        if (setBackMs <= 0) continue;
        const span = { fromMs: at - setBackMs, toMs: at + setBackMs };
        if (overlaps(span, asked)) spans.push(span);
      }
      return spans;
    },
  };
}

// Named first in messages when several zones share an offset.
const WELL_KNOWN = [
  'UTC',
  'America/New_York',
  'America/Chicago',
  'America/Denver',
  'America/Los_Angeles',
  'America/Sao_Paulo',
  'Europe/London',
  'Europe/Berlin',
  'Europe/Athens',
  'Asia/Dubai',
  'Asia/Kolkata',
  'Asia/Manila',
  'Asia/Singapore',
  'Asia/Tokyo',
  'Australia/Sydney',
];

/** The well-known zones whose clocks are `offsetMs` ahead of UTC at an instant, or else any one. */
export function zonesWithOffset(offsetMs: number, atMs: number): readonly string[] {
  const fits = (name: string) => sourceZone(name).offsetAt(atMs) === offsetMs;
  const wellKnown = WELL_KNOWN.filter(fits);
  if (wellKnown.length > 0) return wellKnown;
  return Intl.supportedValuesOf('timeZone').filter(fits).slice(0, 1);
}
