import path from 'node:path';
import type { Command } from 'commander';
import { systemClock } from '../../shared/clock.ts';
import {
  CredentialsAwaitedError,
  CredentialsError,
  RequestRefusedError,
  SettingsError,
} from '../../shared/errors.ts';
import { jobs } from '../../shared/jobs/scheduled.ts';
import { defaultStartMs } from '../../shared/pipeline.ts';
import { accountSettingsSchema } from '../../shared/settings.ts';
import { type OpenAccount, storedCheckpoint } from '../account.ts';
import { lakeFolder } from '../data-folder.ts';
import { exitCodeOf, exitCodes } from '../failure.ts';
import { untilInterrupted } from '../interruption.ts';
import { cursorProgress, startProgress, waitProgress } from '../progress.ts';
import { gapWords, readSpan } from '../read-span.ts';
import { runLine } from '../run-table.ts';
import { ASKING, parseInstant, parseOption } from '../setting-options.ts';
import { addSourceOptions, inAccount, type SourceOptions } from '../source-account.ts';
import { note, out, paintFor } from '../terminal.ts';
import { type Outcome, untilDone } from '../until-done.ts';
import { counted, instant, plural, span } from '../wording.ts';

const MINUTE_MS = 60_000;

type PullOptions = SourceOptions & {
  readonly from?: string;
  readonly now?: string;
  readonly every?: string;
};

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
    .action(pull);
}

async function pull(options: PullOptions): Promise<void> {
  const { maxWindow } = accountSettingsSchema.entries;
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
    const signal = untilInterrupted();
    if (startMs !== undefined) await noteIgnoredStart(account, startMs);
    process.exitCode =
      everyMs === undefined
        ? await pullOnce(account, nowMs, signal)
        : await pullEvery(account, everyMs, signal);
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
  const { settings, place } = account;
  note(
    `The history of account ${settings.accountId} begins at ${instant(stored.startMs)} already: --from is ignored.`,
  );
  if (startMs < stored.startMs) {
    const [from, to] = [startMs, stored.startMs].map((ms) => new Date(ms).toISOString());
    note(`To read what is older: \`backfill${place.options} --from ${from} --to ${to}\`.`);
  }
}

async function pullOnce(
  account: OpenAccount,
  nowMs: number | undefined,
  signal: AbortSignal,
): Promise<number> {
  const result = await pullUpTo(account, nowMs, signal);
  await printSummary(account, result);
  if (result.end === 'failed') return exitCodeOf(result.error);
  if (result.end === 'interrupted') note('Interrupted before the end: run it again to go on.');
  return result.end === 'done' ? exitCodes.done : exitCodes.failed;
}

/** A run that fails is reported and tried again, unless the very first shows that the options are wrong. */
async function pullEvery(
  account: OpenAccount,
  everyMs: number,
  signal: AbortSignal,
): Promise<number> {
  for (let first = true; !signal.aborted; first = false) {
    const startedMs = systemClock.now();
    const result = await pullUpTo(account, undefined, signal);
    const failed = result.end === 'failed' ? exitCodeOf(result.error) : null;
    if (failed !== null && first && isOptionsFault(result.error)) return failed;
    if (first) await printSummary(account, result);
    const waitMs = Math.max(0, startedMs + everyMs - systemClock.now());
    if (!signal.aborted) note(`Next pull in ${span(waitMs)}. Ctrl-C ends.`);
    await systemClock.sleep(waitMs, signal).catch(() => {});
  }
  note('Ended. What was pulled is stored; run it again to go on.');
  return exitCodes.done;
}

function isOptionsFault(error: unknown): boolean {
  return [CredentialsAwaitedError, CredentialsError, RequestRefusedError, SettingsError].some(
    (type) => error instanceof type,
  );
}

async function pullUpTo(
  account: OpenAccount,
  nowMs: number | undefined,
  signal: AbortSignal,
): Promise<Outcome> {
  const stored = await storedCheckpoint(account);
  const startMs = account.settings.start ?? defaultStartMs(nowMs ?? systemClock.now());
  const progress = startProgress();
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

async function printSummary(
  account: OpenAccount,
  { end, counts, blockWrites, watermark }: Outcome,
): Promise<void> {
  const { settings, place } = account;
  // A run that got nowhere has its error to show, and nothing else.
  if (watermark === undefined || (end === 'failed' && counts.windows === 0)) return;
  const { bold, dim, yellow } = paintFor(process.stdout);
  const { fromMs, holes } = await readSpan(account);
  out(
    `Account ${bold(settings.accountId)}: all that the source listed from ${bold(instant(fromMs ?? watermark))} to ${bold(instant(watermark))} is stored${end === 'done' ? '' : ' so far'}.`,
  );
  if (holes.length > 0) out(yellow(`But for ${gapWords(holes)}.`));
  out();
  out(
    `  events     ${counted(counts.events)} read: ${counted(counts.new)} new, ${counted(counts.repeated)} stored or listed before`,
  );
  out(
    `  rejected   ${counted(counts.rejected)} rows that can't be understood${counts.rejected > 0 ? ', kept with the reason in rejected_activity' : ''}`,
  );
  if (counts.outside > 0) {
    out(`  outside    ${plural(counts.outside, 'row')} outside of the windows asked for`);
  }
  out(
    `  requests   ${counted(counts.requests)}, of these ${counted(counts.retries)} retries; ${plural(counts.windows, 'window')} read, ${counted(counts.windows_split)} split`,
  );
  out(`  blocks     ${counted(blockWrites)} written`);
  const files =
    place.kind === 'stack' ? `s3://${place.bucket}` : path.resolve(lakeFolder(place.name));
  out(`  files      ${files}`);
  out();
  out(dim('Try next:'));
  out(
    `  npm run activity -- sql${place.options} "SELECT event_time, agent_id, activity FROM agent_activity ORDER BY ALL DESC LIMIT 10"`,
  );
  out(`  npm run activity -- status${place.options}`);
  out(`  npm run activity -- runs${place.options}`);
}
