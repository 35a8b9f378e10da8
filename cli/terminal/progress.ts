import { SingleBar } from 'cli-progress';
import { systemClock } from '../../shared/clock.ts';
import type { Reached } from '../../shared/run/lake-run.ts';
import { note } from './terminal.ts';
import { instant } from './wording.ts';

const LINE_EVERY_MS = 5_000;
/** A shorter wait looks like a slow answer. */
const TOLD_FROM_MS = 2_000;

/** How far a long piece of work is: a bar where a person looks at it, a line now and then elsewhere. */
export interface Progress {
  at(done: number, total: number, label: string): void;
  /** What is waited for, until the next is reached. */
  waits(words: string): void;
  /** A line of its own, above the bar. */
  say(line: string): void;
  end(): void;
}

/** Where nobody looks. */
export const noProgress: Progress = {
  at: () => {},
  waits: () => {},
  say: () => {},
  end: () => {},
};

export function startProgress(): Progress {
  return process.stderr.isTTY ? bar() : lines();
}

function bar(): Progress {
  const shown = new SingleBar({
    format: '  {bar} {percentage} %  {label}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    hideCursor: true,
    clearOnComplete: true,
    // Ctrl-C is for the command to handle.
    gracefulExit: false,
    stream: process.stderr,
  });
  const hide = () => {
    if (shown.isActive) shown.stop();
  };
  return {
    at: (done, total, label) => {
      if (shown.isActive) {
        shown.setTotal(total);
        shown.update(done, { label });
      } else shown.start(total, done, { label });
    },
    waits: (label) => {
      if (shown.isActive) shown.update({ label });
      else shown.start(1, 0, { label });
    },
    say: (line) => {
      hide();
      note(line);
    },
    end: hide,
  };
}

function lines(): Progress {
  let nextMs = systemClock.now() + LINE_EVERY_MS;
  const nowAndThen = (line: string) => {
    if (systemClock.now() < nextMs) return;
    nextMs = systemClock.now() + LINE_EVERY_MS;
    note(`  ${line}`);
  };
  return {
    at: (done, total, label) => nowAndThen(`${Math.floor((100 * done) / total)} %  ${label}`),
    // A pause of a minute is to be told when it begins.
    waits: (words) => note(`  ${words}`),
    say: note,
    end: () => {},
  };
}

/** Says how long a request waits for the account's budget, so that nobody thinks it hangs. */
export function waitProgress(progress: Progress, requestsPerMinute: number) {
  return (untilMs: number) => {
    const waitMs = untilMs - systemClock.now();
    if (waitMs < TOLD_FROM_MS) return;
    const seconds = Math.ceil(waitMs / 1_000);
    progress.waits(`waiting ${seconds} s: ${requestsPerMinute} requests a minute are allowed`);
  };
}

/** Shows how far a cursor is between where it was, which is shown at once, and where it can go, epoch milliseconds. */
export function cursorProgress(progress: Progress, fromMs: number, words: string) {
  progress.at(0, 1, `${words} up to ${instant(fromMs)}`);
  return ({ atMs, untilMs }: Reached) => {
    const total = Math.max(1, untilMs - fromMs);
    const done = Math.min(total, Math.max(0, atMs - fromMs));
    progress.at(done, total, `${words} up to ${instant(atMs)}`);
  };
}
