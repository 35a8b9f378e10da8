import type { Command } from 'commander';
import { CheckpointConflictError } from '../../shared/errors.ts';
import type { LakeRun } from '../../shared/run/lake-run.ts';
import type { LakeSettings } from '../../shared/settings.ts';
import { missingOption, notEmpty } from '../options/option-values.ts';
import type { SettingOptions } from '../options/setting-options.ts';
import { settingsIn } from '../places/folder-accounts.ts';
import { accountIn, addPlaceOptions, inPlace, type PlaceOptions } from '../places/open-place.ts';
import type { Place } from '../places/place.ts';
import { type During, type LakeAccount, lakeAccount, storedCheckpoint } from './account.ts';
import { lakeSettingsFrom, settingsFrom } from './settings.ts';

/** What every command takes that changes something by hand. */
export type ByHandOptions = PlaceOptions &
  SettingOptions & { readonly reason?: string; readonly yes?: true };

export function addByHandOptions(command: Command): Command {
  return addPlaceOptions(command)
    .option('--account-id <id>', 'which account, if there are several', notEmpty)
    .option(
      '--reason <text>',
      'why, for the run ledger (required where something changes)',
      notEmpty,
    )
    .option('--yes', 'don’t ask');
}

/** Opens the account that a command is to look into or to change, without asking its source. */
export async function inLakeAccount<T>(
  options: ByHandOptions,
  action: (account: LakeAccount) => Promise<T>,
): Promise<T> {
  return inPlace(options, async (place) => {
    const accountId = await accountIn(place, options.accountId);
    return action(lakeAccount(place, await lakeSettingsOf(place, accountId, options)));
  });
}

/**
 * The settings of an account whose source is not asked: as deployed, or as a folder knows them. Of the
 * setting options three are heeded: others mean nothing here, or another thing.
 */
export async function lakeSettingsOf(
  place: Place,
  accountId: string,
  { sourceTimeZone: zone, earliestDate, keepRows }: SettingOptions = {},
): Promise<LakeSettings> {
  const heeded = { sourceTimeZone: zone, earliestDate, keepRows };
  const deployed = await place.deployed(accountId);
  if (deployed !== null) return settingsFrom(heeded, deployed);
  // What asks the source is no business of a lake's.
  const { host, streamId, requestsPerMinute, requestTimeout, maxResponseMegabytes, ...ofFolder } =
    settingsIn(place.name, accountId);
  const known = { accountId, ...ofFolder };
  const settings = lakeSettingsFrom(heeded, known);
  const { sourceTimeZone } = (await storedCheckpoint({ place, settings })) ?? {};
  return lakeSettingsFrom(heeded, { ...known, ...(sourceTimeZone && { sourceTimeZone }) });
}

/**
 * Does a piece of work as a run of its own, so that the ledger says who did it and why.
 *
 * @throws whatever the work throws; CheckpointConflictError when a run was faster
 */
export async function byHand<T>(
  account: Pick<LakeAccount, 'place' | 'run'>,
  { name, reason }: { readonly name: string; readonly reason: string | undefined },
  work: (run: LakeRun) => Promise<T>,
  during: During = {},
): Promise<T> {
  const actor = await account.place.person();
  let result: { readonly of: T } | undefined;
  const job = {
    name,
    actor,
    ...(reason !== undefined && { reason }),
    work: async (run: LakeRun) => {
      // A person waits as long as it takes.
      result = { of: await work({ ...run, deadlineMs: Number.POSITIVE_INFINITY }) };
    },
  };
  const { record, error } = await account.run(job, during);
  if (error !== null) throw error;
  if (result !== undefined && record.status === 'succeeded') return result.of;
  during.signal?.throwIfAborted();
  throw new CheckpointConflictError(
    `It ended as ${record.status}: a run was faster.`,
    'Look at what holds now, `status` or `runs`, and try again.',
  );
}

/** @throws SettingsError when no reason is given for what needs one */
export function requireReason({ reason }: ByHandOptions): string {
  if (reason === undefined)
    throw missingOption('--reason', 'Say why: it is kept in the run ledger.');
  return reason;
}
