/** One element of a list in a JSON body: what `JSON.parse` makes of it, and what the source wrote. */
export interface SourceElement {
  readonly value: unknown;
  /** The element's own text, byte for byte. A slice: it keeps the whole body in memory. */
  readonly text: string;
  /** Whether `value` is an object that says all its text says, so that the text need not be read. */
  readonly plain: boolean;
  /** It is no JSON, or no text, though where it begins and ends can be told: `text` is as it was sent. */
  readonly damaged?: true;
}

/** One member of an object as the source wrote it; an object may have two of one name. */
export interface SourceMember {
  readonly name: string;
  readonly value: unknown;
  /** The value's own text; `null` where `JSON.stringify` gives it again. */
  readonly text: string | null;
}

/** Digits of which a double holds every integer. */
const SAFE_DIGITS = 15;

/**
 * The elements of the list that a JSON object has under `field`, a name in lower case.
 *
 * `JSON.parse` decides what is valid and what it means, but it rounds numbers and keeps only the last
 * of two members of one name. What it loses is found in the text.
 *
 * @param body text that `JSON.parse` took for an object
 * @param values what it made of the list
 * @returns `null` when the object has a name twice: which of them counts can't be known
 */
export function elementsUnder(
  body: string,
  field: string,
  values: readonly unknown[],
): readonly SourceElement[] | null {
  const scan = new JsonScan(body);
  const names = new Set<string>();
  let count = 0;
  let elements: readonly SourceElement[] = [];
  scan.object((name) => {
    names.add(name);
    count += 1;
    if (name.toLowerCase() === field && scan.next() === LIST) elements = scan.elements(values);
    else scan.value();
  });
  return names.size < count ? null : elements;
}

/** Where in a text the elements of a list stand: from, and to before. */
export type ElementSpan = readonly [from: number, to: number];

/**
 * Where the elements of the list stand that a JSON object has under `field`, a name in lower case.
 *
 * @param body text of an object, in which a byte that is no ASCII may stand for itself
 */
export function elementSpansUnder(body: string, field: string): readonly ElementSpan[] {
  const scan = new JsonScan(body);
  let spans: readonly ElementSpan[] = [];
  scan.object((name) => {
    if (name.toLowerCase() === field && scan.next() === LIST) spans = scan.elementSpans();
    else scan.value();
  });
  return spans;
}

/** The elements of a body that is a list. @param values what `JSON.parse` made of it */
export function elementsOf(body: string, values: readonly unknown[]): readonly SourceElement[] {
  return new JsonScan(body).elements(values);
}

/** An element by itself. @param text JSON without space around it */
export function elementOf(text: string): SourceElement {
  const [element] = elementsOf(`[${text}]`, [JSON.parse(text)]);
  return element as SourceElement;
}

/** The members of an element, in the source's order; none when it is no object. */
export function membersOf({ value, text, plain }: SourceElement): readonly SourceMember[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  if (plain)
    return Object.entries(value).map(([name, each]) => ({ name, value: each, text: null }));
  const members: SourceMember[] = [];
  const scan = new JsonScan(text);
  scan.object((name) => {
    const own = ownCopy(scan.value());
    members.push({ name, value: JSON.parse(own), text: own });
  });
  return members;
}

/** A text that keeps nothing else in memory. */
export function ownCopy(text: string): string {
  return Buffer.from(text).toString();
}

/**
 * Whether a double, which most JSON software takes for a number, holds the number a text writes: `1.0`
 * and `1e3` yes, `0.30000000000000001` and integers beyond 2^53 no. Of two that it does not hold,
 * somebody before us may already have made one.
 */
export function isHeldExactly(digits: string): boolean {
  const held = Number(digits);
  if (Number.isInteger(held) && !Number.isSafeInteger(held)) return false;
  return Number.isFinite(held) && decimalOf(digits) === decimalOf(String(held));
}

/** A number's text in one spelling: its digits without zeros around them, and the power of ten. */
function decimalOf(text: string): string {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().replace(/^-/, '').split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  const power = Number(exponent) - fraction.length + digits.length - significant.length;
  return `${significant}e${power}`;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const [LIST, LIST_END, OBJECT, OBJECT_END] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Walks through text that is valid JSON. */
class JsonScan {
  readonly #text: string;
  #at = 0;
  /** Of the value walked over last: names at any depth, values that hold others, numbers of doubt. */
  #names = 0;
  #nested = 0;
  #oddNumbers = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Walks over an object; `member` must walk over the value. */
  object(member: (name: string) => void): void {
    this.#skipSpace();
    this.#at += 1;
    while (this.next() !== OBJECT_END) {
      if (this.next() === COMMA) this.#at += 1;
      this.#skipSpace();
      const from = this.#at;
      this.#string();
      const name = JSON.parse(this.#text.slice(from, this.#at)) as string;
      this.#skipSpace();
      this.#at += 1;
      member(name);
    }
    this.#at += 1;
  }

  elements(values: readonly unknown[]): readonly SourceElement[] {
    this.#skipSpace();
    this.#at += 1;
    const elements: SourceElement[] = [];
    while (this.next() !== LIST_END) {
      if (this.next() === COMMA) this.#at += 1;
      const text = this.value();
      const value = values[elements.length];
      const flat = this.#nested === 1 && this.#oddNumbers === 0 && text.charCodeAt(0) === OBJECT;
      const plain = flat && Object.keys(Object(value)).length === this.#names;
      elements.push({ value, text, plain });
    }
    this.#at += 1;
    return elements;
  }

  elementSpans(): readonly ElementSpan[] {
    this.#skipSpace();
    this.#at += 1;
    const spans: ElementSpan[] = [];
    while (this.next() !== LIST_END) {
      if (this.next() === COMMA) this.#at += 1;
      const { length } = this.value();
      const from = this.#at - length;
      // Of a word that is no JSON, such as NaN, the rest.
      while (this.#at < this.#text.length && !/[,\]\s]/.test(this.#text.charAt(this.#at))) {
        this.#at += 1;
      }
      spans.push([from, this.#at]);
    }
    this.#at += 1;
    return spans;
  }

  /** Walks over any value, however deep, and gives its text. */
  value(): string {
    this.#skipSpace();
    const text = this.#text;
    const from = this.#at;
    this.#names = 0;
    this.#nested = 0;
    this.#oddNumbers = 0;
    let depth = 0;
    do {
      const code = text.charCodeAt(this.#at);
      if (code === QUOTE) this.#string();
      else if (code === 0x2d || (code >= 0x30 && code <= 0x39)) this.#number();
      else {
        this.#at += 1;
        if (code === COLON) this.#names += 1;
        else if (code === OBJECT || code === LIST) {
          depth += 1;
          this.#nested += 1;
        } else if (code === OBJECT_END || code === LIST_END) depth -= 1;
        else if (depth === 0) this.#word();
      }
    } while (depth > 0);
    return text.slice(from, this.#at);
  }

  #string(): void {
    const text = this.#text;
    this.#at += 1;
    for (;;) {
      const end = text.indexOf('"', this.#at);
      let before = end - 1;
      while (text.charCodeAt(before) === BACKSLASH && before >= this.#at) before -= 1;
      this.#at = end + 1;
      if ((end - before) % 2 === 1) return;
    }
  }

  #number(): void {
    const text = this.#text;
    const from = this.#at;
    let code = text.charCodeAt(this.#at);
    while (code >= 0x30 && code <= 0x39) {
      this.#at += 1;
      code = text.charCodeAt(this.#at);
    }
    // A sign, a point, an exponent, or simply long.
    const isOdd = code === 0x2e || code === 0x45 || code === 0x65 || this.#at === from;
    if (isOdd || this.#at - from > SAFE_DIGITS) this.#oddNumbers += 1;
    while (isNumberPart(code)) {
      this.#at += 1;
      code = text.charCodeAt(this.#at);
    }
  }

  /** The rest of `true`, `false` or `null`. */
  #word(): void {
    let code = this.#text.charCodeAt(this.#at);
    while (code >= 0x61 && code <= 0x7a) {
      this.#at += 1;
      code = this.#text.charCodeAt(this.#at);
    }
  }

  /** The code unit that is next, white space aside. */
  next(): number {
    this.#skipSpace();
    return this.#text.charCodeAt(this.#at);
  }

  #skipSpace(): void {
    let code = this.#text.charCodeAt(this.#at);
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) {
      this.#at += 1;
      code = this.#text.charCodeAt(this.#at);
    }
  }
}

function isNumberPart(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || [0x2b, 0x2d, 0x2e, 0x45, 0x65].includes(code);
}
