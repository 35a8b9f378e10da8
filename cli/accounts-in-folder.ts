import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { AwsClients } from '../shared/aws.ts';
import { CHECKPOINT_TABLE } from './data-folder.ts';
import { DataFolderError } from './errors.ts';

/**
 * The accounts that a data folder holds anything of, in the order of their ids.
 *
 * @param only the one that is asked for, if one is
 * @throws DataFolderError when that one is not there
 */
export async function accountsIn(
  { db }: AwsClients,
  dataDir: string,
  only: string | undefined,
): Promise<readonly string[]> {
  const found = new Set<string>();
  let from: Record<string, unknown> | undefined;
  do {
    const page = await db.send(
      new ScanCommand({
        TableName: CHECKPOINT_TABLE,
        ProjectionExpression: 'account_id',
        ExclusiveStartKey: from,
      }),
    );
    for (const item of page.Items ?? []) found.add(item.account_id);
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  const accounts = [...found].sort();
  if (only === undefined) return accounts;
  if (accounts.includes(only)) return [only];
  throw new DataFolderError(
    `${dataDir} holds nothing of account ${only}, only of ${accounts.join(', ') || 'none'}.`,
    'Check --account-id and --data.',
  );
}
