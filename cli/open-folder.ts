import { type LocalAws, startLocalAws } from '../local/aws.ts';
import { type AwsClients, awsClients } from '../shared/aws.ts';
import { BUCKET, CHECKPOINT_TABLE } from './data-folder.ts';

/** The embedded AWS on a data folder. */
export interface OpenFolder {
  /**
   * Does something with the clients, all of it again if need be: when another process serves the
   * folder and ends, its servers are lost, and this process goes on with its own or the next one's.
   */
  use<T>(action: (clients: AwsClients) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

interface Connection {
  readonly aws: LocalAws;
  readonly clients: AwsClients;
}

/**
 * Starts the embedded AWS on a folder, which is made if it is missing, or joins the one running.
 *
 * @param prepare done whenever the servers are new, before anything else
 * @throws SettingsError when the folder can't be used
 */
export async function openDataFolder(
  dataDir: string,
  prepare: (clients: AwsClients) => Promise<void> = async () => {},
): Promise<OpenFolder> {
  let connection: Connection | undefined;
  const use = async <T>(action: (clients: AwsClients) => Promise<T>): Promise<T> => {
    while (true) {
      try {
        if (connection === undefined) {
          connection = await connect(dataDir);
          await prepare(connection.clients);
        }
        return await action(connection.clients);
      } catch (error) {
        if (connection === undefined || connection.aws.owned || !isConnectionLost(error)) {
          throw error;
        }
        await disconnect(connection);
        connection = undefined;
      }
    }
  };
  const close = async () => {
    if (connection !== undefined) await disconnect(connection);
    connection = undefined;
  };
  try {
    await use(async () => {});
  } catch (error) {
    await close();
    throw error;
  }
  return { use, close };
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

function isConnectionLost(error: unknown): boolean {
  return ['ECONNREFUSED', 'ECONNRESET', 'EPIPE'].includes((error as { code?: string }).code ?? '');
}
