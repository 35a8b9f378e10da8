import type { Command } from 'commander';
import { openAccount } from '../account.ts';
import { readCredentialsFile } from '../credentials-file.ts';
import { DEFAULT_DATA_FOLDER } from '../data-folder.ts';
import { addSettingOptions, type SettingOptions, settingsFrom } from '../setting-options.ts';
import { out } from '../terminal.ts';
import { counted } from '../wording.ts';

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
    .option('--data <dir>', 'where everything is kept', DEFAULT_DATA_FOLDER)
    .action(directory);
}

async function directory(options: DirectoryOptions): Promise<void> {
  const settings = settingsFrom(options);
  const { text } = await readCredentialsFile(options.credentials);
  const account = await openAccount(options.data, settings, text);
  try {
    const { record, error } = await account.run('directory');
    if (error !== null) throw error;
    const { new: added = 0, repeated = 0 } = record.counts ?? {};
    out(
      `Account ${settings.accountId}: ${counted(added + repeated)} agents, ${counted(added)} new.`,
    );
  } finally {
    await account.folder.close();
  }
}
