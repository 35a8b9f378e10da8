import { existsSync, readFileSync } from 'node:fs';

/** Times of one piece of work, milliseconds, in the order of its runs. */
export type Times = readonly number[];

const RUNS = 7;

export function median(values: Times): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

/** `12.3 ms (11.9 to 14.0)`: the median, the least and the most. */
export function spread(values: Times): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return `${median(values).toFixed(1)} ms (${least.toFixed(1)} to ${most.toFixed(1)})`;
}

/** Milliseconds, of which a difference is taken. */
export type Clock = () => number;

const wallMs: Clock = () => performance.now();

export const processorMs: Clock = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

/**
 * Times several pieces of work in turn, so that all see the same machine. The first run of each is to warm
 * up, and does not count.
 */
export async function inTurn(
  works: Readonly<Record<string, () => unknown>>,
  clock = wallMs,
): Promise<ReadonlyMap<string, Times>> {
  const times = new Map(Object.keys(works).map((name) => [name, [] as number[]]));
  for (let run = 0; run <= RUNS; run += 1) {
    for (const [name, work] of Object.entries(works)) {
      const began = clock();
      await work();
      if (run > 0) times.get(name)?.push(clock() - began);
    }
  }
  return times;
}

const STATUS = '/proc/self/status';

/** The most memory that this process held, bytes. */
export function peakBytes(): number {
  // On Linux `resourceUsage` counts what the parent held when it started this process, too.
  const status = existsSync(STATUS) ? readFileSync(STATUS, 'utf8') : '';
  const [, kilobytes = process.resourceUsage().maxRSS] = /VmHWM:\s+(\d+)/.exec(status) ?? [];
  return Number(kilobytes) * 1_024;
}
