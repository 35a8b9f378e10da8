import { type Command, InvalidArgumentError } from 'commander';
import { SettingsError } from '../../../shared/errors.ts';
import { addSourceOptions } from '../../account/source-account.ts';
import { missingOption, notEmpty, parseInstant } from '../../options/option-values.ts';
import { ASKING } from '../../options/setting-options.ts';
import { type AddOptions, addBackfill as add } from './adding.ts';
import { cancelBackfill, printBackfills } from './cursors.ts';

type BackfillOptions = AddOptions & {
  readonly from?: string;
  readonly to?: string;
  readonly status?: true;
  readonly cancel?: string;
  readonly yes?: true;
  readonly json?: true;
};

export function addBackfill(program: Command): void {
  const command = program
    .command('backfill')
    .description('read a span of history, whatever the watermark; with --stack its function does')
    .option('--from <ISO>', 'the first instant to read (required to add one)')
    .option('--to <ISO>', 'the end of what is to be read (required to add one)')
    .option('--name <name>', 'what to call it; default: made of the two', nameOf)
    .option('--status', 'list the backfills and how far they are')
    .option('--cancel <name>', 'end one; what it has read stays', notEmpty)
    .option('--reason <text>', 'why, for the run ledger (required to cancel)', notEmpty)
    .option('--yes', 'don’t ask before cancelling')
    .option('--json', 'with --status: as JSON');
  addSourceOptions(
    command,
    [...ASKING, 'maxWindow', 'requestsPerMinute'],
    'its settings are not changed from here',
  ).action(backfill);
}

/** `--from` is a setting of `pull`, where the history begins, and so must not stay among the options. */
async function backfill({ from, to, ...options }: BackfillOptions): Promise<void> {
  const { status, cancel } = options;
  const ways = [
    from !== undefined || to !== undefined ? '--from and --to' : null,
    status ? '--status' : null,
    cancel !== undefined ? '--cancel' : null,
  ].filter((each) => each !== null);
  if (ways.length > 1) {
    throw new SettingsError(`${ways.join(' and ')} exclude each other.`, 'Give one of them.');
  }
  if (status) return printBackfills(options);
  if (cancel !== undefined) return cancelBackfill(cancel, options);
  const needed = 'Say what to read with --from and --to, or give --status or --cancel.';
  if (from === undefined) throw missingOption('--from', needed);
  if (to === undefined) throw missingOption('--to', needed);
  const asked = { fromMs: parseInstant('--from', from), toMs: parseInstant('--to', to) };
  return add(asked, options);
}

function nameOf(text: string): string {
  if (/^[A-Za-z0-9][\w.-]{0,63}$/.test(text)) return text;
  throw new InvalidArgumentError('Allowed are letters, digits, . _ and -, at most 64.');
}
