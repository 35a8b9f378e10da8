import type { WriteStream } from 'node:tty';

/** One line of the result, on standard output: what a pipe or a file gets. */
export function out(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** One line about what is going on, on standard error. */
export function note(line = ''): void {
  process.stderr.write(`${line}\n`);
}

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

export type Paint = Readonly<Record<keyof typeof CODES, (text: string) => string>>;

/** Colours for a stream: none when nobody looks at it, or NO_COLOR is set (https://no-color.org). */
export function paintFor(stream: Pick<WriteStream, 'isTTY'>): Paint {
  const coloured = stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
  const paint = (code: number) => (text: string) =>
    coloured ? `\u001b[${code}m${text}\u001b[0m` : text;
  return Object.fromEntries(
    Object.entries(CODES).map(([name, code]) => [name, paint(code)]),
  ) as Paint;
}
