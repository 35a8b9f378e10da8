import { checkpointLost } from '../../shared/checkpoint/checkpoint.ts';
import type { SettingsError } from '../../shared/errors.ts';
import { holdsRows } from '../../shared/run/lake-run.ts';
import type { Place } from '../places/place.ts';
import { readStores } from '../places/read-stores.ts';
import { typedCommand } from '../terminal/typed-command.ts';

/**
 * What to say of an account that has rows and no checkpoint.
 *
 * @param accountId where the place has several
 */
export function lostWords(accountId?: string): string {
  const rebuild = typedCommand('checkpoint rebuild --reason …', accountId);
  return `rows are stored, but the checkpoint is lost: \`${rebuild}\``;
}

/** Whether an account without a checkpoint had one once, for it has rows. */
export function isCheckpointLost(place: Place, accountId: string): Promise<boolean> {
  return readStores(place, accountId, ({ blocks }) => holdsRows(blocks, accountId));
}

/** Why an account has no checkpoint: it was lost, or, when no row is stored either, what is given. */
export async function withoutCheckpoint(
  place: Place,
  accountId: string,
  neverPulled: SettingsError,
): Promise<Error> {
  return (await isCheckpointLost(place, accountId)) ? checkpointLost(accountId) : neverPulled;
}
