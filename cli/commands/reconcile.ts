import type { Command } from 'commander';
import { DAY_MS } from '../../shared/activity/instant.ts';
import { systemClock } from '../../shared/clock.ts';
import { SettingsError } from '../../shared/errors.ts';
import { reconcile as reconcileDays } from '../../shared/jobs/reconcile.ts';
import { jobs } from '../../shared/jobs/scheduled.ts';
import { type OpenAccount, storedCheckpoint } from '../account/account.ts';
import { checkedDays, dayLines } from '../account/checked-days.ts';
import { addSourceOptions, inAccount, type SourceOptions } from '../account/source-account.ts';
import { type Outcome, untilDone } from '../account/until-done.ts';
import { exitCodeOf, exitCodes } from '../failure/failure.ts';
import { ASKING } from '../options/setting-options.ts';
import { untilInterrupted } from '../terminal/interruption.ts';
import { cursorProgress, startProgress, waitProgress } from '../terminal/progress.ts';
import { runLine } from '../terminal/run-table.ts';
import { note, out } from '../terminal/terminal.ts';
import { counted } from '../terminal/wording.ts';

export function addReconcile(program: Command): void {
  const command = program
    .command('reconcile')
    .description(
      'ask for the last whole days again, add what is missing, and say what is complete',
    );
  addSourceOptions(command, [
    ...ASKING,
    'reconcileDays',
    'keepRows',
    'maxWindow',
    'requestsPerMinute',
  ]).action(reconcile);
}

async function reconcile(options: SourceOptions): Promise<void> {
  await inAccount(options, reconcileAccount, { mayBegin: false });
}

async function reconcileAccount(account: OpenAccount): Promise<void> {
  if ((await storedCheckpoint(account)) === null) {
    throw new SettingsError(
      `Nothing of account ${account.settings.accountId} was pulled yet, so there is nothing to check.`,
      'Pull it first: `pull`.',
    );
  }
  const { end, counts, error } = await checkDays(account, untilInterrupted());
  for (const line of dayLines(await checkedDays(account))) out(line);
  if (end === 'failed') {
    process.exitCode = exitCodeOf(error);
  } else if (end === 'interrupted') {
    note('Interrupted before the end: run it again.');
    process.exitCode = exitCodes.failed;
  } else {
    const { new: added, withdrawn, returned } = counts;
    note(
      `Added ${counted(added)}, found ${counted(withdrawn)} withdrawn and ${counted(returned)} returned.`,
    );
  }
}

async function checkDays(account: OpenAccount, signal: AbortSignal): Promise<Outcome> {
  const sinceMs = systemClock.now();
  const firstDayMs = Math.floor(sinceMs / DAY_MS - account.settings.reconcileDays) * DAY_MS;
  const progress = startProgress();
  try {
    return await untilDone(
      account,
      { ...jobs.reconcile, work: (run) => reconcileDays(run, sinceMs) },
      {
        signal,
        onProgress: cursorProgress(progress, firstDayMs, 'checked'),
        onWait: waitProgress(progress, account.settings.requestsPerMinute),
        onRun: (record) => progress.say(runLine(record)),
      },
    );
  } finally {
    progress.end();
  }
}
