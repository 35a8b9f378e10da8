import type { Command } from 'commander';
import { SettingsError } from '../../shared/errors.ts';
import { deriveDays } from '../../shared/jobs/repairs.ts';
import { addByHandOptions, type ByHandOptions, byHand, inLakeAccount } from '../account/by-hand.ts';
import { parseDay } from '../options/option-values.ts';
import { untilInterrupted } from '../terminal/interruption.ts';
import { startProgress } from '../terminal/progress.ts';
import { out } from '../terminal/terminal.ts';
import { counted, plural } from '../terminal/wording.ts';

type DeriveOptions = ByHandOptions & {
  readonly from?: string;
  readonly to?: string;
  readonly all?: true;
};

export function addDerive(program: Command): void {
  const command = program
    .command('derive')
    .description('make the stays of days anew that are not what their events say')
    .option('--from <YYYY-MM-DD>', 'the first local day; default: the first there is')
    .option('--to <YYYY-MM-DD>', 'the last local day, included; default: the last there is')
    .option('--all', 'all days there are, which is the default');
  addByHandOptions(command)
    .addHelpText(
      'after',
      `
Runs do it as they go, and the nightly one for the last month: by hand it is needed after a change of
reportTimeZone or longestStay. Days that are in order are not written.`,
    )
    .action(derive);
}

async function derive({ from, to, all, ...options }: DeriveOptions): Promise<void> {
  if (all !== undefined && (from ?? to) !== undefined) {
    throw new SettingsError('--all excludes --from and --to.', 'Leave one of them out.');
  }
  const range = {
    from: from === undefined ? from : parseDay('--from', from),
    to: to === undefined ? to : parseDay('--to', to),
  };
  if (range.from !== undefined && range.to !== undefined && range.from > range.to) {
    throw new SettingsError(`--from ${from} is after --to ${to}.`, 'Give the earlier day first.');
  }
  await inLakeAccount(options, async (account) => {
    const progress = startProgress();
    let derived = 0;
    let days = 0;
    const onDay = (day: string, index: number, of: number) => {
      derived += 1;
      progress.at(index, of, day);
    };
    try {
      const how = { name: 'derive', reason: options.reason };
      const during = { signal: untilInterrupted() };
      days = await byHand(account, how, (run) => deriveDays(run, range, onDay), during);
    } finally {
      progress.end();
    }
    out(
      `${plural(derived, 'day')} derived of ${counted(days)} looked at; the others were in order.`,
    );
  });
}
