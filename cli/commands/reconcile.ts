import type { Command } from 'commander';
import { systemClock } from '../../shared/clock.ts';
import { jobs } from '../../shared/jobs.ts';
import { reconcile as reconcileDays } from '../../shared/reconcile.ts';
import type { OpenAccount } from '../account.ts';
import { checkedDays, dayLines } from '../checked-days.ts';
import { exitCodeOf, exitCodes } from '../failure.ts';
import { untilInterrupted } from '../interruption.ts';
import { cursorProgress, startProgress } from '../progress.ts';
import { runLine } from '../run-table.ts';
import { ASKING } from '../setting-options.ts';
import { addSourceOptions, inAccount, type SourceOptions } from '../source-account.ts';
import { note, out } from '../terminal.ts';
import { type Outcome, untilDone } from '../until-done.ts';
import { counted } from '../wording.ts';

const DAY_MS = 86_400_000;

export function addReconcile(program: Command): void {
  const command = program
    .command('reconcile')
    .description(
      'ask for the last whole days again, add what is missing, and say what is complete',
    );
  addSourceOptions(command, [...ASKING, 'reconcileDays', 'maxWindow', 'requestsPerMinute']).action(
    reconcile,
  );
}

async function reconcile(options: SourceOptions): Promise<void> {
  await inAccount(options, async (account) => {
    const outcome = await checkDays(account, untilInterrupted());
    for (const line of dayLines(await checkedDays(account))) out(line);
    if (outcome.end === 'done') {
      const { new: added, withdrawn, returned } = outcome.counts;
      note(
        `Added ${counted(added)}, found ${counted(withdrawn)} withdrawn and ${counted(returned)} returned.`,
      );
    }
    if (outcome.end === 'interrupted') note('Interrupted before the end: run it again.');
    process.exitCode =
      outcome.end === 'failed'
        ? exitCodeOf(outcome.error)
        : exitCodes[outcome.end === 'done' ? 'done' : 'failed'];
  });
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
        onRun: (record) => progress.say(runLine(record)),
      },
    );
  } finally {
    progress.end();
  }
}
