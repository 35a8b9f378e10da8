import path from 'node:path';
import type { Command } from 'commander';
import { Checkpoint, type CheckpointState } from '../../shared/checkpoint/checkpoint.ts';
import { systemClock } from '../../shared/clock.ts';
import { CredentialsError, RequestRefusedError, SettingsError } from '../../shared/errors.ts';
import { type AccountSettings, accountSettingsSchema } from '../../shared/settings.ts';
import { type OpenAccount, openAccount } from '../account.ts';
import { type CaughtUp, catchUp } from '../catch-up.ts';
import { readCredentialsFile } from '../credentials-file.ts';
import { DEFAULT_DATA_FOLDER, lakeFolder } from '../data-folder.ts';
import { exitCodeOf, exitCodes } from '../failure.ts';
import { untilInterrupted } from '../interruption.ts';
import { cursorProgress, startProgress } from '../progress.ts';
import { runLine } from '../run-table.ts';
import {
  addSettingOptions,
  notEmpty,
  parseOption,
  type SettingOptions,
  settingsFrom,
} from '../setting-options.ts';
import { note, out, paintFor } from '../terminal.ts';
import { counted, instant, plural, span } from '../wording.ts';

const DAY_MS = 86_400_000;

type PullOptions = SettingOptions & {
  readonly credentials: string;
  readonly data: string;
  readonly now?: string;
  readonly every?: string;
};

export function addPull(program: Command): void {
  const command = program
    .command('pull')
    .description('copy what is new of an account into a data folder, up to now');
  addSettingOptions(command)
    .requiredOption(
      '--credentials <file>',
      'the JSON that Secrets Manager would hold; - is standard input',
    )
    .option('--data <dir>', 'where everything is kept', notEmpty, DEFAULT_DATA_FOLDER)
    .option('--every <duration>', 'go on until Ctrl-C, pulling this often: 5m')
    .option(
      '--now <ISO>',
      'a fixed clock for what to ask for; tokens and timeouts keep the real one',
    )
    .action(pull);
}

async function pull(options: PullOptions): Promise<void> {
  const { earliestDate, maxWindow } = accountSettingsSchema.entries;
  const { every, now } = options;
  const everyMs = every === undefined ? every : parseOption(maxWindow.wrapped, '--every', every);
  const nowMs = now === undefined ? now : parseOption(earliestDate.wrapped, '--now', now);
  if (everyMs !== undefined && nowMs !== undefined) {
    throw new SettingsError(
      '--every and --now exclude each other: nothing new comes while the clock stands.',
      'Leave one of them out.',
    );
  }
  const settings = settingsFrom(options);
  requireStartBefore(nowMs ?? systemClock.now(), settings);
  if (nowMs !== undefined) warnIfAhead(nowMs);
  const { text } = await readCredentialsFile(options.credentials);

  const signal = untilInterrupted();
  const account = await openAccount(options.data, settings, text);
  try {
    await noteIgnoredStart(account);
    process.exitCode =
      everyMs === undefined
        ? await pullOnce(account, options.data, nowMs, signal)
        : await pullEvery(account, options.data, everyMs, signal);
  } finally {
    await account.folder.close();
  }
}

function requireStartBefore(nowMs: number, { start }: AccountSettings): void {
  if (start === undefined || start <= nowMs) return;
  throw new SettingsError(
    `--from is ${instant(start)}, which is later than now (${instant(nowMs)}).`,
    'Let --from be where the history is to begin, in the past.',
  );
}

function warnIfAhead(nowMs: number): void {
  const aheadMs = nowMs - systemClock.now();
  if (aheadMs <= 0) return;
  const { yellow } = paintFor(process.stderr);
  note(
    `${yellow('warning:')} --now is ${span(aheadMs)} ahead of the real clock: the watermark will be, too.`,
  );
}

async function noteIgnoredStart(account: OpenAccount): Promise<void> {
  const { start, accountId } = account.settings;
  if (start === undefined) return;
  const stored = await storedCheckpoint(account);
  if (stored === null || stored.startMs === start) return;
  note(
    `The history of account ${accountId} begins at ${instant(stored.startMs)} already: --from is ignored.`,
  );
}

function storedCheckpoint({ settings, folder }: OpenAccount): Promise<CheckpointState | null> {
  const { checkpointTable: table, accountId } = settings;
  return folder.use(({ db }) => new Checkpoint({ db, table, accountId, runId: '' }).load());
}

async function pullOnce(
  account: OpenAccount,
  dataDir: string,
  nowMs: number | undefined,
  signal: AbortSignal,
): Promise<number> {
  const result = await pullUpTo(account, nowMs, signal);
  printSummary(account, dataDir, result);
  if (result.end === 'failed') return exitCodeOf(result.error);
  if (result.end === 'interrupted') note('Interrupted before the end: run it again to go on.');
  return result.end === 'caught up' ? exitCodes.done : exitCodes.failed;
}

/** A run that fails is reported and tried again, unless the very first shows that the options are wrong. */
async function pullEvery(
  account: OpenAccount,
  dataDir: string,
  everyMs: number,
  signal: AbortSignal,
): Promise<number> {
  for (let first = true; !signal.aborted; first = false) {
    const startedMs = systemClock.now();
    const result = await pullUpTo(account, undefined, signal);
    const failed = result.end === 'failed' ? exitCodeOf(result.error) : null;
    if (failed !== null && first && isOptionsFault(result.error)) return failed;
    if (first) printSummary(account, dataDir, result);
    const waitMs = Math.max(0, startedMs + everyMs - systemClock.now());
    if (!signal.aborted) note(`Next pull in ${span(waitMs)}. Ctrl-C ends.`);
    await systemClock.sleep(waitMs, signal).catch(() => {});
  }
  note('Ended. What was pulled is stored; run it again to go on.');
  return exitCodes.done;
}

function isOptionsFault(error: unknown): boolean {
  return [CredentialsError, RequestRefusedError, SettingsError].some(
    (type) => error instanceof type,
  );
}

async function pullUpTo(
  account: OpenAccount,
  nowMs: number | undefined,
  signal: AbortSignal,
): Promise<CaughtUp> {
  const stored = await storedCheckpoint(account);
  const startMs = account.settings.start ?? (nowMs ?? systemClock.now()) - DAY_MS;
  const progress = startProgress();
  try {
    return await catchUp(account, {
      nowMs,
      signal,
      onProgress: cursorProgress(progress, stored?.watermarkMs ?? startMs, 'pulled'),
      onRun: (record) => progress.say(runLine(record)),
    });
  } finally {
    progress.end();
  }
}

function printSummary(
  { settings }: OpenAccount,
  dataDir: string,
  { end, counts, blockWrites, watermark }: CaughtUp,
): void {
  // A run that got nowhere has its error to show, and nothing else.
  if (watermark === undefined || (end === 'failed' && counts.windows === 0)) return;
  const { bold, dim } = paintFor(process.stdout);
  const data = dataDir === DEFAULT_DATA_FOLDER ? '' : ` --data ${shellQuoted(dataDir)}`;
  const verdict = end === 'caught up' ? 'is stored' : 'is stored so far';
  out(
    `Account ${bold(settings.accountId)}: every event up to ${bold(instant(watermark))} ${verdict}.`,
  );
  out();
  out(
    `  events     ${counted(counts.events)} read: ${counted(counts.new)} new, ${counted(counts.repeated)} stored or listed before`,
  );
  out(
    `  rejected   ${counted(counts.rejected)} rows that can't be understood${counts.rejected > 0 ? ', kept with the reason in rejected_activity' : ''}`,
  );
  out(
    `  requests   ${counted(counts.requests)}, of these ${counted(counts.retries)} retries; ${plural(counts.windows, 'window')} read, ${counted(counts.windows_split)} split`,
  );
  out(`  blocks     ${counted(blockWrites)} written`);
  out(`  files      ${path.resolve(lakeFolder(dataDir))}`);
  out();
  out(dim('Try next:'));
  out(
    `  npm run activity -- sql${data} "SELECT * FROM agent_activity ORDER BY event_time DESC LIMIT 10"`,
  );
  out(`  npm run activity -- status${data}`);
  out(`  npm run activity -- runs${data}`);
}

function shellQuoted(text: string): string {
  return /^[\w./~-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
