import type { Command } from 'commander';
import { DAY_MS, isoDay } from '../../../shared/activity/instant.ts';
import { SettingsError } from '../../../shared/errors.ts';
import { type DayDifferences, type DayRange, replay, verify } from '../../../shared/jobs/replay.ts';
import type { LakeRun } from '../../../shared/run/lake-run.ts';
import type { During, LakeAccount } from '../../account/account.ts';
import {
  addByHandOptions,
  type ByHandOptions,
  byHand,
  inLakeAccount,
  requireReason,
} from '../../account/by-hand.ts';
import { exitCodes } from '../../failure/failure.ts';
import { parseDay } from '../../options/option-values.ts';
import { addSettingOptions } from '../../options/setting-options.ts';
import { confirm } from '../../terminal/confirmation.ts';
import { untilInterrupted } from '../../terminal/interruption.ts';
import { startProgress } from '../../terminal/progress.ts';
import { note, out, paintFor } from '../../terminal/terminal.ts';
import { typedCommand } from '../../terminal/typed-command.ts';
import { counted, plural } from '../../terminal/wording.ts';
import { differenceLines } from './day-differences.ts';

type ReplayOptions = ByHandOptions & {
  readonly from?: string;
  readonly to?: string;
  readonly verify?: true;
};

export function addReplay(program: Command): void {
  const command = program
    .command('replay')
    .description('rebuild days from their stored responses, and replace what is stored')
    .option('--from <YYYY-MM-DD>', 'the first UTC day; default: the first there is')
    .option('--to <YYYY-MM-DD>', 'the last UTC day, included; default: the last there is')
    .option('--verify', 'rebuild in memory and compare; writes nothing at all')
    .option('--source-time-zone <zone>', 'read the times in this zone; default: as they were read');
  addSettingOptions(addByHandOptions(command), ['earliestDate']).addHelpText(
    'after',
    `
For a mended parser, lost blocks, or a zone that was wrong: with another --source-time-zone the whole
lake is read again in it. Without full evidence a day is refused, and left as it is. With --verify the
exit code is 1 when anything differs.`,
  );
  command.action(replayCommand);
}

async function replayCommand({ from, to, ...options }: ReplayOptions): Promise<void> {
  const range = {
    from: from === undefined ? from : parseDay('--from', from),
    to: to === undefined ? to : parseDay('--to', to),
  };
  await inLakeAccount(options, (account) =>
    options.verify ? verifyDays(account, range) : replayDays(account, range, options),
  );
}

async function verifyDays(account: LakeAccount, range: DayRange): Promise<void> {
  const { green } = paintFor(process.stdout);
  const found = await overDays(range, verify, (work, during) => account.look(work, during));
  const differing = found.filter((day) => day.differing > 0);
  for (const day of differing) for (const line of differenceLines(day)) out(line);
  const rows = found.reduce((sum, day) => sum + day.rows, 0);
  const days = daysWithRows(found);
  requireRows(account, range, days);
  if (differing.length === 0) {
    out(
      green(
        `Equal: ${plural(rows, 'row')} of ${plural(days, 'day')} match their source responses, in every column.`,
      ),
    );
    return;
  }
  const differences = differing.reduce((sum, day) => sum + day.differing, 0);
  note(`${plural(differences, 'difference')} in ${plural(rows, 'row')} of ${plural(days, 'day')}.`);
  process.exitCode = exitCodes.failed;
}

async function replayDays(
  account: LakeAccount,
  range: DayRange,
  options: ReplayOptions,
): Promise<void> {
  const reason = requireReason(options);
  const { accountId, sourceTimeZone } = account.settings;
  const days = `${range.from ?? 'the first day'} to ${range.to ?? 'the last'}`;
  await confirm(
    `Rebuild ${days} of account ${accountId} from its stored responses, read as ${sourceTimeZone}?`,
    options,
  );
  const found = await overDays(range, replay, (work, during) =>
    byHand(account, { name: 'replay', reason }, work, during),
  );
  const changed = found.filter(({ differing }) => differing > 0);
  for (const { day, table, differing, rows } of changed) {
    out(`${day} ${table.name}: ${plural(differing, 'row')} changed, ${counted(rows)} stored`);
  }
  const rebuilt = daysWithRows(found);
  requireRows(account, range, rebuilt);
  out(`${plural(rebuilt, 'day')} rebuilt, ${plural(changed.length, 'block')} replaced.`);
  if (changed.length > 0) {
    note(
      `What checks said of these days was told of the rows before. To check again: \`${typedCommand('reconcile')}\`.`,
    );
  }
}

/** Days beside those with rows are looked at, too: a response reaches over midnight. */
function daysWithRows(found: readonly DayDifferences[]): number {
  return new Set(
    found.filter(({ rows, differences }) => rows + differences.length > 0).map(({ day }) => day),
  ).size;
}

/** @throws SettingsError when there were none: a mistyped year must not look like a proof */
function requireRows({ settings }: LakeAccount, { from, to }: DayRange, days: number): void {
  if (days > 0) return;
  const range = [from && ` from ${from}`, to && ` to ${to}`].filter(Boolean).join('');
  throw new SettingsError(
    `Account ${settings.accountId} has no rows${range}: nothing was compared.`,
    'Check --from and --to; `gaps` says what was read.',
  );
}

/** Does it day by day, with progress, and can be interrupted between two days. */
async function overDays(
  range: DayRange,
  work: typeof verify,
  inRun: (
    work: (run: LakeRun) => Promise<readonly DayDifferences[]>,
    during: During,
  ) => Promise<readonly DayDifferences[]>,
): Promise<readonly DayDifferences[]> {
  const progress = startProgress();
  const signal = untilInterrupted();
  let firstMs: number | undefined;
  const days = async (run: LakeRun) => {
    const found: DayDifferences[] = [];
    await work(run, range, (day) => void found.push(day));
    return found;
  };
  try {
    return await inRun(days, {
      signal,
      onProgress: ({ atMs, untilMs }) => {
        firstMs ??= atMs - DAY_MS;
        const day = isoDay(atMs - 1);
        progress.at(atMs - firstMs, untilMs - firstMs, `read ${day} again`);
      },
    });
  } finally {
    progress.end();
  }
}
