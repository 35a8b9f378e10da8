/*
 * What was to be reached, beside what was: benchmarks print such lines, and RESULTS.md begins with all of them. Whether an
 * aim is met is computed from what was measured.
 */

const MARK = 'aim: ';

export interface Aim {
  readonly what: string;
  readonly limit: string;
  readonly measured: string;
  readonly isMet: boolean;
}

function say(aim: Aim): void {
  process.stdout.write(`${MARK}${JSON.stringify(aim)}\n`);
}

const shown = (value: number, unit: string) =>
  `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ${unit}`;

export const atMost = (what: string, measured: number, limit: number, unit: string): void =>
  say({
    what,
    limit: `at most ${limit} ${unit}`,
    measured: shown(measured, unit),
    isMet: measured <= limit,
  });

export const atLeast = (what: string, measured: number, limit: number, unit: string): void =>
  say({
    what,
    limit: `at least ${limit} ${unit}`,
    measured: shown(measured, unit),
    isMet: measured >= limit,
  });

/** The aims in what a benchmark printed, and the rest of it. */
export function aimsIn(printed: string): { readonly aims: readonly Aim[]; readonly rest: string } {
  const lines = printed.split('\n');
  const isAim = (line: string) => line.startsWith(MARK);
  return {
    aims: lines.filter(isAim).map((line) => JSON.parse(line.slice(MARK.length))),
    rest: lines.filter((line) => !isAim(line)).join('\n'),
  };
}
