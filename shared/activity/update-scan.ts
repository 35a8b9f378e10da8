import { writtenTime } from './event-time.ts';
import { COLON, COMMA, type JsonBytes, LIST_END, OBJECT, OBJECT_END, QUOTE } from './json-bytes.ts';
import { isSame, NOT_MET, RawCodes, textIn } from './raw-codes.ts';
import { type ScannedUpdates, UpdateColumns } from './scanned-updates.ts';
import { TimeBytes } from './time-bytes.ts';

/** Of a letter of ASCII: set in lower case, not in upper. */
const LOWER = 0x20;
const [AGENT, TIME, ACTIVITY, REASON, OTHER] = [0, 1, 2, 3, 4];
const NAMES = ['agentid', 'eventtime', 'activity', 'reasoncode'].map((name) => Buffer.from(name));
/** The second letter of each. */
const [G, V, C] = [0x67, 0x76, 0x63];
const NINE = 0x39;
const MOST_FIELDS = 32;

/**
 * Reads a list of updates in bytes. Its methods take where something begins, and return where it ends; -1 when it is
 * something else.
 */
export class UpdateScan {
  readonly #json: JsonBytes;
  readonly #view: DataView;
  readonly #columns: UpdateColumns;
  readonly #time: TimeBytes;
  /** By field; that of times stays empty. */
  readonly #codes: readonly RawCodes[];
  /** How many fields the text of several has, by its code. */
  readonly #othersIn: number[] = [];
  /** Of the update that is read: by field, -1 for null. */
  readonly #code = new Int32Array(NAMES.length);
  /** Its fields that are not known: how many, and where their text begins and ends. */
  #others = 0;
  #othersFrom = 0;
  #othersTo = 0;
  /** Of the last one that was read: its fields in their order, where each name begins, and each value. */
  #fields = 0;
  readonly #fieldAt = new Int32Array(MOST_FIELDS);
  readonly #nameAt = new Int32Array(MOST_FIELDS);
  readonly #valueAt = new Int32Array(MOST_FIELDS);

  constructor(json: JsonBytes) {
    const { bytes } = json;
    this.#json = json;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#columns = new UpdateColumns(bytes);
    this.#time = new TimeBytes(bytes);
    this.#codes = [...NAMES, OTHER].map(() => new RawCodes(bytes));
  }

  /** What `list` read. */
  updates(): ScannedUpdates {
    const valuesOf = (field: number) => (this.#codes[field] as RawCodes).values;
    return this.#columns.columns({
      agents: valuesOf(AGENT),
      activities: valuesOf(ACTIVITY),
      reasons: valuesOf(REASON),
      extras: valuesOf(OTHER).map((members) => `{${members}}`),
      unknownFields: this.#othersIn,
    });
  }

  list(from: number): number {
    const json = this.#json;
    const { bytes } = json;
    let at = json.afterSpace(from + 1);
    if (bytes[at] === LIST_END) return at + 1;
    for (;;) {
      const start = at;
      let end = this.#likeTheLast(start);
      if (end < 0) end = this.#usual(start);
      if (end < 0) end = this.#unread(start);
      if (end < 0) return -1;
      this.#columns.add(start, end);
      at = json.afterSpace(end);
      if (bytes[at] === LIST_END) return at + 1;
      if (bytes[at] !== COMMA) return -1;
      at = json.afterSpace(at + 1);
    }
  }

  /**
   * An update that is laid out as the last one: between its values stand the same bytes. Nearly all are,
   * and to compare bytes is faster than to understand them.
   */
  #likeTheLast(from: number): number {
    const view = this.#view;
    const fields = this.#fields;
    if (fields === 0) return -1;
    this.#begin();
    let at = from;
    for (let i = 0; i < fields; i += 1) {
      const nameAt = this.#nameAt[i] as number;
      const length = (this.#valueAt[i] as number) - nameAt;
      if (at + length >= view.byteLength || !isSame(view, nameAt, at, length)) return -1;
      const field = this.#fieldAt[i] as number;
      const end = this.#value(field, at + length);
      if (end < 0 || (field === OTHER && !this.#addOther(at + 1, end))) return -1;
      at = end;
    }
    return this.#end(at);
  }

  #begin(): void {
    this.#code.fill(-1);
    this.#others = 0;
  }

  /** An update that has known fields, each once, and others. */
  #usual(from: number): number {
    const json = this.#json;
    const { bytes } = json;
    this.#fields = 0;
    if (bytes[from] !== OBJECT) return -1;
    this.#begin();
    let seen = 0;
    let fields = 0;
    let at = from;
    do {
      const nameAt = at;
      at = json.afterSpace(at + 1);
      const field = this.#field(at);
      const nameEnd =
        field === OTHER ? this.#otherName(at) : at + (NAMES[field] as Uint8Array).length + 2;
      if (nameEnd < 0 || fields === MOST_FIELDS) return -1;
      if (field !== OTHER && (seen & (1 << field)) !== 0) return -1;
      seen |= 1 << field;
      at = json.afterSpace(nameEnd);
      if (bytes[at] !== COLON) return -1;
      at = json.afterSpace(at + 1);
      if (field === OTHER && at !== nameEnd + 1) return -1;
      this.#fieldAt[fields] = field;
      this.#nameAt[fields] = nameAt;
      this.#valueAt[fields] = at;
      fields += 1;
      const end = this.#value(field, at);
      if (end < 0 || (field === OTHER && !this.#addOther(nameAt + 1, end))) return -1;
      at = json.afterSpace(end);
    } while (bytes[at] === COMMA);
    const end = (seen & (1 << TIME)) === 0 ? -1 : this.#end(at);
    if (end >= 0) this.#fields = fields;
    return end;
  }

  #end(from: number): number {
    const at = this.#json.afterSpace(from);
    const agent = this.#code[AGENT] as number;
    const activity = this.#code[ACTIVITY] as number;
    if (this.#json.bytes[at] !== OBJECT_END || agent < 0 || activity < 0) return -1;
    const { ms, zoned } = this.#time;
    const reason = this.#code[REASON] as number;
    this.#columns.set(agent, activity, reason, this.#othersCode(), ms, zoned);
    return at + 1;
  }

  #othersCode(): number {
    if (this.#others === 0) return -1;
    const code = (this.#codes[OTHER] as RawCodes).codeOf(this.#othersFrom, this.#othersTo);
    this.#othersIn[code] = this.#others;
    return code;
  }

  /** Where the name of another field ends; -1 for one that an object of JavaScript moves to its begin. */
  #otherName(from: number): number {
    const json = this.#json;
    return (json.bytes[from + 1] as number) <= NINE ? -1 : json.scalar(from);
  }

  /** Of those side by side, without space between, the text is what `parse.ts` would make of them. */
  #addOther(from: number, to: number): boolean {
    if (this.#json.bytes[from] !== QUOTE) return false;
    if (this.#others === 0) this.#othersFrom = from;
    else if (from !== this.#othersTo + 1) return false;
    this.#othersTo = to;
    this.#others += 1;
    return true;
  }

  /** An update that is left to the plain path, or anything else that is JSON. */
  #unread(from: number): number {
    const end = this.#json.endOf(from);
    try {
      JSON.parse(textIn(this.#json.bytes, from, end));
    } catch {
      return -1;
    }
    this.#columns.set(-1, -1, -1, -1, 0, false);
    return end;
  }

  /** Which field a name is of, in whatever casing. */
  #field(at: number): number {
    const { bytes } = this.#json;
    const second = (bytes[at + 2] as number) | LOWER;
    const field = second === G ? AGENT : second === V ? TIME : second === C ? ACTIVITY : REASON;
    const name = NAMES[field] as Uint8Array;
    if (bytes[at] !== QUOTE || bytes[at + 1 + name.length] !== QUOTE) return OTHER;
    for (let i = 0; i < name.length; i += 1) {
      if (((bytes[at + 1 + i] as number) | LOWER) !== name[i]) return OTHER;
    }
    return field;
  }

  #value(field: number, from: number): number {
    if (field === TIME) return this.#timeAt(from);
    const json = this.#json;
    if (field === OTHER) return json.isNull(from) ? from + 4 : json.scalar(from);
    const codes = this.#codes[field] as RawCodes;
    if (json.bytes[from] === QUOTE) {
      const code = codes.codeOfMet(from + 1);
      if (code !== NOT_MET) {
        this.#code[field] = code;
        return from + codes.metLength + 2;
      }
    }
    const end = json.scalar(from);
    if (end >= 0) this.#code[field] = codes.codeOf(json.from, json.to);
    else if (field === REASON && json.isNull(from)) return from + 4;
    return end;
  }

  #timeAt(from: number): number {
    const json = this.#json;
    const time = this.#time;
    if (json.bytes[from] !== QUOTE) return -1;
    const quote = time.read(from + 1);
    if (quote >= 0) return quote + 1;
    const end = json.scalar(from);
    if (end < 0) return -1;
    const written = writtenTime(textIn(json.bytes, json.from, json.to).trim());
    if (typeof written === 'string') return -1;
    time.zoned = written.offsetMs !== null;
    time.ms = written.localMs - (written.offsetMs ?? 0);
    return end;
  }
}
