import type { Command } from 'commander';
import {
  beginCheckpoint,
  type ProvedCheckpoint,
  proveCheckpoint,
  rebuildCheckpoint,
} from '../../shared/jobs/rebuild-checkpoint.ts';
import type { LakeAccount } from '../account/account.ts';
import {
  addByHandOptions,
  type ByHandOptions,
  byHand,
  inLakeAccount,
  requireReason,
} from '../account/by-hand.ts';
import { proving } from '../account/proving.ts';
import { missingOption, parseInstant } from '../options/option-values.ts';
import { addSettingOptions } from '../options/setting-options.ts';
import { confirm } from '../terminal/confirmation.ts';
import { out } from '../terminal/terminal.ts';
import { typedCommand } from '../terminal/typed-command.ts';
import { instant, plural, span } from '../terminal/wording.ts';

type RebuildOptions = ByHandOptions & { readonly replace?: true; readonly withGaps?: true };
type BeginOptions = ByHandOptions & { readonly from?: string };

export function addCheckpoint(program: Command): void {
  const checkpoint = program
    .command('checkpoint')
    .description('bring back what is known of how far an account was read, when it was lost');
  const rebuild = checkpoint
    .command('rebuild')
    .description('make the checkpoint anew from the lake: from responses, rows and etl_runs')
    .option('--replace', 'in the place of the checkpoint that is there')
    .option('--with-gaps', 'what can’t be proved is to be a gap');
  addSettingOptions(addByHandOptions(rebuild), ['sourceTimeZone', 'earliestDate', 'keepRows'])
    .addHelpText(
      'after',
      `
Only what is proved to be read whole and stored counts, so the watermark may lie a little before where it
was: a pull goes on from there, and stores each event once. In a folder give the --source-time-zone that
the account was pulled with.`,
    )
    .action(rebuildCommand);
  const begin = checkpoint
    .command('begin')
    .description('begin another history beside rows that no checkpoint knows of; they stay')
    .option('--from <ISO>', 'where it begins (required)');
  addSettingOptions(addByHandOptions(begin), ['sourceTimeZone', 'earliestDate']).action(
    beginCommand,
  );
}

async function rebuildCommand(options: RebuildOptions): Promise<void> {
  const reason = requireReason(options);
  const words = { replace: options.replace === true, withGaps: options.withGaps === true };
  await inLakeAccount(options, async (account) => {
    const proved = await proving(account, (run) => proveCheckpoint(run, words));
    for (const line of provedLines(account, proved)) out(line);
    await confirm(
      `Let account ${account.settings.accountId} go on from ${instant(proved.watermarkMs)}?`,
      options,
    );
    await byHand(account, { name: 'checkpoint-rebuild', reason }, (run) =>
      rebuildCheckpoint(run, proved, words),
    );
    out('The checkpoint is there again: a pull goes on from it. To see it:');
    out(`  ${typedCommand('gaps')}`);
    out(`  ${typedCommand('status')}`);
  });
}

function provedLines(
  { settings }: LakeAccount,
  { startMs, watermarkMs, skipped, pinnedAccountId }: ProvedCheckpoint,
): string[] {
  const gapMs = skipped.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  return [
    `Of account ${settings.accountId} the lake proves, its times read as ${settings.sourceTimeZone}:`,
    `  begins     ${instant(startMs)}`,
    `  read up to ${instant(watermarkMs)}`,
    ...skipped.map(({ fromMs, toMs }) => `  gap        ${instant(fromMs)} to ${instant(toMs)}`),
    ...(skipped.length === 0
      ? []
      : [`  ${plural(skipped.length, 'gap')}, ${span(gapMs)} together: backfills can fill them.`]),
    ...(pinnedAccountId === null ? [] : [`  named      ${pinnedAccountId} by its responses`]),
    'Backfills that had not ended are not known any more: add them again.',
  ];
}

async function beginCommand(options: BeginOptions): Promise<void> {
  if (options.from === undefined) throw missingOption('--from', 'Say where it is to begin.');
  const fromMs = parseInstant('--from', options.from);
  const reason = requireReason(options);
  await inLakeAccount(options, async (account) => {
    const { accountId, sourceTimeZone } = account.settings;
    await confirm(
      `Begin the history of account ${accountId} at ${instant(fromMs)}, its times read as ${sourceTimeZone}? What is stored stays, but nothing says any more how far it was read. To rebuild the checkpoint would.`,
      options,
    );
    await byHand(account, { name: 'checkpoint-begin', reason }, (run) =>
      beginCheckpoint(run, fromMs),
    );
    out(
      `The history of account ${accountId} begins at ${instant(fromMs)}. A pull goes on from it.`,
    );
  });
}
