import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { type StateDocument, stateIn } from '../../../shared/checkpoint/state-document.ts';
import { SettingsError } from '../../../shared/errors.ts';
import { importState, proveImport, type StateImport } from '../../../shared/jobs/import-state.ts';
import {
  addByHandOptions,
  type ByHandOptions,
  byHand,
  inLakeAccount,
  requireReason,
} from '../../account/by-hand.ts';
import { proving } from '../../account/proving.ts';
import { missingOption, notEmpty } from '../../options/option-values.ts';
import { addSettingOptions } from '../../options/setting-options.ts';
import { confirm } from '../../terminal/confirmation.ts';
import { oneLine } from '../../terminal/table.ts';
import { out } from '../../terminal/terminal.ts';
import { typedCommand } from '../../terminal/typed-command.ts';
import { instant, plural } from '../../terminal/wording.ts';

type ImportOptions = ByHandOptions & {
  readonly file?: string;
  readonly replace?: true;
  readonly withGaps?: true;
};

export function addImportState(state: Command): void {
  const command = state
    .command('import')
    .description('go on from a document of `state export`, as far as the lake proves it')
    .option('--file <file>', 'the document (required)', notEmpty)
    .option('--replace', 'in the place of a state that knows more')
    .option('--with-gaps', 'what can’t be proved is to be read again, or to be a gap');
  addSettingOptions(addByHandOptions(command), ['earliestDate', 'keepRows'])
    .addHelpText(
      'after',
      `
What the document says was read, and what is there does not say already, must be proved by the responses and
rows of the lake: so no event is passed over. What is read again is stored once.`,
    )
    .action(importDocument);
}

async function importDocument({ file, ...options }: ImportOptions): Promise<void> {
  if (file === undefined) throw missingOption('--file', 'Name what `state export` has written.');
  const reason = requireReason(options);
  const document = stateIn(textOf(file), file);
  const words = { replace: options.replace === true, withGaps: options.withGaps === true };
  const ofDocument = {
    accountId: options.accountId ?? document.accountId,
    sourceTimeZone: document.checkpoint.sourceTimeZone,
  };
  await inLakeAccount({ ...options, ...ofDocument }, async (account) => {
    const found = await proving(account, (run) => proveImport(run, document, words));
    if (found.isThere) {
      out(`All of it is there already: nothing was changed.`);
      return;
    }
    for (const line of importLines(document, found)) out(line);
    const { accountId } = account.settings;
    const goesOn = `Let account ${accountId} go on from ${instant(found.state.checkpoint.watermarkMs)}?`;
    await confirm(goesOn, options);
    await byHand(account, { name: 'state-import', reason }, (run) => importState(run, found));
    out('It is imported: a pull goes on from it. To see it:');
    out(`  ${typedCommand('state show')}`);
    out(`  ${typedCommand('gaps')}`);
  });
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new SettingsError(
      `${file} can't be read: ${(error as Error).message}.`,
      'Name what `state export` has written.',
    );
  }
}

function importLines(
  { accountId, exportedAtMs, exportedFrom }: StateDocument,
  { seen, state, unproved, forgotten }: StateImport,
): string[] {
  const { startMs, watermarkMs, keptFromMs, erased, skipped, sourceTimeZone } = state.checkpoint;
  const at = seen === null ? 'no checkpoint is here' : `here ${instant(seen.watermarkMs)}`;
  return [
    `Account ${accountId}, of ${oneLine(exportedFrom)} on ${instant(exportedAtMs)}, its times read as ${sourceTimeZone}:`,
    `  begins     ${instant(startMs)}`,
    `  read up to ${instant(watermarkMs)}; ${at}`,
    ...skipped.map(({ fromMs, toMs }) => `  left out   ${instant(fromMs)} to ${instant(toMs)}`),
    ...state.backfills.map(
      ({ name, status, positionMs, toMs }) =>
        `  backfill   ${name}, ${status}: read up to ${instant(positionMs)} of ${instant(toMs)}`,
    ),
    ...(Number.isFinite(keptFromMs)
      ? [`  kept from  ${instant(keptFromMs)}: rows of days before it go, if there are any`]
      : []),
    ...(erased.size > 0 ? [`  erased     ${plural(erased.size, 'agent')}`] : []),
    ...unproved.map(
      ({ fromMs, toMs }) => `  not proved ${instant(fromMs)} to ${instant(toMs)}: not taken over`,
    ),
    ...forgotten.spans.map(
      ({ fromMs, toMs }) => `  forgotten  ${instant(fromMs)} to ${instant(toMs)} was read here`,
    ),
    ...forgotten.backfills.map((name) => `  forgotten  the backfill ${name}, which has not ended`),
  ];
}
