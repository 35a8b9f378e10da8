import { paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { agentActivity } from '../../../shared/lake/tables.ts';
import type { Place } from '../../places/place.ts';

const PREFIX = `${agentActivity.folder}/account_id=`;

/**
 * Accounts that have rows in the lake of a stack, and no stack of their own within it: they were taken out of the
 * list, or their ids were written in other letters. Of a folder none, for it has whatever lies in it.
 */
export async function leftAccounts(
  place: Place,
  deployed: readonly string[],
): Promise<readonly string[]> {
  if (place.kind === 'folder') return [];
  return await place.use(async ({ s3: client }) => {
    const query = { Bucket: place.bucket, Prefix: PREFIX, Delimiter: '/' };
    const left: string[] = [];
    for await (const { CommonPrefixes = [] } of paginateListObjectsV2({ client }, query)) {
      for (const { Prefix = '' } of CommonPrefixes) {
        const accountId = Prefix.slice(PREFIX.length, -1);
        if (!deployed.includes(accountId)) left.push(accountId);
      }
    }
    return left;
  });
}

/** What to say of one. */
export function leftWords(accountId: string, deployed: readonly string[]): string {
  const likeIt = deployed.find((id) => id.toLowerCase() === accountId.toLowerCase());
  const letters =
    likeIt === undefined ? '' : ` The account ${likeIt} is another: its letters differ.`;
  return [
    `The account ${accountId} has rows here, and is not deployed: nothing pulls it, and no query finds it.${letters}`,
    'Put it back into accounts.json, with "enabled": false if it is to rest (docs/deploy.md, "An account that comes back").',
  ].join(' ');
}
