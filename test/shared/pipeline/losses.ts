import { DeleteObjectCommand, GetObjectCommand } from '@aws-sdk/client-s3';
import { DeleteCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { AwsClients } from '../../../shared/aws.ts';

/** What becomes of an account's lake that no run of ours did. */
export interface Losses {
  /** The key of the version that a pointer names. */
  versionOf(pointer: string): Promise<string>;
  /** Somebody deletes objects. */
  loseObjects(keys: readonly string[]): Promise<void>;
  /** The table is gone, or some of what it said of the account. Default: all of it. */
  loseTable(isLost?: (item: string) => boolean): Promise<void>;
}

export function losses(
  { s3, db }: Pick<AwsClients, 's3' | 'db'>,
  { bucket, checkpointTable }: { readonly bucket: string; readonly checkpointTable: string },
  accountId: string,
): Losses {
  return {
    versionOf: async (pointer) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: pointer }));
      const address = (await Body?.transformToString()) ?? '';
      return address.replace(`s3://${bucket}/`, '').trim();
    },
    loseObjects: async (keys) => {
      for (const Key of keys) await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
    },
    loseTable: async (isLost = () => true) => {
      const { Items = [] } = await db.send(
        new QueryCommand({
          TableName: checkpointTable,
          KeyConditionExpression: 'account_id = :id',
          ExpressionAttributeValues: { ':id': accountId },
        }),
      );
      for (const { account_id, item } of Items.filter(({ item }) => isLost(item))) {
        await db.send(new DeleteCommand({ TableName: checkpointTable, Key: { account_id, item } }));
      }
    },
  };
}
