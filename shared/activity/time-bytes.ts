import { writtenTime } from './event-time.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from './instant.ts';

const [QUOTE, SPACE, MINUS, POINT, SLASH, ZERO, NINE, COLON, T, Z] = [
  0x22, 0x20, 0x2d, 0x2e, 0x2f, 0x30, 0x39, 0x3a, 0x54, 0x5a,
];
/** Whatever is made of it stays below zero. */
const NO_DIGIT = -1_000_000;

/**
 * Reads times straight from bytes in the forms that are usual, `10/20/2020 2:13:12` and
 * `2020-10-20T02:13:12.5Z`. What a date is, `writtenTime` says, once for each day.
 */
export class TimeBytes {
  /** Of the time read last: epoch milliseconds, as if UTC unless it is `zoned`. */
  ms = 0;
  zoned = false;
  readonly #bytes: Uint8Array;
  readonly #days = new Map<number, number>();
  #date = -1;
  #dateMs = Number.NaN;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /**
   * @param from where the time begins, after its quote
   * @returns where its closing quote is; -1 when it has another form, or there is no such time
   */
  read(from: number): number {
    const bytes = this.#bytes;
    let at = from;
    let year: number;
    let month: number;
    let day: number;
    const isIso = bytes[at + 4] === MINUS;
    if (isIso) {
      if (bytes[at + 7] !== MINUS) return -1;
      year = this.#two(at) * 100 + this.#two(at + 2);
      month = this.#two(at + 5);
      day = this.#two(at + 8);
      at += 10;
      if (bytes[at] !== T && bytes[at] !== SPACE) return -1;
    } else {
      at = bytes[at + 1] === SLASH ? at + 1 : at + 2;
      month = this.#oneOrTwo(from, at);
      if (bytes[at] !== SLASH) return -1;
      const dayAt = at + 1;
      at = bytes[dayAt + 1] === SLASH ? dayAt + 1 : dayAt + 2;
      day = this.#oneOrTwo(dayAt, at);
      if (bytes[at] !== SLASH) return -1;
      year = this.#two(at + 1) * 100 + this.#two(at + 3);
      at += 5;
      if (bytes[at] !== SPACE) return -1;
    }
    const hourAt = at + 1;
    at = bytes[hourAt + 1] === COLON ? hourAt + 1 : hourAt + 2;
    const hour = this.#oneOrTwo(hourAt, at);
    const minute = this.#two(at + 1);
    const second = this.#two(at + 4);
    if (bytes[at] !== COLON || bytes[at + 3] !== COLON) return -1;
    if (year < 0 || month < 0 || day < 0 || hour < 0 || minute < 0 || second < 0) return -1;
    if (hour > 23 || minute > 59 || second > 59) return -1;
    at = this.#afterFraction(at + 6);
    this.zoned = isIso && bytes[at] === Z;
    if (this.zoned) at += 1;
    if (bytes[at] !== QUOTE) return -1;
    const date = (year * 100 + month) * 100 + day;
    if (date !== this.#date) this.#turnTo(date);
    this.ms = this.#dateMs + hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS;
    return Number.isNaN(this.ms) ? -1 : at;
  }

  #afterFraction(from: number): number {
    const bytes = this.#bytes;
    if (bytes[from] !== POINT) return from;
    let at = from + 1;
    while ((bytes[at] as number) >= ZERO && (bytes[at] as number) <= NINE) at += 1;
    return at === from + 1 ? from : at;
  }

  #turnTo(date: number): void {
    let ms = this.#days.get(date);
    if (ms === undefined) {
      const text = String(date).padStart(8, '0');
      const time = writtenTime(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)} 00:00:00`);
      ms = typeof time === 'string' ? Number.NaN : time.localMs;
      this.#days.set(date, ms);
    }
    this.#date = date;
    this.#dateMs = ms;
  }

  #oneOrTwo(from: number, to: number): number {
    return to - from === 1 ? this.#digit(from) : this.#two(from);
  }

  #two(at: number): number {
    return this.#digit(at) * 10 + this.#digit(at + 1);
  }

  #digit(at: number): number {
    const digit = (this.#bytes[at] as number) - ZERO;
    return digit >= 0 && digit <= 9 ? digit : NO_DIGIT;
  }
}
