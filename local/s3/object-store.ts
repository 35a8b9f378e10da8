import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, open, readdir, rename, rm, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../../shared/clock.ts';
import { failedWith, makeFolder, syncFolder, writeDurably } from '../durable-file.ts';
import { Turns } from '../turns.ts';
import { noSuchBucket, noSuchKey, preconditionFailed, S3Error } from './error.ts';
import { isBucketName, keyInTheWay, pathOfKey } from './object-key.ts';
import {
  absent,
  type ObjectAttributes,
  readObject,
  removeSidecars,
  type StoredObject,
  writeSidecar,
} from './object-metadata.ts';

/** What must be true of the stored object for a PUT to take effect. */
export interface PutCondition {
  /** Nothing is stored under the key. */
  readonly absent?: boolean;
  /** The stored object has this ETag, unquoted. */
  readonly etag?: string;
}

/** An object opened for reading: what is read stays the same version, whatever is stored since. */
interface OpenObject {
  readonly object: StoredObject;
  /** To be closed by the caller. */
  readonly file: FileHandle;
}

/**
 * Objects as ordinary files under `<folder>/<bucket>/<key>`, so that anything can read them by
 * path. Beside the buckets, and never listed, `.meta` holds each object's metadata and `.tmp` the
 * bodies being received.
 *
 * A PUT writes both files aside, syncs them, and renames the object last: a process killed anywhere
 * leaves the old object or the new one, each with its own metadata. What was answered survives
 * power loss. One process only may open a folder; the caller makes sure of that.
 *
 * On a file system that ignores case, keys that differ in case alone are one object.
 */
export class ObjectStore {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #turns = new Turns();

  private constructor(folder: string, clock: Clock) {
    this.#folder = folder;
    this.#clock = clock;
  }

  /** Removes what a killed process left of unfinished PUTs. */
  static async open(folder: string, clock: Clock): Promise<ObjectStore> {
    await rm(join(folder, '.tmp'), { recursive: true, force: true });
    await makeFolder(join(folder, '.tmp'));
    return new ObjectStore(folder, clock);
  }

  async createBucket(bucket: string): Promise<void> {
    if (!isBucketName(bucket)) {
      throw new S3Error(400, 'InvalidBucketName', 'The specified bucket is not valid.');
    }
    await makeFolder(join(this.#folder, bucket));
  }

  /** By their names. */
  async buckets(): Promise<readonly { readonly name: string; readonly createdMs: number }[]> {
    const names = (await readdir(this.#folder)).filter(isBucketName).sort();
    return Promise.all(
      names.map(async (name) => ({
        name,
        createdMs: Math.floor((await stat(this.#bucket(name))).birthtimeMs),
      })),
    );
  }

  /** @throws S3Error NoSuchBucket */
  async requireBucket(bucket: string): Promise<void> {
    const folder = isBucketName(bucket) && (await stat(this.#bucket(bucket)).catch(absent));
    if (!folder) throw noSuchBucket();
  }

  /**
   * Stores all of `body`; when reading it throws, nothing has changed.
   *
   * @throws S3Error PreconditionFailed, or NoSuchKey for an `etag` asked of nothing, as S3 does
   */
  async put(
    bucket: string,
    key: string,
    body: AsyncIterable<Buffer>,
    attributes: ObjectAttributes,
    condition: PutCondition,
  ): Promise<StoredObject> {
    const { path, sidecars } = await this.#locate(bucket, key);
    const staged = this.#stagingFile();
    const hash = createHash('md5');
    let size = 0;
    const measured = async function* () {
      for await (const bytes of body) {
        hash.update(bytes);
        size += bytes.length;
        yield bytes;
      }
    };
    try {
      await writeDurably(staged, measured());
      const object: StoredObject = {
        ...attributes,
        etag: hash.digest('hex'),
        size,
        lastModifiedMs: this.#clock.now(),
      };
      // PUT A, if absent      PUT B, if absent
      // takes the turn        waits for it
      // absent: yes; rename
      //                       absent: no → 412
      await this.#turns.take(path, async () => {
        const current = await readObject(path, sidecars);
        if (condition.absent && current !== undefined) throw preconditionFailed();
        if (condition.etag !== undefined) {
          if (current === undefined) throw noSuchKey();
          if (current.etag !== condition.etag) throw preconditionFailed();
        }
        await makeFolder(dirname(path));
        await writeSidecar(sidecars, object, this.#stagingFile());
        await rename(staged, path);
        await syncFolder(dirname(path));
        await removeSidecars(sidecars, object.etag);
      });
      return object;
    } catch (error) {
      // A folder is where the file should be, or a file where a folder should be.
      if (failedWith(error, 'EISDIR', 'ENOTDIR', 'EEXIST', 'ENOTEMPTY')) throw keyInTheWay(key);
      throw error;
    } finally {
      await rm(staged, { force: true });
    }
  }

  /** @throws S3Error NoSuchKey */
  async head(bucket: string, key: string): Promise<StoredObject> {
    const { path, sidecars } = await this.#locate(bucket, key);
    const object = await this.#turns.take(path, () => readObject(path, sidecars));
    if (object === undefined) throw noSuchKey();
    return object;
  }

  /** @throws S3Error NoSuchKey */
  async open(bucket: string, key: string): Promise<OpenObject> {
    const { path, sidecars } = await this.#locate(bucket, key);
    // In turn with PUTs: else a file opened before a rename would get the metadata after it.
    return this.#turns.take(path, async () => {
      const object = await readObject(path, sidecars);
      if (object === undefined) throw noSuchKey();
      return { object, file: await open(path, 'r') };
    });
  }

  /**
   * Deleting what is not there is no error, as in S3. The key's folders stay.
   *
   * @throws S3Error PreconditionFailed, or NoSuchKey for an `etag` asked of nothing
   */
  async delete(bucket: string, key: string, condition: { readonly etag?: string }): Promise<void> {
    const { path, sidecars } = await this.#locate(bucket, key);
    await this.#turns.take(path, async () => {
      const current = await readObject(path, sidecars);
      if (condition.etag !== undefined) {
        if (current === undefined) throw noSuchKey();
        if (![current.etag, '*'].includes(condition.etag)) throw preconditionFailed();
      }
      if (current === undefined) return;
      await unlink(path);
      await syncFolder(dirname(path));
      await removeSidecars(sidecars);
    });
  }

  /** The keys that start with `prefix` and come after `after`, in the order of their UTF-8 bytes. */
  async *keys(bucket: string, prefix: string, after: string): AsyncGenerator<string> {
    await this.requireBucket(bucket);
    yield* walk(this.#bucket(bucket), '', prefix, after);
  }

  #bucket(bucket: string): string {
    return join(this.#folder, bucket);
  }

  #stagingFile(): string {
    return join(this.#folder, '.tmp', randomUUID());
  }

  async #locate(bucket: string, key: string) {
    await this.requireBucket(bucket);
    const segments = pathOfKey(key);
    return {
      path: join(this.#bucket(bucket), ...segments),
      sidecars: join(this.#folder, '.meta', bucket, ...segments),
    };
  }
}

/** @param folder relative to `root`, empty or with a slash at its end */
async function* walk(
  root: string,
  folder: string,
  prefix: string,
  after: string,
): AsyncGenerator<string> {
  const entries = (await readdir(join(root, folder), { withFileTypes: true }).catch(absent)) ?? [];
  const names = entries
    .filter((entry) => entry.isDirectory() || entry.isFile())
    // With its slash a folder sorts where its keys do: `a-1` before `a/1` before `a1`.
    .map((entry) => `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`)
    .sort(compareKeys);
  for (const name of names) {
    const isLater = compareKeys(name, after) > 0;
    if (!name.endsWith('/')) {
      if (isLater && name.startsWith(prefix)) yield name;
    } else if (
      (isLater || after.startsWith(name)) &&
      (name.startsWith(prefix) || prefix.startsWith(name))
    ) {
      yield* walk(root, name, prefix, after);
    }
  }
}

const compareKeys = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
