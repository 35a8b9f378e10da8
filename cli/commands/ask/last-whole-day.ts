import { localDayOf, localDaySpan } from '../../../shared/activity/local-day.ts';
import { sourceZone } from '../../../shared/activity/source-zone.ts';
import { SettingsError } from '../../../shared/errors.ts';
import { type LakeAccount, storedCheckpoint } from '../../account/account.ts';

/**
 * The local day that people ask of when they name none, `YYYY-MM-DD`: the last that is known to its
 * end, or of a history that is younger than a day the one it began in.
 *
 * @throws SettingsError when nothing was read yet
 */
export async function lastWholeDay(
  account: Pick<LakeAccount, 'place' | 'settings'>,
): Promise<string> {
  const { accountId, reportTimeZone } = account.settings;
  const state = await storedCheckpoint(account);
  if (state === null || state.watermarkMs === state.startMs) {
    throw new SettingsError(
      `Nothing is known of account ${accountId} yet.`,
      'Pull first: `pull --help` says how.',
    );
  }
  const zone = sourceZone(reportTimeZone);
  const today = localDayOf(zone, state.watermarkMs);
  const yesterday = localDayOf(zone, localDaySpan(zone, today).fromMs - 1);
  return localDaySpan(zone, yesterday).toMs > state.startMs ? yesterday : today;
}
