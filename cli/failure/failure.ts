import { CommanderError } from 'commander';
import { ActivityLakeError, SettingsError } from '../../shared/errors.ts';
import { note, paintFor } from '../terminal/terminal.ts';
import { asTyped } from '../terminal/typed-command.ts';
import { explainedByAws } from './aws-failure.ts';

/** What the exit code tells a script. */
export const exitCodes = { done: 0, failed: 1, usage: 2 } as const;

/** Says what went wrong and what to do, without a stack trace. */
function printFailure(error: unknown): void {
  const { red } = paintFor(process.stderr);
  const { message, nextAction } = explained(error);
  note(`${red('error:')} ${asTyped(message)}`);
  note(asTyped(nextAction));
}

/** Prints what ended the command, unless Commander did. @returns its exit code */
export function reportFailure(error: unknown): number {
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  }
  printFailure(error);
  return error instanceof SettingsError ? exitCodes.usage : exitCodes.failed;
}

/** In the words of Node.js, of the system and of the embedded S3, which names the code alone. */
const NO_SPACE = /\b(ENOSPC|EDQUOT|EFBIG)\b|no space left on device|quota exceeded|file too large/i;

function explained(error: unknown): { message: string; nextAction: string } {
  if (error instanceof ActivityLakeError) return error;
  const { name, message, code, path, $metadata, cause } = Object(error) as {
    [field: string]: unknown;
  };
  const byAws = explainedByAws(error);
  if (byAws !== undefined) return byAws;
  const reason = firstLine(message) || firstLine(Object(cause).message) || String(name ?? error);
  if (NO_SPACE.test(`${code} ${reason}`)) {
    return {
      message: `There is no room for the data: ${reason}`,
      nextAction:
        'Free disk space, or raise the quota or the limit on the size of files; then run the command again, it goes on where it was.',
    };
  }
  if ($metadata !== undefined) {
    return {
      message: `The local storage did not do what was asked: ${String(name)}: ${reason}`,
      nextAction:
        'Nothing is lost. Try again; if it stays, make sure that no other program changes the data folder.',
    };
  }
  if (typeof code === 'string' && typeof path === 'string') {
    return {
      message: `${path} can't be used: ${reason}`,
      nextAction: 'Check that the path is right and that you may read and write there.',
    };
  }
  return {
    message: `Something unexpected happened: ${reason}`,
    nextAction: 'Nothing is lost: run the command again, it goes on where it was.',
  };
}

function firstLine(text: unknown): string {
  return typeof text === 'string' ? (text.split('\n', 1)[0] ?? '') : '';
}
