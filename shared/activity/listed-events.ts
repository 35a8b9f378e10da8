import { AgentSeconds } from './agent-seconds.ts';
import type { EventColumns } from './event-columns.ts';
import { KnownTexts } from './known-texts.ts';
import type { ParseContext } from './parse.ts';
import type { ScannedUpdates } from './scanned-updates.ts';

/** Events in columns, as they come, each with its place among those of its agent's second. */
export class ListedEvents {
  /** Updates that said again what the one before them of that agent and second said. */
  repeated = 0;
  #length = 0;
  readonly #agents: Texts;
  readonly #activities: Texts;
  readonly #reasons: Texts;
  readonly #extras: Texts;
  readonly #agent: Int32Array;
  readonly #ms: Float64Array;
  readonly #activity: Int32Array;
  readonly #reason: Int32Array;
  readonly #extra: Int32Array;
  readonly #occurrence: Int32Array;
  readonly #seq: Int32Array;
  /** The row of the first event of the same second; of that one, how many there are. */
  readonly #first: Int32Array;
  readonly #changes: Int32Array;
  readonly #seconds: AgentSeconds;
  /** How often each change was listed, of seconds with several. */
  readonly #listed = new Map<string, number>();

  /** @param updates of which they are: no more than these can be added, by their codes or by texts */
  constructor({ length, agent, activity, reason, extra }: ScannedUpdates) {
    this.#agents = new Texts(agent.values);
    this.#activities = new Texts(activity.values);
    this.#reasons = new Texts(reason.values);
    this.#extras = new Texts(extra.values);
    this.#agent = new Int32Array(length);
    this.#ms = new Float64Array(length);
    this.#activity = new Int32Array(length);
    this.#reason = new Int32Array(length);
    this.#extra = new Int32Array(length);
    this.#occurrence = new Int32Array(length);
    this.#seq = new Int32Array(length);
    this.#first = new Int32Array(length);
    this.#changes = new Int32Array(length);
    this.#seconds = new AgentSeconds(this.#agent, this.#ms);
  }

  addTexts(event: {
    readonly agentId: string;
    readonly eventMs: number;
    readonly activity: string;
    readonly reasonCode: string | null;
    readonly extra: string | null;
  }): void {
    const agent = this.#agents.codeOf(event.agentId);
    const activity = this.#activities.codeOf(event.activity);
    const reason = this.#reasons.codeOf(event.reasonCode);
    this.add(agent, event.eventMs, activity, reason, this.#extras.codeOf(event.extra));
  }

  add(agent: number, ms: number, activity: number, reason: number, extra: number): void {
    const row = this.#length;
    const latest = this.#seconds.latest(agent, ms);
    if (latest >= 0 && this.#activity[latest] === activity && this.#reason[latest] === reason) {
      this.repeated += 1;
      return;
    }
    this.#agent[row] = agent;
    this.#ms[row] = ms;
    this.#activity[row] = activity;
    this.#reason[row] = reason;
    this.#extra[row] = extra;
    const seq = latest < 0 ? 0 : (this.#seq[latest] as number) + 1;
    const first = latest < 0 ? row : (this.#first[latest] as number);
    this.#seq[row] = seq;
    this.#first[row] = first;
    this.#changes[first] = seq + 1;
    this.#occurrence[row] = seq === 0 ? 1 : this.#occurrenceOf(row, first, seq);
    this.#seconds.add(row);
    this.#length = row + 1;
  }

  #occurrenceOf(row: number, first: number, seq: number): number {
    if (seq === 1) this.#listed.set(this.#changeAt(first, first), 1);
    const change = this.#changeAt(row, first);
    const occurrence = (this.#listed.get(change) ?? 0) + 1;
    this.#listed.set(change, occurrence);
    return occurrence;
  }

  #changeAt(row: number, first: number): string {
    return `${first} ${this.#activity[row]} ${this.#reason[row]}`;
  }

  columns({ pulledAtMs, sourceObject }: ParseContext): EventColumns {
    const length = this.#length;
    const changes = this.#changes;
    // In their order: what stands at a first one is read by those after it.
    for (let row = 0; row < length; row += 1) {
      changes[row] = changes[this.#first[row] as number] as number;
    }
    return {
      length,
      agent_id: { values: this.#agents.values, codes: this.#agent.subarray(0, length) },
      activity: { values: this.#activities.values, codes: this.#activity.subarray(0, length) },
      reason_code: { values: this.#reasons.values, codes: this.#reason.subarray(0, length) },
      event_time: this.#ms.subarray(0, length),
      ingested_at: new Float64Array(length).fill(pulledAtMs),
      occurrence: this.#occurrence.subarray(0, length),
      changes_in_second: changes.subarray(0, length),
      event_seq: this.#seq.subarray(0, length),
      source_object: { values: [sourceObject], codes: new Int32Array(length) },
      extra: { values: this.#extras.values, codes: this.#extra.subarray(0, length) },
    };
  }
}

/** Texts by the codes that the scan gave them, to which others can be added. */
class Texts {
  #values: readonly string[];
  #known: KnownTexts | null = null;

  constructor(values: readonly string[]) {
    this.#values = values;
  }

  get values(): readonly string[] {
    return this.#values;
  }

  codeOf(text: string | null): number {
    this.#known ??= new KnownTexts(this.#values);
    this.#values = this.#known.values;
    return this.#known.codeOf(text);
  }
}
