import { systemClock } from '../../shared/clock.ts';
import { OutOfTimeError } from '../../shared/errors.ts';
import { note } from './terminal.ts';

/** One Ctrl-C arrives more than once: from the terminal, and passed on by npm and by tsx. */
const ONE_KEY_PRESS_MS = 500;

/**
 * Aborts on the first Ctrl-C (or SIGTERM); the second one ends the process at once, which loses
 * nothing either. The reason is an OutOfTimeError: a run it ends is `stopped`, not failed.
 */
export function untilInterrupted(): AbortSignal {
  const controller = new AbortController();
  let firstMs: number | undefined;
  const interrupt = (signal: NodeJS.Signals) => {
    if (firstMs === undefined) {
      firstMs = systemClock.now();
      if (signal === 'SIGINT') note('\nEnding safely. Ctrl-C again ends at once.');
      controller.abort(
        new OutOfTimeError(
          'The run was interrupted.',
          'Run the command again: it goes on from here.',
        ),
      );
    } else if (systemClock.now() - firstMs > ONE_KEY_PRESS_MS) {
      // With nobody listening the signal does what it always does.
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', interrupt);
      process.kill(process.pid, signal);
    }
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return controller.signal;
}
