import path from 'node:path';
import { type Command, Option } from 'commander';
import { SettingsError } from '../../shared/errors.ts';
import type { AccountSettings } from '../../shared/settings.ts';
import { missingOption, notEmpty } from '../options/option-values.ts';
import {
  addSettingOptions,
  givenBy,
  type Setting,
  type SettingOptions,
} from '../options/setting-options.ts';
import { DEFAULT_DATA_FOLDER } from '../places/data-folder.ts';
import {
  credentialsIn,
  folderAccounts,
  rememberAccount,
  settingsIn,
} from '../places/folder-accounts.ts';
import { accountIn, addPlaceOptions, inPlace, type PlaceOptions } from '../places/open-place.ts';
import type { Place } from '../places/place.ts';
import { note, paintFor } from '../terminal/terminal.ts';
import { type OpenAccount, openAccount } from './account.ts';
import { CredentialsFile } from './credentials-file.ts';
import { settingsFrom } from './settings.ts';

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
Without --stack, --account-id, --host and --credentials are needed once: then the folder's
accounts.json has them. With --stack the account is as deployed, its credentials are those of its
secret, and ${withStack}.
An option goes before its environment variable, both before accounts.json.`,
  );
}

function addCredentialsOption(command: Command): Command {
  const credentials = new Option(
    '--credentials <file>',
    'the JSON that Secrets Manager would hold; - is standard input',
  );
  return command.addOption(credentials.env('ACTIVITY_CREDENTIALS').argParser(notEmpty));
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
  const { settings, credentialsFile } = givenAccount(options);
  const credentials = await CredentialsFile.open(credentialsFile);
  return inPlace(options, (place) => action(openAccount(place, settings, credentials)), {
    mayBegin,
  });
}

/**
 * The account that options and the folder's `accounts.json` tell: an option goes before its environment
 * variable, both before the file.
 *
 * @throws SettingsError when something is missing or wrong, or the file names several accounts
 */
export function givenAccount(options: SourceOptions): {
  readonly settings: AccountSettings;
  readonly credentialsFile: string;
} {
  const { data = DEFAULT_DATA_FOLDER } = options;
  const accountId = options.accountId ?? onlyAccountIn(data);
  if (options.host === undefined) refuseUnknown(data, accountId);
  const named = { ...options, ...(accountId !== undefined && { accountId }) };
  const settings = settingsFrom(named, settingsIn(data, accountId));
  warnIfTooMany(settings);
  const credentialsFile = options.credentials ?? credentialsIn(data, settings.accountId);
  if (credentialsFile === undefined) throw missingOption('--credentials');
  return { settings, credentialsFile };
}

/** An id that is mistyped, rather than an account whose host was left out. */
function refuseUnknown(dataDir: string, accountId: string | undefined): void {
  const known = folderAccounts(dataDir).map(({ id }) => id);
  if (accountId === undefined || known.length === 0 || known.includes(accountId)) return;
  throw new SettingsError(
    `accounts.json of ${dataDir} names no account ${accountId}, only ${known.join(', ')}.`,
    'Check --account-id, or give --host and --credentials of a new one.',
  );
}

function onlyAccountIn(dataDir: string): string | undefined {
  const accounts = folderAccounts(dataDir).map(({ id }) => id);
  if (accounts.length <= 1) return accounts[0];
  throw new SettingsError(
    `accounts.json of ${dataDir} names several accounts: ${accounts.join(', ')}.`,
    'Name the account with --account-id.',
  );
}

/**
 * Writes how an account was reached into its folder's `accounts.json`, once. Of the credentials only where
 * their file is.
 */
export function remember(
  options: SourceOptions,
  { accountId, host }: Pick<AccountSettings, 'accountId' | 'host'>,
  quiet = false,
): void {
  const { data = DEFAULT_DATA_FOLDER, credentials } = options;
  if (options.stack !== undefined) return;
  // Where history begins is asked once alone.
  const { accountId: _, start: __, ...given } = givenBy(options);
  const isFile = credentials !== undefined && credentials !== '-';
  const kept = isFile ? { credentials: relativePath(data, credentials) } : {};
  const file = rememberAccount(data, { id: accountId, ...given, host, ...kept });
  if (file === null || quiet) return;
  note(
    isFile
      ? `Kept in ${file}: from now on the folder knows the account, and its options can be left out.`
      : `Kept in ${file}: from now on of the account's options --credentials alone is needed.`,
  );
}

function relativePath(dataDir: string, file: string): string {
  return path.relative(path.resolve(dataDir), path.resolve(file));
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

export function refuseCredentials({ credentials }: SourceOptions): void {
  if (credentials === undefined) return;
  throw new SettingsError(
    '--credentials and --stack exclude each other: a stack has its credentials in its secret.',
    'Leave --credentials out. docs/deploy.md says how to change the secret.',
  );
}
