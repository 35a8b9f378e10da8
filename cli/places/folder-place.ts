import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { paginateScan } from '@aws-sdk/lib-dynamodb';
import { type LocalAws, startLocalAws } from '../../local/aws.ts';
import { type AwsClients, awsClients } from '../../shared/aws.ts';
import { agentActivity } from '../../shared/lake/tables.ts';
import { BUCKET, CHECKPOINT_TABLE, lakeFolder } from './data-folder.ts';
import { personHere } from './person.ts';
import { isConnectionLost, type Place } from './place.ts';

interface Connection {
  readonly aws: LocalAws;
  readonly clients: AwsClients;
}

/**
 * A data folder as a place. The embedded AWS is started on it when it is first used, which makes the
 * folder if it is missing, or the one running is joined.
 */
export function openFolder(dataDir: string): Place {
  let connection: Connection | undefined;
  const use = async <T>(action: (clients: AwsClients) => Promise<T>): Promise<T> => {
    while (true) {
      try {
        connection ??= await connect(dataDir);
        return await action(connection.clients);
      } catch (error) {
        // Another process serves the folder and has ended: go on with our own servers, or the next one's.
        if (connection === undefined || connection.aws.owned || !isConnectionLost(error)) {
          throw error;
        }
        await disconnect(connection);
        connection = undefined;
      }
    }
  };
  const accounts = async () =>
    [...new Set([...(await use(accountsWithItems)), ...accountsWithRows(dataDir)])].sort();
  return {
    kind: 'folder',
    name: dataDir,
    bucket: BUCKET,
    checkpointTable: CHECKPOINT_TABLE,
    accounts,
    holds: async (accountId) => (await accounts()).includes(accountId),
    deployed: async () => null,
    person: async () => personHere(),
    use,
    // DuckDB takes a while to load, and few commands need it.
    queries: async () => (await import('./folder-lake.ts')).openLake(dataDir),
    addressOf: (key) => path.resolve(lakeFolder(dataDir), key),
    close: async () => {
      if (connection !== undefined) await disconnect(connection);
      connection = undefined;
    },
  };
}

async function connect(dataDir: string): Promise<Connection> {
  const aws = await startLocalAws({ dataDir, bucket: BUCKET, checkpointTable: CHECKPOINT_TABLE });
  Object.assign(process.env, aws.environment);
  return { aws, clients: awsClients() };
}

async function disconnect({ aws, clients }: Connection): Promise<void> {
  for (const client of [clients.s3, clients.secrets, clients.db]) {
    // The document client's own destroy does nothing, and an open connection keeps its server up.
    client.config.requestHandler.destroy?.();
  }
  await aws.stop();
}

async function accountsWithItems({ db }: AwsClients): Promise<readonly string[]> {
  const found = new Set<string>();
  const items = { TableName: CHECKPOINT_TABLE, ProjectionExpression: 'account_id' };
  for await (const { Items = [] } of paginateScan({ client: db }, items)) {
    for (const { account_id } of Items) found.add(account_id);
  }
  return [...found];
}

/** Also those whose items were lost. */
function accountsWithRows(dataDir: string): readonly string[] {
  const folder = path.join(lakeFolder(dataDir), agentActivity.folder);
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => /^account_id=(.+)$/.exec(name)?.[1] ?? []);
}
