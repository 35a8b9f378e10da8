import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { TextDecoder } from 'node:util';

/** What is not in the bytes of a response, but needed to read them. */
export interface ResponseFacts {
  readonly status: number;
  /** As `Content-Type` declares it; `null` when it declares none. */
  readonly charset: string | null;
}

/** A body as JSON text, with a mark in the place of what can't be read. */
interface AnswerText {
  readonly text: string;
  readonly marks: Marks;
  /** Where the first byte is that can't be read, counted from 0; `null` when all can. */
  readonly badAt: number | null;
}

/** Of so many damaged places it is another charset, or no text at all. */
const MOST_MARKS = 10_000;
/** Any bytes are text in these, so that what they declare proves little. */
const OF_SINGLE_BYTES = /^(windows-|iso-8859|koi8|ibm866|macintosh|x-mac)/;
const STRING_OR_NO_VALUE = /"[^"\\]*(?:\\.[^"\\]*)*"|[-+]?\b(?:NaN|Infinity|undefined)\b/gs;

/**
 * Stand in the text for what can't be read. Made from the hash of the bytes: nothing else looks like
 * them, and the same bytes give the same text.
 */
export class Marks {
  readonly #body: Uint8Array;
  #name: string | undefined;

  constructor(body: Uint8Array) {
    this.#body = body;
  }

  /** Hashed when it is first needed, which it rarely is. */
  get #start(): string {
    this.#name ??= createHash('sha256').update(this.#body).digest('hex').slice(0, 24);
    return `⟦${this.#name} `;
  }

  ofByte(byte: number): string {
    return `${this.#start}x${byte.toString(16)}⟧`;
  }

  /** A JSON string. */
  ofWord(word: string): string {
    return `"${this.#start}${word}⟧"`;
  }

  areIn(text: string): boolean {
    return text.includes(this.#start);
  }

  countIn(text: string): number {
    return text.split(this.#start).length - 1;
  }

  /** The text with what was sent in the place of its marks: a byte as `\xe9`, a word as itself. */
  undone(text: string): string {
    return text
      .replace(new RegExp(`${this.#start}(x[0-9a-f]{2})⟧`, 'g'), '\\$1')
      .replace(new RegExp(`"${this.#start}([^⟧]*)⟧"`, 'g'), '$1');
  }
}

/**
 * Decodes a body by its byte order mark, else as the charset that it declares, else as UTF-8. What is
 * UTF-8 stays so under a declared charset of single bytes, which servers declare unasked.
 *
 * @returns `null` when it is no text of its charset
 */
export function decodeAnswer(body: Uint8Array, charset: string | null): AnswerText | null {
  const marks = new Marks(body);
  const decoder = decoderOf(body, charset);
  if (decoder !== null) {
    try {
      return { text: decoder.decode(body), marks, badAt: null };
    } catch {
      return null;
    }
  }
  return isUtf8(body)
    ? { text: new TextDecoder().decode(body), marks, badAt: null }
    : withBadBytesMarked(body, marks);
}

/** Whether `decodeAnswer` takes it for UTF-8 and finds nothing wrong in it. */
export function isUtf8Answer(body: Uint8Array, charset: string | null): boolean {
  return decoderOf(body, charset) === null && isUtf8(body);
}

/** The same with a mark, as a string, in the place of each word that is no value in JSON: `NaN`. */
export function markNoValues({ text, marks, badAt }: AnswerText): AnswerText {
  const marked = text.replace(STRING_OR_NO_VALUE, (token) =>
    token.startsWith('"') ? token : marks.ofWord(token),
  );
  return { text: marked, marks, badAt };
}

/** `null` for UTF-8. */
export function decoderOf(body: Uint8Array, charset: string | null): TextDecoder | null {
  const [first, second] = body;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le', { fatal: true });
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be', { fatal: true });
  if (charset === null) return null;
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(charset, { fatal: true });
  } catch {
    return null; // There is no such charset.
  }
  const { encoding } = decoder;
  const isReallyUtf8 = OF_SINGLE_BYTES.test(encoding) && isUtf8(body);
  return encoding === 'utf-8' || isReallyUtf8 ? null : decoder;
}

function withBadBytesMarked(body: Uint8Array, marks: Marks): AnswerText | null {
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let badAt: number | null = null;
  let from = 0;
  for (let at = 0; at < body.length; ) {
    const length = lengthOfCharacter(body, at);
    if (length > 0) {
      at += length;
      continue;
    }
    badAt ??= at;
    if (parts.length >= 2 * MOST_MARKS) return null;
    parts.push(decoder.decode(body.subarray(from, at)), marks.ofByte(body[at] as number));
    at += 1;
    from = at;
  }
  parts.push(decoder.decode(body.subarray(from)));
  return { text: parts.join(''), marks, badAt };
}

/** In bytes; 0 when there is no UTF-8 character. */
function lengthOfCharacter(body: Uint8Array, at: number): number {
  const first = body[at] as number;
  if (first < 0x80) return 1;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  return at + length <= body.length && isUtf8(body.subarray(at, at + length)) ? length : 0;
}
