import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { failedWith, makeFolder, syncFolder, writeDurably } from '../durable-file.ts';

/** What a PUT says about an object beside its bytes. */
export interface ObjectAttributes {
  readonly contentType: string;
  readonly contentEncoding?: string;
  /** User metadata, without the `x-amz-meta-` of its headers. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface StoredObject extends ObjectAttributes {
  /** MD5 of the content in hexadecimal, unquoted. */
  readonly etag: string;
  readonly size: number;
  readonly lastModifiedMs: number;
}

const SIDECAR = /^[0-9a-f]{32}\.json$/;

/**
 * What is known of the object at `path`, or `undefined` when there is none. Its metadata is in the
 * sidecar named by the MD5 of its bytes; so the bytes alone decide which metadata holds, and a PUT
 * killed anywhere leaves both old or both new.
 */
export async function readObject(
  path: string,
  sidecars: string,
): Promise<StoredObject | undefined> {
  const file = await stat(path).catch(absent);
  if (file === undefined || !file.isFile()) return undefined;
  const found = await sidecarNames(sidecars);
  const [only] = found;
  if (only !== undefined && found.length === 1) {
    const object = await readSidecar(join(sidecars, only));
    if (object.size === file.size) return object;
  }
  // A PUT was killed between sidecar and object, or the file was put there by hand.
  const etag = await md5Of(path);
  if (found.includes(`${etag}.json`)) return readSidecar(join(sidecars, `${etag}.json`));
  return {
    etag,
    size: file.size,
    lastModifiedMs: Math.floor(file.mtimeMs),
    contentType: 'binary/octet-stream',
    metadata: {},
  };
}

/** Atomic and durable; `staging` is a file name that nothing else uses. */
export async function writeSidecar(
  sidecars: string,
  object: StoredObject,
  staging: string,
): Promise<void> {
  await makeFolder(sidecars);
  await writeDurably(staging, [Buffer.from(JSON.stringify(object))]);
  await rename(staging, join(sidecars, `${object.etag}.json`));
  await syncFolder(sidecars);
}

/** @param keep the ETag of the object that stays, if one does */
export async function removeSidecars(sidecars: string, keep?: string): Promise<void> {
  for (const name of await sidecarNames(sidecars)) {
    if (name !== `${keep}.json`) await rm(join(sidecars, name), { force: true });
  }
}

async function sidecarNames(sidecars: string): Promise<readonly string[]> {
  const names = (await readdir(sidecars).catch(absent)) ?? [];
  return names.filter((name) => SIDECAR.test(name));
}

async function readSidecar(path: string): Promise<StoredObject> {
  return JSON.parse(await readFile(path, 'utf8'));
}

async function md5Of(path: string): Promise<string> {
  const hash = createHash('md5');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

export function absent(error: unknown): undefined {
  if (failedWith(error, 'ENOENT', 'ENOTDIR')) return undefined;
  throw error;
}
