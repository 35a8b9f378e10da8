import type { Span } from '../../../shared/activity/spans.ts';
import type { Backfill } from '../../../shared/checkpoint/backfills.ts';
import type { CheckpointState } from '../../../shared/checkpoint/checkpoint.ts';
import { backgroundPerMinute } from '../../../shared/checkpoint/request-budget.ts';
import { systemClock } from '../../../shared/clock.ts';
import { SettingsError } from '../../../shared/errors.ts';
import { backfill } from '../../../shared/jobs/backfill.ts';
import { keptFromMs } from '../../../shared/jobs/expiry.ts';
import { jobs } from '../../../shared/jobs/scheduled.ts';
import type { Reached } from '../../../shared/run/lake-run.ts';
import type { AccountSettings } from '../../../shared/settings.ts';
import { lakeAccount, type OpenAccount, storedCheckpoint } from '../../account/account.ts';
import { byHand } from '../../account/by-hand.ts';
import {
  about,
  estimateOf,
  estimateWords,
  longestWindowMs,
  windowsIn,
} from '../../account/estimate.ts';
import { withoutCheckpoint } from '../../account/lost-checkpoint.ts';
import { inAccount, type SourceOptions } from '../../account/source-account.ts';
import { untilDone } from '../../account/until-done.ts';
import { exitCodes } from '../../failure/failure.ts';
import { givenBy, optionOf } from '../../options/setting-options.ts';
import { untilInterrupted } from '../../terminal/interruption.ts';
import { type Progress, startProgress, waitProgress } from '../../terminal/progress.ts';
import { runLine } from '../../terminal/run-table.ts';
import { note, out } from '../../terminal/terminal.ts';
import { typedCommand } from '../../terminal/typed-command.ts';
import { counted, instant, plural } from '../../terminal/wording.ts';
import { backfillsOf } from './cursors.ts';
import { backfillName, backfillSpan } from './span.ts';

export type AddOptions = SourceOptions & { readonly name?: string; readonly reason?: string };

/** Adds a backfill, or finds it; on this machine it is read at once, on a stack by the function. */
export async function addBackfill(asked: Span, options: AddOptions): Promise<void> {
  const deployed = options.stack !== undefined;
  if (deployed) refuseSettings(options);
  await inAccount(options, async (account) => {
    const state = await requireHistory(account);
    const nowMs = systemClock.now();
    const times = { nowMs, keptFromMs: keptFromMs(account.settings, nowMs, state) };
    const span = backfillSpan(asked, account.settings, times, deployed);
    const name = options.name ?? backfillName(span);
    const held = await addedOrFound(account, { ...span, name }, options.reason);
    if (held.status === 'done') return tellDone(held);
    const left = { fromMs: held.positionMs, toMs: held.toMs };
    const windows = windowsIn(left, longestWindowMs(account.settings, state));
    const perMinute = backgroundPerMinute(account.settings.requestsPerMinute);
    const estimate = estimateWords(estimateOf(windows, perMinute));
    const begun = held.positionMs > held.fromMs ? `, goes on at ${instant(held.positionMs)}` : '';
    note(`Backfill ${name}${begun}: ${estimate}.`);
    if (deployed) tellWatching(name);
    else await readNow(account, held);
  });
}

/** The first pull sets where the history begins. Were it this, it would begin yesterday, unasked. */
async function requireHistory(account: OpenAccount): Promise<CheckpointState> {
  const state = await storedCheckpoint(account);
  if (state !== null) return state;
  const { accountId } = account.settings;
  const neverPulled = new SettingsError(
    `Account ${accountId} was never pulled, so its history has no beginning that a backfill could lie before.`,
    'Pull it first: `pull`, with `start` if the history is not to begin yesterday.',
  );
  throw await withoutCheckpoint(account.place, accountId, neverPulled);
}

/** The function reads it, with its own settings. */
function refuseSettings(options: SourceOptions): void {
  const [first] = Object.keys(givenBy(options)).filter((setting) => setting !== 'accountId');
  if (first === undefined) return;
  throw new SettingsError(
    `${optionOf(first)} changes nothing here: the deployed function reads the backfill with its own settings.`,
    'Leave it out, or change the setting in cdk.json and deploy.',
  );
}

async function addedOrFound(
  account: OpenAccount,
  { name, ...span }: Span & { readonly name: string },
  reason: string | undefined,
): Promise<Backfill> {
  const { place, settings } = account;
  const found = (await backfillsOf(place, settings.accountId)).find(
    (each) => each.name === name && each.fromMs === span.fromMs && each.toMs === span.toMs,
  );
  if (found?.status === 'active' || found?.status === 'done') return found;
  const by = await place.person();
  const adding = { place, run: lakeAccount(place, settings).run };
  return byHand(adding, { name: 'backfill-add', reason }, ({ backfills, clock }) =>
    backfills.add({
      ...span,
      name,
      positionMs: span.fromMs,
      status: 'active',
      addedAtMs: clock.now(),
      by,
    }),
  );
}

function tellDone({ name, fromMs, toMs }: Backfill): void {
  out(`Backfill ${name} is done already: stored is ${instant(fromMs)} up to ${instant(toMs)}.`);
  note('To read that span again give another --name.');
}

function tellWatching(name: string): void {
  out(`Added ${name}. The scheduled runs read it, each in the time that its pull leaves.`);
  out(`  watch    ${typedCommand('backfill --status')}`);
  out(`           ${typedCommand('runs')}`);
  out(`  end it   ${typedCommand(`backfill --cancel ${name} --reason …`)}`);
}

async function readNow(account: OpenAccount, held: Backfill): Promise<void> {
  const { name } = held;
  const progress = startProgress();
  const outcome = await untilDone(
    account,
    { ...jobs.backfill, work: (run) => backfill(run, name) },
    {
      signal: untilInterrupted(),
      onProgress: backfillProgress(progress, held, account.settings),
      onWait: waitProgress(progress, backgroundPerMinute(account.settings.requestsPerMinute)),
      onRun: (record) => progress.say(runLine(record)),
    },
  ).finally(() => progress.end());

  const { end, counts, error, blockWrites } = outcome;
  const all = await backfillsOf(account.place, account.settings.accountId);
  const now = all.find((each) => each.name === name) ?? held;
  out(
    `Backfill ${name} is ${now.status}: stored is ${instant(now.fromMs)} up to ${instant(now.positionMs)}.`,
  );
  out(
    `  this time  ${plural(counts.new, 'new event')} of ${counted(counts.events)} read, ${counted(counts.rejected)} rejected; ${plural(counts.requests, 'request')}, ${plural(counts.windows, 'window')}, ${plural(blockWrites, 'block write')}`,
  );
  if (end === 'failed') throw error;
  if (end === 'interrupted') note('Interrupted before the end: run it again to go on.');
  const fine = end === 'done' && now.status === 'done';
  process.exitCode = exitCodes[fine ? 'done' : 'failed'];
}

/** Says what is left by the windows read so far: they may be shorter than was thought. */
function backfillProgress(
  progress: Progress,
  { fromMs, toMs, positionMs }: Backfill,
  { requestsPerMinute }: AccountSettings,
): (reached: Reached) => void {
  let windows = 0;
  return ({ atMs }) => {
    windows += 1;
    const windowMs = Math.max(1, (atMs - positionMs) / windows);
    const left = estimateOf(
      windowsIn({ fromMs: atMs, toMs }, windowMs),
      backgroundPerMinute(requestsPerMinute),
    );
    const label = `read up to ${instant(atMs)}, left: ${about(left.ms)}`;
    progress.at(atMs - fromMs, toMs - fromMs, label);
  };
}
