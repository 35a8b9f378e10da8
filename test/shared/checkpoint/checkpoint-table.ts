import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import dynalite from 'dynalite';
import { createTable } from '../../../local/lake-resources.ts';
import type { AccountItems } from '../../../shared/checkpoint/items.ts';

/**
 * A checkpoint table in memory; to be called once by a file of tests.
 */
export function checkpointTable() {
  const table = 'checkpoint';
  let server: Server;
  let db: DynamoDBDocumentClient;
  let accounts = 0;
  beforeAll(async () => {
    server = dynalite({ createTableMs: 0 });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const client = new DynamoDBClient({
      region: 'eu-central-1',
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      credentials: { accessKeyId: 'AKID', secretAccessKey: 'KEY' },
    });
    await createTable(client, table);
    db = DynamoDBDocumentClient.from(client);
  });
  afterAll(async () => {
    db.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  afterEach(() => jest.restoreAllMocks());
  return {
    table,
    get db() {
      return db;
    },
    /** The items of one more account, by the run that changes them. */
    newAccount: () => {
      const accountId = `account-${accounts++}`;
      return (runId: string): AccountItems => ({ db, table, accountId, runId });
    },
  };
}
