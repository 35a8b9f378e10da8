import { isoInstant, MINUTE_MS, QUARTER_MS } from '../../shared/activity/instant.ts';
import type { Span } from '../../shared/activity/spans.ts';
import { type Offset, offsetAt } from '../../shared/report/clock-offsets.ts';
import type { ReportData } from '../../shared/report/report-data.ts';

export type Zone = 'local' | 'utc';

/** Minutes from one mark of an axis to the next. */
const STEPS = [15, 30, 60, 120, 180, 240, 360, 720];

export interface Mark {
  readonly atMs: number;
  readonly label: string;
}

const inWords = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' });
const longDay = inWords({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
const shortDay = inWords({ weekday: 'short', day: 'numeric', month: 'short' });

/** `Saturday 31 January 2026` */
export function dayInWords(day: string): string {
  return longDay.format(Date.parse(day)).replace(',', '');
}

/** `Sat 31 Jan` */
export function dayInShort(day: string): string {
  return shortDay.format(Date.parse(day)).replace(',', '');
}

/** What clocks show, in the zone that the reader has chosen. */
export class Clocks {
  zone: Zone = 'local';
  readonly #offsets: readonly Offset[];
  readonly #day: string;
  readonly fromMs: number;
  readonly toMs: number;

  constructor({ offsets, day, fromMs, toMs }: ReportData) {
    this.#offsets = offsets;
    this.#day = day;
    this.fromMs = fromMs;
    this.toMs = toMs;
  }

  /** `10:15`, and the day with it where that is not the day of the report. */
  minute(atMs: number): string {
    return this.#shown(atMs, 16);
  }

  /** `10:15:07`, likewise */
  second(atMs: number): string {
    return this.#shown(atMs, 19);
  }

  /** `UTC−05:00`, both where clocks change in the day */
  zoneName(zone: Zone): string {
    if (zone === 'utc') return 'UTC';
    const names = [this.fromMs, this.toMs - 1].map((atMs) => named(offsetAt(this.#offsets, atMs)));
    return [...new Set(names)].join(', then ');
  }

  /** Whether local clocks show something else than UTC. */
  get differ(): boolean {
    return this.zoneName('local') !== 'UTC';
  }

  /**
   * Instants at whole hours of the clocks shown, or halves or quarters of one, and how they are labelled.
   *
   * @param most as many, at most
   */
  marks(most: number, { fromMs, toMs }: Span = this): readonly Mark[] {
    const minutes = STEPS.find((each) => (toMs - fromMs) / (each * MINUTE_MS) <= most) ?? 720;
    const found: Mark[] = [];
    const first = Math.ceil(fromMs / QUARTER_MS) * QUARTER_MS;
    for (let atMs = first; atMs < toMs; atMs += QUARTER_MS) {
      const shownMs = atMs + this.#offsetMs(atMs);
      if (shownMs % (minutes * MINUTE_MS) === 0) {
        found.push({ atMs, label: isoInstant(shownMs).slice(11, 16) });
      }
    }
    return found;
  }

  #shown(atMs: number, until: number): string {
    const text = isoInstant(atMs + this.#offsetMs(atMs));
    const time = text.slice(11, until);
    const day = text.slice(0, 10);
    // The end of the day reads as such.
    if (atMs === this.toMs && time.startsWith('00:00')) return until === 16 ? '24:00' : '24:00:00';
    return day === this.#day ? time : `${time} (${dayInShort(day).replaceAll(' ', '\u00a0')})`;
  }

  #offsetMs(atMs: number): number {
    return this.zone === 'utc' ? 0 : offsetAt(this.#offsets, atMs) * MINUTE_MS;
  }
}

function named(minutes: number): string {
  if (minutes === 0) return 'UTC';
  const [h, m] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  const two = (number: number) => String(number).padStart(2, '0');
  return `UTC${minutes < 0 ? '−' : '+'}${two(h)}:${two(m)}`;
}
