import { SingleBar } from 'cli-progress';
import { systemClock } from '../shared/clock.ts';
import type { Reached } from '../shared/lake-run.ts';
import { note } from './terminal.ts';
import { instant } from './wording.ts';

const LINE_EVERY_MS = 5_000;

/** How far a long piece of work is: a bar where a person looks at it, a line now and then elsewhere. */
export interface Progress {
  at(done: number, total: number, label: string): void;
  /** A line of its own, above the bar. */
  say(line: string): void;
  end(): void;
}

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
    say: (line) => {
      hide();
      note(line);
    },
    end: hide,
  };
}

function lines(): Progress {
  let nextMs = systemClock.now() + LINE_EVERY_MS;
  return {
    at: (done, total, label) => {
      if (systemClock.now() < nextMs) return;
      nextMs = systemClock.now() + LINE_EVERY_MS;
      note(`  ${Math.floor((100 * done) / total)} %  ${label}`);
    },
    say: note,
    end: () => {},
  };
}

/** Shows how far a cursor is between where it was and where it can go, epoch milliseconds. */
export function cursorProgress(progress: Progress, fromMs: number, words: string) {
  return ({ atMs, untilMs }: Reached) => {
    const total = Math.max(1, untilMs - fromMs);
    const done = Math.min(total, Math.max(0, atMs - fromMs));
    progress.at(done, total, `${words} up to ${instant(atMs)}`);
  };
}
