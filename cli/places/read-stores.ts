import { type AccountStores, accountStores } from '../../shared/run/account-stores.ts';
import type { Place } from './place.ts';

/** Reads what is kept of an account, without a run. */
export function readStores<T>(
  place: Pick<Place, 'use' | 'bucket' | 'checkpointTable'>,
  accountId: string,
  read: (stores: AccountStores) => Promise<T>,
): Promise<T> {
  return place.use((clients) => read(accountStores(clients, place, accountId)));
}
