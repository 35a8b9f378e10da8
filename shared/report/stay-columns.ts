/** A stay of the timeline. */
export interface PackedStay {
  /** Position of the agent among those of the report. */
  readonly agent: number;
  /** Position of the status among those of the report. */
  readonly status: number;
  /** Seconds since the day began. */
  readonly start: number;
  readonly seconds: number;
  readonly end: StayEnd;
  /** Seconds by which the stay began before the day, in which case `start` is 0. */
  readonly before: number;
}

/** As `end_reason` has it. Their order is that of their codes. */
export const STAY_ENDS = ['change', 'day', 'limit', 'open'] as const;
type StayEnd = (typeof STAY_ENDS)[number];

/** Columns of small numbers in base64: seven letters a stay, usually. */
export interface StayColumns {
  /** How many stays each agent has. */
  readonly counts: string;
  /** Of each stay the status, four times, and the code of its end. */
  readonly states: string;
  /** Seconds since the agent's stay before it began, or the day. */
  readonly starts: string;
  readonly seconds: string;
  /** Of those alone that start with the day. */
  readonly befores: string;
}

/** @param stays those of an agent together, agents in their order, each agent's by their start */
export function packStays(stays: readonly PackedStay[]): StayColumns {
  const counts: number[] = [];
  for (const { agent } of stays) {
    while (counts.length <= agent) counts.push(0);
    counts[agent] = (counts[agent] ?? 0) + 1;
  }
  const starts = stays.map(({ agent, start }, index) => {
    const last = stays[index - 1];
    return start - (last?.agent === agent ? last.start : 0);
  });
  return {
    counts: packed(counts),
    states: packed(
      stays.map(({ status, end }) => status * STAY_ENDS.length + STAY_ENDS.indexOf(end)),
    ),
    starts: packed(starts),
    seconds: packed(stays.map(({ seconds }) => seconds)),
    befores: packed(stays.filter(({ start }) => start === 0).map(({ before }) => before)),
  };
}

export function unpackStays(columns: StayColumns): readonly PackedStay[] {
  const [states, starts] = [unpacked(columns.states), unpacked(columns.starts)];
  const [lengths, befores] = [unpacked(columns.seconds), unpacked(columns.befores)];
  const stays: PackedStay[] = [];
  let carried = 0;
  for (const [agent, count] of unpacked(columns.counts).entries()) {
    let start = 0;
    for (let left = count; left > 0; left -= 1) {
      const state = states[stays.length] ?? 0;
      start += starts[stays.length] ?? 0;
      stays.push({
        ...{ agent, start, seconds: lengths[stays.length] ?? 0 },
        status: Math.floor(state / STAY_ENDS.length),
        end: STAY_ENDS[state % STAY_ENDS.length] ?? 'change',
        before: start === 0 ? (befores[carried++] ?? 0) : 0,
      });
    }
  }
  return stays;
}

/** Whole numbers without a sign, seven bits a byte, the lowest first; the highest bit: more follow. */
function packed(numbers: readonly number[]): string {
  let bytes = '';
  for (const number of numbers) {
    if (number < 0 || !Number.isInteger(number)) throw new RangeError(`${number} can't be packed`);
    let rest = number;
    for (; rest > 127; rest = Math.floor(rest / 128)) {
      bytes += String.fromCharCode((rest % 128) + 128);
    }
    bytes += String.fromCharCode(rest);
  }
  return btoa(bytes);
}

function unpacked(base64: string): number[] {
  const bytes = atob(base64);
  const numbers: number[] = [];
  let [number, unit] = [0, 1];
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes.charCodeAt(at);
    number += (byte % 128) * unit;
    unit *= 128;
    if (byte < 128) {
      numbers.push(number);
      [number, unit] = [0, 1];
    }
  }
  return numbers;
}
