import type { TextColumn } from './event-columns.ts';
import { textIn } from './raw-codes.ts';
import { elementOf, type SourceElement } from './source-text.ts';

/** The updates of an answer as columns, as `scanBody` found them in its bytes. */
export interface ScannedUpdates {
  readonly length: number;
  /** The body, and where in it the text of each update begins and ends. */
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** Its code is -1 for an update that has no row here: it is to be read by itself. */
  readonly agent: TextColumn;
  readonly activity: TextColumn;
  readonly reason: TextColumn;
  readonly extra: TextColumn;
  /** How many fields an extra has, by its code. */
  readonly unknownFields: readonly number[];
  /** Epoch milliseconds, those of local time as if it were UTC. */
  readonly times: Float64Array;
  /** 1 where the time has an offset of its own. */
  readonly zoned: Uint8Array;
}

/** An update as the plain path takes it. */
export function elementAt({ bytes, starts, ends }: ScannedUpdates, i: number): SourceElement {
  return elementOf(textIn(bytes, starts[i] as number, ends[i] as number));
}

const FIRST_ROOM = 256;
/** An update of three short fields has as many bytes. */
const SHORTEST = 60;

/** The same while they are found. */
export class UpdateColumns {
  length = 0;
  readonly #bytes: Uint8Array;
  #starts = new Uint32Array(FIRST_ROOM);
  #ends = new Uint32Array(FIRST_ROOM);
  #agent = new Int32Array(FIRST_ROOM);
  #activity = new Int32Array(FIRST_ROOM);
  #reason = new Int32Array(FIRST_ROOM);
  #extra = new Int32Array(FIRST_ROOM);
  #times = new Float64Array(FIRST_ROOM);
  #zoned = new Uint8Array(FIRST_ROOM);

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** What the update says of which the text is added next. */
  set(
    agent: number,
    activity: number,
    reason: number,
    extra: number,
    ms: number,
    zoned: boolean,
  ): void {
    const row = this.length;
    if (row === this.#starts.length) this.#makeRoom();
    this.#agent[row] = agent;
    this.#activity[row] = activity;
    this.#reason[row] = reason;
    this.#extra[row] = extra;
    this.#times[row] = ms;
    this.#zoned[row] = zoned ? 1 : 0;
  }

  add(start: number, end: number): void {
    this.#starts[this.length] = start;
    this.#ends[this.length] = end;
    this.length += 1;
  }

  /** @param of each column the values, by code */
  columns(values: {
    readonly agents: readonly string[];
    readonly activities: readonly string[];
    readonly reasons: readonly string[];
    readonly extras: readonly string[];
    readonly unknownFields: readonly number[];
  }): ScannedUpdates {
    return {
      length: this.length,
      bytes: this.#bytes,
      starts: this.#starts,
      ends: this.#ends,
      agent: { values: values.agents, codes: this.#agent },
      activity: { values: values.activities, codes: this.#activity },
      reason: { values: values.reasons, codes: this.#reason },
      extra: { values: values.extras, codes: this.#extra },
      unknownFields: values.unknownFields,
      times: this.#times,
      zoned: this.#zoned,
    };
  }

  /** For as many as the rest of the body has, if they are as long as those before. */
  #makeRoom(): void {
    const { length } = this;
    const guess = (length / (this.#ends[length - 1] as number)) * this.#bytes.length * 1.02;
    const room = Math.ceil(Math.max(length * 2, Math.min(guess, this.#bytes.length / SHORTEST)));
    this.#starts = copied(this.#starts, new Uint32Array(room));
    this.#ends = copied(this.#ends, new Uint32Array(room));
    this.#agent = copied(this.#agent, new Int32Array(room));
    this.#activity = copied(this.#activity, new Int32Array(room));
    this.#reason = copied(this.#reason, new Int32Array(room));
    this.#extra = copied(this.#extra, new Int32Array(room));
    this.#times = copied(this.#times, new Float64Array(room));
    this.#zoned = copied(this.#zoned, new Uint8Array(room));
  }
}

function copied<T extends { set(from: T): void }>(from: T, into: T): T {
  into.set(from);
  return into;
}
