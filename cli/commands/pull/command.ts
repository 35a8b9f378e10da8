import { type Command, Option } from 'commander';
import { isoInstant, MINUTE_MS } from '../../../shared/activity/instant.ts';
import type { CheckpointState } from '../../../shared/checkpoint/checkpoint.ts';
import { systemClock } from '../../../shared/clock.ts';
import {
  CredentialsAwaitedError,
  CredentialsError,
  RequestRefusedError,
  SettingsError,
} from '../../../shared/errors.ts';
import { jobs } from '../../../shared/jobs/scheduled.ts';
import { defaultStartMs } from '../../../shared/pipeline/pipeline.ts';
import { type AccountSettings, accountSettingEntries } from '../../../shared/settings.ts';
import { type OpenAccount, storedCheckpoint } from '../../account/account.ts';
import { estimateOf, estimateWords } from '../../account/estimate.ts';
import {
  addSourceOptions,
  inAccount,
  remember,
  type SourceOptions,
} from '../../account/source-account.ts';
import { type Outcome, untilDone } from '../../account/until-done.ts';
import { exitCodes, reportFailure } from '../../failure/failure.ts';
import { parseInstant, parseOption } from '../../options/option-values.ts';
import { ASKING } from '../../options/setting-options.ts';
import { untilInterrupted } from '../../terminal/interruption.ts';
import {
  cursorProgress,
  noProgress,
  startProgress,
  waitProgress,
} from '../../terminal/progress.ts';
import { runLine } from '../../terminal/run-table.ts';
import { note, out, paintFor } from '../../terminal/terminal.ts';
import { typedCommand } from '../../terminal/typed-command.ts';
import { instant, span } from '../../terminal/wording.ts';
import { pullPlanLines, pullWindows } from './plan.ts';
import { printSummary, summaryJson } from './summary.ts';

type PullOptions = SourceOptions & {
  readonly from?: string;
  readonly now?: string;
  readonly every?: string;
  readonly dryRun?: true;
  readonly json?: true;
  readonly quiet?: true;
};

/** How a pull is told. */
type Told = Pick<PullOptions, 'json' | 'quiet'> & { readonly remembered: () => void };

export function addPull(program: Command): void {
  const command = program
    .command('pull')
    .description('copy what is new of an account into the lake, up to now');
  addSourceOptions(command, [...ASKING, 'start', 'lookback', 'maxWindow', 'requestsPerMinute'])
    .option('--every <duration>', 'go on until Ctrl-C, pulling this often: 5m')
    .option(
      '--now <ISO>',
      'a fixed clock for what to ask for; tokens and timeouts keep the real one',
    )
    .option('--dry-run', 'say what would be asked for, and ask nothing')
    .option('--json', 'what a pull did, in one line of JSON')
    .addOption(
      new Option('--quiet', 'say nothing but what goes wrong, as a crontab wants it').conflicts(
        'json',
      ),
    )
    .action(pull);
}

async function pull(options: PullOptions): Promise<void> {
  const { maxWindow } = accountSettingEntries;
  const { every, now, from, stack } = options;
  const everyMs = every === undefined ? every : parseOption(maxWindow.wrapped, '--every', every);
  const nowMs = now === undefined ? now : parseInstant('--now', now);
  const startMs = from === undefined ? from : parseInstant('--from', from);
  if (everyMs !== undefined && nowMs !== undefined) {
    throw new SettingsError(
      '--every and --now exclude each other: nothing new comes while the clock stands.',
      'Leave one of them out.',
    );
  }
  if (startMs !== undefined) requireBefore(nowMs ?? systemClock.now(), startMs);
  if (everyMs !== undefined && everyMs < MINUTE_MS) warnIfOften(everyMs);
  if (nowMs !== undefined) warnIfAhead(nowMs, stack !== undefined);

  await inAccount(options, async (account) => {
    if (options.dryRun) {
      for (const line of await pullPlanLines(account, nowMs ?? systemClock.now())) out(line);
      return;
    }
    const signal = untilInterrupted();
    if (startMs !== undefined) await noteIgnoredStart(account, startMs);
    const told = {
      ...options,
      remembered: () => remember(options, account.settings, options.quiet),
    };
    process.exitCode =
      everyMs === undefined
        ? await pullOnce(account, nowMs, signal, told)
        : await pullEvery(account, everyMs, signal, told);
  });
}

function requireBefore(nowMs: number, startMs: number): void {
  if (startMs <= nowMs) return;
  throw new SettingsError(
    `--from is ${instant(startMs)}, which is later than now (${instant(nowMs)}).`,
    'Let --from be where the history is to begin, in the past.',
  );
}

function warnIfOften(everyMs: number): void {
  const { yellow } = paintFor(process.stderr);
  note(
    `${yellow('warning:')} --every ${span(everyMs)}: each pull asks at least once, and Kore.ai allows 60 requests a minute. 5m is usual.`,
  );
}

function warnIfAhead(nowMs: number, deployed: boolean): void {
  const aheadMs = nowMs - systemClock.now();
  if (aheadMs <= 0) return;
  if (deployed) {
    throw new SettingsError(
      `--now is ${span(aheadMs)} ahead of the real clock: until then the scheduled runs would fail.`,
      'Let --now be in the past.',
    );
  }
  const { yellow } = paintFor(process.stderr);
  note(
    `${yellow('warning:')} --now is ${span(aheadMs)} ahead of the real clock: the watermark will be, too.`,
  );
}

async function noteIgnoredStart(account: OpenAccount, startMs: number): Promise<void> {
  const stored = await storedCheckpoint(account);
  if (stored === null || !stored.bound || stored.startMs === startMs) return;
  const { settings } = account;
  note(
    `The history of account ${settings.accountId} begins at ${instant(stored.startMs)} already: --from is ignored.`,
  );
  if (startMs < stored.startMs) {
    const [from, to] = [startMs, stored.startMs].map(isoInstant);
    note(`To read what is older: \`${typedCommand(`backfill --from ${from} --to ${to}`)}\`.`);
  }
}

async function pullOnce(
  account: OpenAccount,
  nowMs: number | undefined,
  signal: AbortSignal,
  told: Told,
): Promise<number> {
  const result = await pullUpTo(account, nowMs, signal, told);
  await tell(account, result, told);
  if (result.end === 'failed') throw result.error;
  if (result.end === 'interrupted') note('Interrupted before the end: run it again to go on.');
  return result.end === 'done' ? exitCodes.done : exitCodes.failed;
}

/** A run that fails is reported and tried again, unless the very first shows that the options are wrong. */
async function pullEvery(
  account: OpenAccount,
  everyMs: number,
  signal: AbortSignal,
  told: Told,
): Promise<number> {
  for (let first = true; !signal.aborted; first = false) {
    const startedMs = systemClock.now();
    const result = await pullUpTo(account, undefined, signal, told);
    if (first && isOptionsFault(result.error)) throw result.error;
    if (result.end === 'failed') reportFailure(result.error);
    if (first || told.json) await tell(account, result, told);
    const waitMs = Math.max(0, startedMs + everyMs - systemClock.now());
    if (!signal.aborted && !told.json && !told.quiet)
      note(`Next pull in ${span(waitMs)}. Ctrl-C ends.`);
    await systemClock.sleep(waitMs, signal).catch(() => {});
  }
  note('Ended. What was pulled is stored; run it again to go on.');
  return exitCodes.done;
}

async function tell(account: OpenAccount, result: Outcome, told: Told): Promise<void> {
  if (told.json) out(await summaryJson(account, result));
  else if (!told.quiet) await printSummary(account, result);
  if (result.end === 'done') told.remembered();
}

function isOptionsFault(error: unknown): boolean {
  return [CredentialsAwaitedError, CredentialsError, RequestRefusedError, SettingsError].some(
    (type) => error instanceof type,
  );
}

/** Beforehand, when it is no matter of seconds. */
function tellLongPull(
  settings: AccountSettings,
  state: CheckpointState | null,
  nowMs: number,
): void {
  const windows = pullWindows(settings, state, nowMs);
  const estimate = estimateOf(windows.length, settings.requestsPerMinute);
  if (estimate.ms >= MINUTE_MS) note(`A long pull: ${estimateWords(estimate)}.`);
}

async function pullUpTo(
  account: OpenAccount,
  nowMs: number | undefined,
  signal: AbortSignal,
  { json, quiet }: Told,
): Promise<Outcome> {
  const stored = await storedCheckpoint(account);
  const planAtMs = nowMs ?? systemClock.now();
  if (!json && !quiet) tellLongPull(account.settings, stored, planAtMs);
  const startMs = account.settings.startMs ?? defaultStartMs(planAtMs);
  const progress = json || quiet ? noProgress : startProgress();
  try {
    return await untilDone(account, jobs.pull, {
      nowMs,
      signal,
      onProgress: cursorProgress(progress, stored?.watermarkMs ?? startMs, 'pulled'),
      onWait: waitProgress(progress, account.settings.requestsPerMinute),
      onRun: (record) => progress.say(runLine(record)),
    });
  } finally {
    progress.end();
  }
}
