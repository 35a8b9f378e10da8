import type { Command } from 'commander';
import { jobs } from '../../shared/jobs.ts';
import { openAccount } from '../account.ts';
import { readCredentialsFile } from '../credentials-file.ts';
import { DEFAULT_DATA_FOLDER } from '../data-folder.ts';
import { exitCodes } from '../failure.ts';
import { untilInterrupted } from '../interruption.ts';
import {
  addSettingOptions,
  notEmpty,
  type SettingOptions,
  settingsFrom,
} from '../setting-options.ts';
import { note, out } from '../terminal.ts';
import { counted, plural } from '../wording.ts';

type DirectoryOptions = SettingOptions & { readonly credentials: string; readonly data: string };

export function addDirectory(program: Command): void {
  const command = program
    .command('directory')
    .description('copy the names of the agents of an account into a data folder');
  addSettingOptions(command)
    .requiredOption(
      '--credentials <file>',
      'the JSON that Secrets Manager would hold; - is standard input',
    )
    .option('--data <dir>', 'where everything is kept', notEmpty, DEFAULT_DATA_FOLDER)
    .action(directory);
}

async function directory(options: DirectoryOptions): Promise<void> {
  const settings = settingsFrom(options);
  const { text } = await readCredentialsFile(options.credentials);
  const signal = untilInterrupted();
  const account = await openAccount(options.data, settings, text);
  try {
    const { record, error } = await account.run(jobs.directory, { signal });
    if (error !== null) throw error;
    if (record.status !== 'succeeded') {
      note('Ended before all was copied: run it again.');
      process.exitCode = exitCodes.failed;
      return;
    }
    const { new: added = 0, repeated = 0 } = record.counts ?? {};
    out(
      `Account ${settings.accountId}: ${plural(added + repeated, 'agent')}, ${counted(added)} new.`,
    );
  } finally {
    await account.folder.close();
  }
}
