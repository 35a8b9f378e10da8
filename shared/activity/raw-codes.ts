import { KnownTexts } from './known-texts.ts';

/** Fields of an entry: where its text begins in the body, how long it is, its hash, and its code. */
const FIELDS = 4;
const FIRST_SLOTS = 64;
/** So many other texts where one belongs are no chance any more: it is decoded and looked up. */
const MOST_PROBES = 16;
const FACTOR = 0x9e3779b1;
const QUOTE = 0x22;

export const NOT_MET = -2;

/**
 * Which code of a column the text of a value has, told from its bytes. It is decoded when it is met first;
 * two that differ in space around them are one value, as in `textOf`.
 */
export class RawCodes {
  readonly #texts = new KnownTexts([]);
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  /** A hash table without chains: a length of 0 is a free slot. */
  #slots = new Int32Array(FIRST_SLOTS * FIELDS);
  #taken = 0;
  #lastLength = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** Each value once, by code. */
  get values(): readonly string[] {
    return this.#texts.values;
  }

  /** @returns -1 when there is nothing in it but space */
  codeOf(from: number, to: number): number {
    const length = to - from;
    if (length === 0) return -1;
    this.#lastLength = length;
    const hash = this.#hashOf(from, length);
    const entry = this.#entryOf(from, length, hash);
    if (entry < 0) return this.#decoded(from, length);
    const slots = this.#slots;
    return slots[entry + 1] === 0
      ? this.#remember(entry, from, length, hash)
      : (slots[entry + 3] as number);
  }

  /**
   * The code of a text that ends at a quote, if it is one of those met before and as long as the last of them: then
   * it need not be walked over to find its end.
   *
   * @returns NOT_MET otherwise
   */
  codeOfMet(from: number): number {
    const length = this.#lastLength;
    if (this.#bytes[from + length] !== QUOTE) return NOT_MET;
    const entry = this.#entryOf(from, length, this.#hashOf(from, length));
    if (entry < 0 || this.#slots[entry + 1] === 0) return NOT_MET;
    return this.#slots[entry + 3] as number;
  }

  /** Of the text that `codeOfMet` found. */
  get metLength(): number {
    return this.#lastLength;
  }

  /** Where its entry is, or a free one for it; -1 when the places for it are taken by others. */
  #entryOf(from: number, length: number, hash: number): number {
    const slots = this.#slots;
    const mask = slots.length / FIELDS - 1;
    let slot = hash & mask;
    for (let probes = 0; probes < MOST_PROBES; probes += 1) {
      const entry = slot * FIELDS;
      const known = slots[entry + 1] as number;
      if (known === 0) return entry;
      if (known === length && slots[entry + 2] === hash) {
        if (isSame(this.#view, slots[entry] as number, from, length)) return entry;
      }
      slot = (slot + 1) & mask;
    }
    return -1;
  }

  #hashOf(from: number, length: number): number {
    const view = this.#view;
    let hash = length;
    if (length < 4) {
      for (let at = from; at < from + length; at += 1) {
        hash = Math.imul(hash ^ view.getUint8(at), FACTOR);
      }
    } else {
      const last = from + length - 4;
      for (let at = from; at < last; at += 4) {
        hash = Math.imul(hash ^ view.getInt32(at, true), FACTOR);
        hash ^= hash >>> 15;
      }
      hash = Math.imul(hash ^ view.getInt32(last, true), FACTOR);
    }
    return hash ^ (hash >>> 15);
  }

  #remember(entry: number, from: number, length: number, hash: number): number {
    const code = this.#decoded(from, length);
    this.#slots.set([from, length, hash, code], entry);
    this.#taken += 1;
    if (this.#taken * 2 * FIELDS > this.#slots.length) this.#grow();
    return code;
  }

  #decoded(from: number, length: number): number {
    const text = textIn(this.#bytes, from, from + length).trim();
    return text === '' ? -1 : this.#texts.codeOf(text);
  }

  #grow(): void {
    const before = this.#slots;
    const slots = new Int32Array(before.length * 2);
    const mask = slots.length / FIELDS - 1;
    for (let at = 0; at < before.length; at += FIELDS) {
      if (before[at + 1] === 0) continue;
      const hash = before[at + 2] as number;
      let slot = hash & mask;
      while (slots[slot * FIELDS + 1] !== 0) slot = (slot + 1) & mask;
      slots.set(before.subarray(at, at + FIELDS), slot * FIELDS);
    }
    this.#slots = slots;
  }
}

/** Text of UTF-8, a byte order mark within it kept. */
export function textIn(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString();
}

/** Whether so many bytes at two places are the same. */
export function isSame(view: DataView, a: number, b: number, length: number): boolean {
  if (length < 4) {
    for (let i = 0; i < length; i += 1)
      if (view.getUint8(a + i) !== view.getUint8(b + i)) return false;
    return true;
  }
  const last = length - 4;
  for (let i = 0; i < last; i += 4) {
    if (view.getInt32(a + i) !== view.getInt32(b + i)) return false;
  }
  return view.getInt32(a + last) === view.getInt32(b + last);
}
