import type { Command } from 'commander';
import { SettingsError } from '../shared/errors.ts';
import type { AccountSettings } from '../shared/settings.ts';
import { type OpenAccount, openAccount } from './account.ts';
import { CredentialsFile } from './credentials-file.ts';
import { DEFAULT_DATA_FOLDER } from './data-folder.ts';
import { staySettingsIn } from './folder-accounts.ts';
import { accountIn, addPlaceOptions, inPlace, type Place, type PlaceOptions } from './place.ts';
import {
  addSettingOptions,
  missingOption,
  notEmpty,
  type Setting,
  type SettingOptions,
  settingsFrom,
} from './setting-options.ts';
import { note, paintFor } from './terminal.ts';

const ALLOWED_BY_KORE_AI = 60;

export type SourceOptions = SettingOptions & PlaceOptions & { readonly credentials?: string };

/** The options of a command that asks the source: how to reach it, and where the lake is. */
export function addSourceOptions(
  command: Command,
  settings: readonly Setting[],
  withStack = 'an option changes a setting for this run',
): Command {
  addPlaceOptions(addCredentialsOption(command));
  return addSettingOptions(command, settings).addHelpText(
    'after',
    `
Without --stack, --account-id, --host and --credentials are needed. With --stack the account is as
deployed, its credentials are those of its secret, and ${withStack}.`,
  );
}

export function addCredentialsOption(command: Command): Command {
  return command.option(
    '--credentials <file>',
    'the JSON that Secrets Manager would hold; - is standard input',
    notEmpty,
  );
}

/**
 * Opens the account that the options name, and closes its place when the action has ended.
 *
 * @param mayBegin whether a folder that holds nothing yet will do
 * @throws SettingsError when an option is missing, wrong or out of place
 * @throws CredentialsError when the file of credentials does not hold what is wanted
 */
export async function inAccount<T>(
  options: SourceOptions,
  action: (account: OpenAccount) => Promise<T>,
  { mayBegin = true } = {},
): Promise<T> {
  if (options.stack !== undefined) {
    refuseCredentials(options);
    return inPlace(options, async (place) =>
      action(openAccount(place, await deployedSettings(place, options), null)),
    );
  }
  const { data = DEFAULT_DATA_FOLDER, accountId } = options;
  const settings = settingsFrom(options, staySettingsIn(data, accountId));
  warnIfTooMany(settings);
  const credentials = await CredentialsFile.open(requireCredentials(options));
  return inPlace(options, (place) => action(openAccount(place, settings, credentials)), {
    mayBegin,
  });
}

/** Beyond what Kore.ai allows each account; whoever simulates one sets its own limit. */
function warnIfTooMany({ host, requestsPerMinute }: AccountSettings): void {
  if (requestsPerMinute <= ALLOWED_BY_KORE_AI || host.startsWith('http:')) return;
  const { yellow } = paintFor(process.stderr);
  note(
    `${yellow('warning:')} Kore.ai allows an account ${ALLOWED_BY_KORE_AI} requests a minute, shared by everything that asks it.`,
  );
}

/** As the account's function has them, but for what the options say. */
export async function deployedSettings(
  place: Place,
  options: SettingOptions,
): Promise<AccountSettings> {
  const accountId = await accountIn(place, options.accountId);
  return settingsFrom(options, (await place.deployed(accountId)) ?? {});
}

export function requireCredentials({ credentials }: SourceOptions): string {
  if (credentials === undefined) throw missingOption('--credentials');
  return credentials;
}

export function refuseCredentials({ credentials }: SourceOptions): void {
  if (credentials === undefined) return;
  throw new SettingsError(
    '--credentials and --stack exclude each other: a stack has its credentials in its secret.',
    'Leave --credentials out. docs/deploy.md says how to change the secret.',
  );
}
