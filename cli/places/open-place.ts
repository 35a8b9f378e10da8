import { type Command, Option } from 'commander';
import { SettingsError } from '../../shared/errors.ts';
import { notEmpty } from '../options/option-values.ts';
import { DEFAULT_DATA_FOLDER, requireDataFolder } from './data-folder.ts';
import type { Place } from './place.ts';

export interface PlaceOptions {
  readonly data?: string;
  readonly stack?: string;
}

export function addPlaceOptions(command: Command): Command {
  const data = new Option('--data <dir>', `the data folder (default: ${DEFAULT_DATA_FOLDER})`);
  return addStackOption(command.addOption(data.env('ACTIVITY_DATA').argParser(notEmpty)));
}

function addStackOption(command: Command): Command {
  const stack = new Option(
    '--stack <name>',
    'a deployed stack instead; AWS credentials and region as for the AWS CLI',
  );
  return command.addOption(stack.env('ACTIVITY_STACK').argParser(notEmpty).conflicts('data'));
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
