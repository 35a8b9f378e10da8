import { textIn } from './raw-codes.ts';

export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const SPACE = 0x20;
export const [LIST, LIST_END, OBJECT, OBJECT_END] = [0x5b, 0x5d, 0x7b, 0x7d] as const;
const BACKSLASH = 0x5c;
const [ZERO, NINE, SMALL_N] = [0x30, 0x39, 0x6e];
/** Digits of which a double holds every integer, and writes it as they stand there. */
const MOST_DIGITS = 15;

/** Walks through JSON in its bytes, UTF-8. Of what it walks over it says where it is, not what it means. */
export class JsonBytes {
  readonly bytes: Uint8Array;
  /** Of the text or number that `scalar` walked over last, without quotes. */
  from = 0;
  to = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  afterSpace(from: number): number {
    const { bytes } = this;
    let at = from;
    let byte = bytes[at] as number;
    while (byte === SPACE || byte === 0x0a || byte === 0x0d || byte === 0x09) {
      at += 1;
      byte = bytes[at] as number;
    }
    return at;
  }

  /**
   * Walks over a text without escapes, or a whole number that `String` would write the same way.
   *
   * @returns where it ends; -1 when it is anything else
   */
  scalar(from: number): number {
    const { bytes } = this;
    if (bytes[from] !== QUOTE) return this.#number(from);
    let at = from + 1;
    let byte = bytes[at] as number;
    while (byte > BACKSLASH || (byte >= SPACE && byte !== QUOTE && byte !== BACKSLASH)) {
      at += 1;
      byte = bytes[at] as number;
    }
    this.from = from + 1;
    this.to = at;
    return byte === QUOTE ? at + 1 : -1;
  }

  #number(from: number): number {
    const { bytes } = this;
    let at = from;
    while ((bytes[at] as number) >= ZERO && (bytes[at] as number) <= NINE) at += 1;
    const digits = at - from;
    if (digits === 0 || digits > MOST_DIGITS) return -1;
    if (bytes[from] === ZERO && digits > 1) return -1;
    this.from = from;
    this.to = at;
    return at;
  }

  isNull(from: number): boolean {
    return this.bytes[from] === SMALL_N && textIn(this.bytes, from, from + 4) === 'null';
  }

  /** Where a value ends, whatever it is, if it is one: only `JSON.parse` tells. */
  endOf(from: number): number {
    const { bytes } = this;
    let at = from;
    let depth = 0;
    do {
      const byte = bytes[at] as number;
      if (byte === QUOTE) at = this.#endOfText(at);
      else if (depth === 0 && byte !== OBJECT && byte !== LIST) return this.#endOfWord(at);
      else {
        if (byte === OBJECT || byte === LIST) depth += 1;
        else if (byte === OBJECT_END || byte === LIST_END) depth -= 1;
        at += 1;
      }
    } while (depth > 0 && at < bytes.length);
    return at;
  }

  #endOfText(from: number): number {
    const { bytes } = this;
    let at = from + 1;
    while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
    return at + 1;
  }

  /** Of a number, or of `true`, `false`, `null`. */
  #endOfWord(from: number): number {
    const { bytes } = this;
    let at = from;
    let byte = bytes[at] as number;
    while (byte > SPACE && byte !== COMMA && byte !== LIST_END && byte !== OBJECT_END) {
      at += 1;
      byte = bytes[at] as number;
    }
    return at;
  }
}
