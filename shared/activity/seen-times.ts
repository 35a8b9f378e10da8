import { isInside } from './settled-time.ts';
import type { Span } from './spans.ts';

/** The time of a row as it was written, and what it was taken for, epoch milliseconds. */
export interface SeenTime {
  readonly text: string;
  /** The likeliest reading; `null` when there is no such date, or clocks skip it. */
  readonly ms: number | null;
  /** Whether it carries an offset of its own. */
  readonly zoned: boolean;
}

/** The times of an answer. Their texts matter only when something is wrong with them: all() makes these. */
export interface SeenTimes {
  readonly length: number;
  /** How many lie in what was asked for. */
  readonly inside: number;
  readonly all: () => readonly SeenTime[];
}

export function seenTimes(times: readonly SeenTime[], asked: Span): SeenTimes {
  const inside = times.filter(({ ms }) => ms !== null && isInside(ms, asked)).length;
  return { length: times.length, inside, all: () => times };
}
