import { type Command, Option } from 'commander';
import type { AwsClients } from '../shared/aws.ts';
import { SettingsError } from '../shared/errors.ts';
import type { Queries } from '../shared/queries/query-result.ts';
import type { AccountSettingsInput } from '../shared/settings.ts';
import { DEFAULT_DATA_FOLDER, requireDataFolder } from './data-folder.ts';
import { notEmpty } from './setting-options.ts';

/** Where a lake is: a data folder served by the embedded AWS, or a deployed stack. */
export interface Place {
  readonly kind: 'folder' | 'stack';
  /** As a message calls it. */
  readonly name: string;
  /** The options that lead there again, with a blank before them; empty for the default. */
  readonly options: string;
  readonly bucket: string;
  readonly checkpointTable: string;
  /** The accounts it holds, in the order of their ids. */
  accounts(): Promise<readonly string[]>;
  /** Whether it holds this account; asks of no other. */
  holds(accountId: string): Promise<boolean>;
  /** The settings an account is deployed with, as written; `null` in a folder. */
  deployed(accountId: string): Promise<AccountSettingsInput | null>;
  /** Who the person at this command line is, for the run ledger. */
  person(): Promise<string>;
  /** Does something with the clients; all of it again if a folder's servers are lost meanwhile. */
  use<T>(action: (clients: AwsClients) => Promise<T>): Promise<T>;
  queries(): Promise<Queries>;
  /** Where an object of the lake can be read: its absolute path, or its `s3://` address. */
  addressOf(key: string): string;
  close(): Promise<void>;
}

export interface PlaceOptions {
  readonly data?: string;
  readonly stack?: string;
}

export function addPlaceOptions(command: Command): Command {
  const data = new Option('--data <dir>', `the data folder (default: ${DEFAULT_DATA_FOLDER})`);
  return addStackOption(command.addOption(data.env('ACTIVITY_DATA').argParser(notEmpty)));
}

export function addStackOption(command: Command): Command {
  const stack = new Option(
    '--stack <name>',
    'a deployed stack instead; AWS credentials and region as for the AWS CLI',
  );
  return command.addOption(stack.env('ACTIVITY_STACK').argParser(notEmpty).conflicts('data'));
}

/** An AWS client lost the server it spoke to. */
export function isConnectionLost(error: unknown): boolean {
  return ['ECONNREFUSED', 'ECONNRESET', 'EPIPE'].includes(
    (Object(error) as { code?: string }).code ?? '',
  );
}

/**
 * Opens the place that the options name, and closes it when the action has ended.
 *
 * @param mayBegin whether a folder that holds nothing yet will do
 * @throws DataFolderError, StackError when there is no lake there
 */
export async function inPlace<T>(
  options: PlaceOptions,
  action: (place: Place) => Promise<T>,
  { mayBegin = false } = {},
): Promise<T> {
  const place = await openPlace(options, mayBegin);
  try {
    return await action(place);
  } finally {
    await place.close();
  }
}

async function openPlace({ data, stack }: PlaceOptions, mayBegin: boolean): Promise<Place> {
  // Loaded when needed: each takes a while, and no command needs both.
  if (stack !== undefined) return (await import('./stack-place.ts')).openStack(stack);
  const { openFolder } = await import('./folder-place.ts');
  const folder = data ?? DEFAULT_DATA_FOLDER;
  if (!mayBegin) requireDataFolder(folder);
  return openFolder(folder);
}

/**
 * The one account meant: the one named, or the only one there is.
 *
 * @throws SettingsError naming the accounts there are
 */
export async function accountIn(place: Place, named: string | undefined): Promise<string> {
  const [only, ...others] = await accountsIn(place, named);
  if (only !== undefined && others.length === 0) return only;
  const problem =
    only === undefined
      ? `${place.name} holds no account yet.`
      : `${place.name} holds several accounts: ${[only, ...others].join(', ')}.`;
  throw new SettingsError(problem, 'Name the account with --account-id.');
}

/**
 * The accounts meant: the one named, or all there are.
 *
 * @throws SettingsError naming the accounts there are
 */
export async function accountsIn(
  place: Place,
  named: string | undefined,
): Promise<readonly string[]> {
  if (named === undefined) return place.accounts();
  if (await place.holds(named)) return [named];
  const accounts = await place.accounts();
  throw new SettingsError(
    `${place.name} holds nothing of account ${named}, only of ${accounts.join(', ') || 'none'}.`,
    `Check --account-id and --${place.kind === 'stack' ? 'stack' : 'data'}.`,
  );
}
