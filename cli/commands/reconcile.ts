import type { Command } from 'commander';
import { DAY_MS } from '../../shared/activity/instant.ts';
import type { CheckpointState } from '../../shared/checkpoint/checkpoint.ts';
import { backgroundPerMinute } from '../../shared/checkpoint/request-budget.ts';
import { systemClock } from '../../shared/clock.ts';
import { SettingsError } from '../../shared/errors.ts';
import {
  checkableDays,
  checkWindowMs,
  reconcile as reconcileDays,
} from '../../shared/jobs/reconcile.ts';
import { jobs } from '../../shared/jobs/scheduled.ts';
import type { AccountSettings } from '../../shared/settings.ts';
import { type OpenAccount, storedCheckpoint } from '../account/account.ts';
import { checkedDays, dayLines } from '../account/checked-days.ts';
import { type Estimate, estimateOf, estimateWords, longestWindowMs } from '../account/estimate.ts';
import { withoutCheckpoint } from '../account/lost-checkpoint.ts';
import { addSourceOptions, inAccount, type SourceOptions } from '../account/source-account.ts';
import { type Outcome, untilDone } from '../account/until-done.ts';
import { exitCodes } from '../failure/failure.ts';
import { ASKING } from '../options/setting-options.ts';
import { readStores } from '../places/read-stores.ts';
import { untilInterrupted } from '../terminal/interruption.ts';
import { cursorProgress, startProgress, waitProgress } from '../terminal/progress.ts';
import { runLine } from '../terminal/run-table.ts';
import { note, out } from '../terminal/terminal.ts';
import { counted, plural } from '../terminal/wording.ts';

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
  // Who names how many days to check does not do it for the last time.
  const forDays = options.days === undefined ? undefined : Number.POSITIVE_INFINITY;
  await inAccount(options, (account) => reconcileAccount(account, forDays), {
    mayBegin: false,
  });
}

async function reconcileAccount(account: OpenAccount, forDays: number | undefined): Promise<void> {
  const state = await storedCheckpoint(account);
  if (state === null) {
    const { accountId } = account.settings;
    const neverPulled = new SettingsError(
      `Nothing of account ${accountId} was pulled yet, so there is nothing to check.`,
      'Pull it first: `pull`.',
    );
    throw await withoutCheckpoint(account.place, accountId, neverPulled);
  }
  const { place, settings } = account;
  const dayNames = await readStores(place, settings.accountId, ({ backfills }) =>
    checkableDays({ settings, backfills, planAtMs: systemClock.now }, state),
  );
  const days = dayNames.map((day) => Date.parse(day));
  tellEstimate(days, estimateOfChecks(days, settings, state));
  const { end, counts, error } = await checkDays(account, { days, forDays }, untilInterrupted());
  for (const line of dayLines(await checkedDays(account))) out(line);
  if (end === 'failed') throw error;
  if (end === 'interrupted') {
    note('Interrupted before the end: run it again.');
    process.exitCode = exitCodes.failed;
  } else {
    const { new: added, withdrawn, returned } = counts;
    note(
      `Added ${counted(added)}, found ${counted(withdrawn)} withdrawn and ${counted(returned)} returned.`,
    );
  }
}

/** @param days their beginnings, epoch milliseconds */
function estimateOfChecks(
  days: readonly number[],
  settings: Pick<AccountSettings, 'maxWindowMs' | 'requestsPerMinute'>,
  state: CheckpointState,
): Estimate {
  const nowMs = systemClock.now();
  const longestMs = longestWindowMs(settings, state);
  const windows = days.map((fromMs) =>
    Math.ceil(DAY_MS / Math.min(longestMs, checkWindowMs(fromMs, nowMs))),
  );
  const perMinute = backgroundPerMinute(settings.requestsPerMinute);
  return estimateOf(
    windows.reduce((sum, count) => sum + count, 0),
    perMinute,
  );
}

function tellEstimate(days: readonly number[], estimate: Estimate): void {
  note(
    days.length === 0
      ? 'No whole day was read yet, so none can be checked.'
      : `Checks ${plural(days.length, 'day')}: ${estimateWords(estimate)}.`,
  );
}

async function checkDays(
  account: OpenAccount,
  asked: { readonly days: readonly number[]; readonly forDays: number | undefined },
  signal: AbortSignal,
): Promise<Outcome> {
  const sinceMs = systemClock.now();
  const [firstDayMs = sinceMs] = asked.days;
  const progress = startProgress();
  try {
    return await untilDone(
      account,
      { ...jobs.reconcile, work: (run) => reconcileDays(run, sinceMs, asked.forDays) },
      {
        signal,
        onProgress: cursorProgress(progress, firstDayMs, 'checked'),
        onWait: waitProgress(progress, backgroundPerMinute(account.settings.requestsPerMinute)),
        onRun: (record) => progress.say(runLine(record)),
      },
    );
  } finally {
    progress.end();
  }
}
