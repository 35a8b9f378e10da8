import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import * as v from 'valibot';
import { SettingsError } from '../shared/errors.ts';

const LOCK = 'servers.lock';
const SERVERS = 'servers.json';
/** What may be there before us: what a file system or a desktop puts there, how its user sees accounts, a lake that was copied here. */
const MAY_BE_THERE =
  /^(lost\+found|\.DS_Store|\.Trash.*|\.snapshot|desktop\.ini|Thumbs\.db|accounts\.json|s3|dynamodb)$/;

/** Where the process that owns a data folder serves it, and with which access key. */
const serversSchema = v.object({
  pid: v.number(),
  s3: v.string(),
  secretsManager: v.string(),
  dynamoDb: v.string(),
  accessKeyId: v.string(),
  secretAccessKey: v.string(),
});

export type Servers = v.InferOutput<typeof serversSchema>;

/**
 * A data folder held by this process. The lock is the operating system's, taken through an empty
 * LevelDB: it ends with the process however that dies, and no process id can be mistaken for it.
 */
export interface OwnedFolder {
  /** Tells other processes where this folder is served. Readable by this user alone. */
  publish(servers: Servers): Promise<void>;
  release(): Promise<void>;
}

/**
 * Makes the folder when missing.
 *
 * @returns `undefined` while another process owns it
 * @throws SettingsError when it can't be used: not writable, no folder, or full of something else
 */
export async function ownFolder(folder: string): Promise<OwnedFolder | undefined> {
  await prepare(folder);
  const lock = new ClassicLevel(join(folder, LOCK));
  try {
    await lock.open();
  } catch (error) {
    const cause = (error as Error).cause as { code?: string } | undefined;
    if (cause?.code === 'LEVEL_LOCKED') return undefined;
    throw unusable(folder, error);
  }
  const published = join(folder, SERVERS);
  // What an owner killed before us published leads nowhere, or to whoever has its ports now.
  await rm(published, { force: true });
  return {
    publish: async (servers) => {
      const written = `${published}.${randomUUID()}`;
      await writeFile(written, `${JSON.stringify(servers, null, 2)}\n`, { mode: 0o600 });
      await rename(written, published);
    },
    release: async () => {
      await rm(published, { force: true });
      await lock.close();
    },
  };
}

/** What the owner of the folder published; `undefined` before it has. */
export async function publishedServers(folder: string): Promise<Servers | undefined> {
  const text = await readFile(join(folder, SERVERS), 'utf8').catch(() => '');
  try {
    return v.parse(serversSchema, JSON.parse(text));
  } catch {
    return undefined;
  }
}

async function prepare(folder: string): Promise<void> {
  let names: string[];
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    names = await readdir(folder);
  } catch (error) {
    throw unusable(folder, error);
  }
  if (names.some((name) => !MAY_BE_THERE.test(name)) && !names.includes(LOCK)) {
    throw new SettingsError(
      `The data folder ${folder} holds something else than this product's data.`,
      'Choose a new or an empty folder.',
    );
  }
}

/** @param cause an error of the file system or of LevelDB */
export function unusable(folder: string, cause: unknown): SettingsError {
  const { code, cause: inner } = cause as { code?: string; cause?: { message?: string } };
  const reason = inner?.message ?? code;
  return new SettingsError(
    `The data folder ${folder} can't be used: ${reason}.`,
    'Choose a folder that you may write to, or correct its permissions.',
    { cause },
  );
}
