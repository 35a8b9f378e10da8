import { devNull } from 'node:os';
import { join, resolve } from 'node:path';
import { systemClock } from '../shared/clock.ts';
import { SettingsError } from '../shared/errors.ts';
import { createAccessKey } from './access-key.ts';
import {
  type OwnedFolder,
  ownFolder,
  publishedServers,
  type Servers,
  unusable,
} from './data-folder.ts';
import { startDynamoDb } from './dynamodb.ts';
import { ensureBucket, ensureTable, type LakeNames, REGION } from './lake-resources.ts';
import type { LoopbackServer } from './loopback-server.ts';
import { ObjectStore } from './s3/object-store.ts';
import { startS3Server } from './s3/server.ts';
import { startSecretsManager } from './secrets-manager.ts';

/** A starting or ending owner is waited for this long in all. */
const TRIES = 100;
const WAIT_MS = 100;

/** AWS on one machine, for the clients of this process and of those it starts. */
export interface LocalAws {
  /**
   * Environment variables that lead every AWS SDK client made after they are set to these servers,
   * whatever profile or endpoint the person's own AWS configuration names.
   */
  readonly environment: Readonly<Record<string, string>>;
  /** The bucket's objects as ordinary files: `<bucketFolder>/<key>`. */
  readonly bucketFolder: string;
  /** Whether this process serves the folder, and not another one that did already. */
  readonly owned: boolean;
  /** Waits for requests under way. Does nothing to servers that another process owns. */
  stop(): Promise<void>;
}

/**
 * S3, Secrets Manager and DynamoDB over a data folder, with the lake's bucket and checkpoint table.
 * One process serves a folder at a time; a later one finds its servers through `servers.json` and
 * uses them, for as long as the first one runs.
 *
 * Objects are on the disk before a PUT is answered. DynamoDB items are handed to the system at once,
 * so they survive SIGKILL, but power loss may undo the last of them. That is the safe direction: the
 * watermark then stands behind the data, and the next run pulls again what is stored already.
 *
 * @throws SettingsError when the folder can't be used, or its owner does not answer
 */
export async function startLocalAws({
  dataDir,
  bucket,
  checkpointTable,
}: LakeNames & { readonly dataDir: string }): Promise<LocalAws> {
  const folder = resolve(dataDir);
  const lake = { bucket, checkpointTable };
  for (let tries = 0; tries < TRIES; tries++) {
    // process A              process B
    // takes the lock
    //                        is refused it
    // starts, publishes
    //                        connects
    const ownership = await ownFolder(folder);
    if (ownership !== undefined) return serve(folder, ownership, lake);
    const servers = await publishedServers(folder);
    if (servers !== undefined && (await connects(servers, lake))) {
      return localAws(folder, bucket, servers, false, async () => {});
    }
    await systemClock.sleep(WAIT_MS);
  }
  throw new SettingsError(
    `The data folder ${folder} is in use by another process that does not answer.`,
    'Wait until that process has ended, or stop it, and try again.',
  );
}

async function serve(folder: string, ownership: OwnedFolder, lake: LakeNames): Promise<LocalAws> {
  const key = createAccessKey();
  const running: LoopbackServer[] = [];
  const stop = async () => {
    await Promise.all(running.map((server) => server.close()));
    await ownership.release();
  };
  const started = async (server: Promise<LoopbackServer>) => {
    running.push(await server);
    return (await server).endpoint;
  };
  try {
    const store = await ObjectStore.open(join(folder, 's3'), systemClock);
    const servers: Servers = {
      pid: process.pid,
      s3: await started(startS3Server(store, key)),
      secretsManager: await started(startSecretsManager(key)),
      dynamoDb: await started(startDynamoDb(key, join(folder, 'dynamodb'))),
      accessKeyId: key.id,
      secretAccessKey: key.secret,
    };
    await ensureBucket(servers, lake.bucket);
    await ensureTable(servers, lake.checkpointTable, systemClock);
    await ownership.publish(servers);
    return localAws(folder, lake.bucket, servers, true, stop);
  } catch (error) {
    await stop();
    throw (error as { code?: string }).code === undefined ? error : unusable(folder, error);
  }
}

/** Whether the owner answers to its access key; then the bucket and the table exist too. */
async function connects(servers: Servers, lake: LakeNames): Promise<boolean> {
  try {
    await ensureBucket(servers, lake.bucket);
    await ensureTable(servers, lake.checkpointTable, systemClock);
    return true;
  } catch {
    return false;
  }
}

function localAws(
  folder: string,
  bucket: string,
  servers: Servers,
  owned: boolean,
  stop: () => Promise<void>,
): LocalAws {
  return {
    environment: {
      AWS_ENDPOINT_URL_S3: servers.s3,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: servers.secretsManager,
      AWS_ENDPOINT_URL_DYNAMODB: servers.dynamoDb,
      AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'false',
      AWS_USE_FIPS_ENDPOINT: 'false',
      AWS_USE_DUALSTACK_ENDPOINT: 'false',
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: servers.accessKeyId,
      AWS_SECRET_ACCESS_KEY: servers.secretAccessKey,
      // Empty counts as not set: a profile would go before the key, a token with it.
      AWS_PROFILE: '',
      AWS_SESSION_TOKEN: '',
      AWS_CONFIG_FILE: devNull,
      AWS_SHARED_CREDENTIALS_FILE: devNull,
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    bucketFolder: join(folder, 's3', bucket),
    owned,
    stop,
  };
}
