import type { WriteStream } from 'node:tty';

/** Why nothing more can be written to standard output: `EPIPE`, `ENOSPC`, …; `null` while it can. */
let outputLost: string | null = null;

/** Whether anybody still takes what is written: long results end when `| head` has seen enough. */
export function isOutputOpen(): boolean {
  return outputLost === null;
}

/** Ends well when a reader has seen enough, and with an error when what was asked for could not be written. */
export function watchOutput(): void {
  process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (outputLost !== null) return;
    outputLost = code ?? message;
    if (outputLost === 'EPIPE') return;
    note(
      `${paintFor(process.stderr).red('error:')} The output could not be written: ${outputLost}.`,
    );
    note('What was done is done. Free some space, or write the output elsewhere, and ask again.');
    // Whatever the command itself came to.
    process.on('exit', () => {
      process.exitCode = 1;
    });
  });
  // Who can't be told of an error has no use for another one.
  process.stderr.on('error', () => {});
}

/** One line of the result, on standard output: what a pipe or a file gets. */
export function out(line = ''): void {
  if (isOutputOpen()) process.stdout.write(`${line}\n`);
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
