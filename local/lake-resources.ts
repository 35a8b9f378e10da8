import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceInUseException,
  ResourceNotFoundException,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { Clock } from '../shared/clock.ts';
import type { Servers } from './data-folder.ts';

const TABLE_TRIES = 50;
const TABLE_WAIT_MS = 10;

/** The names under which the lake is kept. */
export interface LakeNames {
  readonly bucket: string;
  readonly checkpointTable: string;
}

export const REGION = 'us-east-1';

/** Makes the bucket when missing. Rejects when nobody answers, or not to this access key. */
export async function ensureBucket(servers: Servers, bucket: string): Promise<void> {
  const client = new S3Client({ ...configuration(servers), endpoint: servers.s3, maxAttempts: 1 });
  try {
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
  } finally {
    client.destroy();
  }
}

/** Makes the checkpoint table when missing, as the deployed stack does, and waits until it serves. */
export async function ensureTable(servers: Servers, table: string, clock: Clock): Promise<void> {
  const client = new DynamoDBClient({ ...configuration(servers), endpoint: servers.dynamoDb });
  const status = async () => {
    try {
      const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
      return Table?.TableStatus;
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  };
  try {
    if ((await status()) === undefined) await createTable(client, table);
    for (let tries = 1; (await status()) !== 'ACTIVE'; tries++) {
      if (tries === TABLE_TRIES) await finishCreation(client, table);
      if (tries === 2 * TABLE_TRIES) throw new Error(`The table ${table} does not become active.`);
      await clock.sleep(TABLE_WAIT_MS);
    }
  } finally {
    client.destroy();
  }
}

/** That of the checkpoint, unless it is there. */
export async function createTable(client: DynamoDBClient, table: string): Promise<void> {
  const create = new CreateTableCommand({
    TableName: table,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'account_id', AttributeType: 'S' },
      { AttributeName: 'item', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'account_id', KeyType: 'HASH' },
      { AttributeName: 'item', KeyType: 'RANGE' },
    ],
  });
  try {
    await client.send(create);
  } catch (error) {
    // Another process made it between our look and this.
    if (!(error instanceof ResourceInUseException)) throw error;
  }
}

/**
 * dynalite writes "creating" and, a moment later, "active". Killed in between it stays "creating"
 * for good; a change of throughput, which means nothing here, ends as "active".
 */
async function finishCreation(client: DynamoDBClient, table: string): Promise<void> {
  await client.send(
    new UpdateTableCommand({
      TableName: table,
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
    }),
  );
}

function configuration({ accessKeyId, secretAccessKey }: Servers) {
  return {
    region: REGION,
    credentials: { accessKeyId, secretAccessKey },
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
  };
}
