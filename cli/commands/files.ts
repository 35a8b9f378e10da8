import { type Command, Option } from 'commander';
import { SettingsError } from '../../shared/errors.ts';
import { dayColumn, type Table } from '../../shared/lake/table.ts';
import { tables } from '../../shared/lake/tables.ts';
import { notEmpty, parseDay } from '../options/option-values.ts';
import { lakeFolder } from '../places/data-folder.ts';
import { accountsIn, addPlaceOptions, inPlace, type PlaceOptions } from '../places/open-place.ts';
import type { Place } from '../places/place.ts';
import { currentInBucket, currentInFolder } from '../sql/current-files.ts';
import { note, out } from '../terminal/terminal.ts';

type FilesOptions = PlaceOptions & {
  readonly table: string;
  readonly accountId?: string;
  readonly from?: string;
  readonly to?: string;
  readonly json?: true;
};

export function addFiles(program: Command): void {
  const command = program
    .command('files')
    .description('list the current Parquet files of a table, for pandas, Polars, DuckDB, Spark, …')
    .addOption(
      new Option('--table <name>', 'of this table (required)')
        .choices(tables.map(({ name }) => name))
        .makeOptionMandatory(),
    )
    .option('--account-id <id>', 'only this account', notEmpty)
    .option(
      '--from <YYYY-MM-DD>',
      'the first day, as its table has them; default: the first there is',
    )
    .option('--to <YYYY-MM-DD>', 'the last day, included; default: the last there is');
  addPlaceOptions(command)
    .option('--json', 'as JSON: a list of objects with account_id, dt or day, and file')
    .addHelpText(
      'after',
      `
A block is written anew whenever it changes; only the version that its pointer names counts, and a glob
over the folders would find others beside it. A version never changes and stays for a day at least after
it was superseded: read what is listed here within that time.`,
    )
    .action(files);
}

async function files(options: FilesOptions): Promise<void> {
  const from = options.from === undefined ? '' : parseDay('--from', options.from);
  const to = options.to === undefined ? '9999-12-31' : parseDay('--to', options.to);
  if (from > to) {
    throw new SettingsError(`--from ${from} is after --to ${to}.`, 'Give the earlier day first.');
  }
  const table = tables.find(({ name }) => name === options.table) as Table;
  const dayName = dayColumn(table)?.name;
  const found = await inPlace(options, async (place) => {
    const current = await currentIn(place, table, options.accountId);
    return current
      .filter(({ day }) => day === null || (day >= from && day <= to))
      .map(({ accountId, day, key }) => ({
        account_id: accountId,
        ...(dayName !== undefined && { [dayName]: day }),
        file: place.addressOf(key),
      }));
  });
  if (options.json) out(JSON.stringify(found, null, 2));
  else for (const { file } of found) out(file);
  if (found.length === 0) note(`No rows of ${table.name} are stored there.`);
}

/** In a folder read as they lie there, which needs no right to write. */
async function currentIn(place: Place, table: Table, accountId: string | undefined) {
  if (place.kind === 'folder') {
    const all = currentInFolder(lakeFolder(place.name), table);
    return all.filter((file) => accountId === undefined || file.accountId === accountId);
  }
  const accounts = await accountsIn(place, accountId);
  return place.use((clients) => currentInBucket(clients, place, table, accounts));
}
