/**
 * The latest event of each agent's second. Sources list the seconds of an agent in order, the oldest or the newest
 * first: then it is the agent's last one, or there is none. From the first that is out of order on, all are looked
 * up in a hash table.
 */
export class AgentSeconds {
  readonly #agent: Int32Array;
  readonly #ms: Float64Array;
  /** By agent. */
  readonly #last: number[] = [];
  #length = 0;
  /** 1 while the seconds of each agent ascend, -1 while they descend, 0 while no agent has two. */
  #direction = 0;
  /** Events, counted from 1; as long as two of each. */
  #table: Int32Array | null = null;

  /** @param agent and `ms`: of the events, by row, filled before a row is added */
  constructor(agent: Int32Array, ms: Float64Array) {
    this.#agent = agent;
    this.#ms = ms;
  }

  /** The row of the event that was added last of this second; -1 when none was. */
  latest(agent: number, ms: number): number {
    const last = this.#last[agent];
    if (last === undefined) return -1;
    const lastMs = this.#ms[last] as number;
    if (lastMs === ms) return last;
    if (this.#table === null) {
      const direction = ms > lastMs ? 1 : -1;
      if (this.#direction === 0) this.#direction = direction;
      if (this.#direction === direction) return -1;
      this.#table = this.#tableOfAll();
    }
    return (this.#table[this.#slotOf(this.#table, agent, ms)] as number) - 1;
  }

  /** Rows in their order. */
  add(row: number): void {
    this.#last[this.#agent[row] as number] = row;
    this.#length = row + 1;
    if (this.#table !== null) this.#put(this.#table, row);
  }

  #tableOfAll(): Int32Array {
    const table = new Int32Array(2 ** Math.ceil(Math.log2(this.#agent.length * 2 + 2)));
    for (let row = 0; row < this.#length; row += 1) this.#put(table, row);
    return table;
  }

  #put(table: Int32Array, row: number): void {
    table[this.#slotOf(table, this.#agent[row] as number, this.#ms[row] as number)] = row + 1;
  }

  /** Where an agent's second is, or belongs. */
  #slotOf(table: Int32Array, agent: number, ms: number): number {
    const mask = table.length - 1;
    let hash = Math.imul(agent, 0x9e3779b1) ^ Math.imul(ms / 1_000, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35);
    let slot = (hash ^ (hash >>> 16)) & mask;
    for (;;) {
      const row = (table[slot] as number) - 1;
      if (row < 0 || (this.#agent[row] === agent && this.#ms[row] === ms)) return slot;
      slot = (slot + 1) & mask;
    }
  }
}
