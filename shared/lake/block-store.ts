import { randomBytes } from 'node:crypto';
import {
  type _Object,
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { Clock } from '../clock.ts';
import { BlockConflictError, BlockLostError } from '../errors.ts';
import {
  type Block,
  dayIn,
  isVersion,
  pointerKey,
  readPointer,
  versionKey,
  versionNumber,
  versionsPrefix,
} from './block-keys.ts';
import { HeldVersions } from './held-versions.ts';
import { rowGroupsText } from './row-groups.ts';
import type { Table } from './table.ts';

const TRIES = 10;
/** Names in a pointer's metadata. */
const MADE_OF = 'made-of';
const ROW_GROUPS = 'row-groups';

/** What a pointer says: which version of its block is the current one. */
export interface Pointer {
  /** Key of the version. */
  readonly version: string;
  /** The pointer's own ETag, of which compare-and-swap is made. */
  readonly etag: string;
  /** When it was set, by the clock of S3, epoch milliseconds. */
  readonly setAtMs: number;
  /** Of a derived block what it was made of, as its writer wrote it; `null` for any other. */
  readonly madeOf: string | null;
  /** The row groups of the version, as `row-groups.ts` writes them; `null` where there is but one. */
  readonly rowGroups: string | null;
}

/** A version as a listing names it. */
export interface ListedVersion {
  readonly key: string;
  /** By the clock of S3, epoch milliseconds. */
  readonly storedAtMs: number;
  readonly bytes: number;
}

/** The current version of a block, as read. */
interface StoredBlock extends Pointer {
  readonly bytes: Uint8Array;
}

/**
 * Blocks: immutable versions, and a pointer to the current one that changes by compare-and-swap. It is
 * the only way anything in the lake changes.
 */
export class BlockStore {
  readonly #s3: S3Client;
  readonly #bucket: string;
  readonly #runId: string;
  readonly #clock: Clock;
  readonly #versions: HeldVersions;
  /** The versions that pointers were last seen to name, by the keys of these. */
  readonly seen = new Map<string, string>();

  constructor(parts: {
    s3: S3Client;
    bucket: string;
    runId: string;
    clock: Clock;
    /** Default: held while the store is. */
    versions?: HeldVersions;
  }) {
    this.#s3 = parts.s3;
    this.#bucket = parts.bucket;
    this.#runId = parts.runId;
    this.#clock = parts.clock;
    this.#versions = parts.versions ?? new HeldVersions();
  }

  /**
   * @param asStored read it, even where the process holds its bytes: for who proves that it is there
   * @throws BlockLostError when the version that the pointer names is not there
   */
  async get(block: Block, { asStored = false } = {}): Promise<StoredBlock | null> {
    let pointer = await this.pointer(block);
    while (pointer !== null) {
      const { version } = pointer;
      const bytes = await (asStored ? this.#stored(version) : this.read(version));
      if (bytes !== null) return { ...pointer, bytes };
      const now = await this.pointer(block);
      if (now?.etag === pointer.etag) throw lost(block, pointer.version);
      // It has moved on, and what it named was removed.
      pointer = now;
    }
    return null;
  }

  /** @returns `null` when the block was never written */
  async pointer(block: Block): Promise<Pointer | null> {
    const object = await this.#object(pointerKey(block));
    if (object === null) return null;
    const { ETag, LastModified, Body, Metadata } = object;
    if (ETag === undefined || LastModified === undefined) {
      throw new TypeError(`S3 answered GET ${pointerKey(block)} without an ETag or a date`);
    }
    const version = readPointer(block, (await Body?.transformToString()) ?? '');
    this.seen.set(pointerKey(block), version);
    const { [MADE_OF]: madeOf = null, [ROW_GROUPS]: rowGroups = null } = Metadata ?? {};
    return { version, etag: ETag, setAtMs: LastModified.getTime(), madeOf, rowGroups };
  }

  /**
   * The bytes of a version, which never change.
   *
   * @returns `null` when there is none of that name (any more)
   */
  async read(version: string): Promise<Uint8Array | null> {
    return this.#versions.get(version) ?? this.#stored(version);
  }

  async #stored(version: string): Promise<Uint8Array | null> {
    const object = await this.#object(version);
    const bytes = (await object?.Body?.transformToByteArray()) ?? null;
    if (bytes !== null) this.#versions.hold(version, bytes);
    return bytes;
  }

  /** The keys that begin with `prefix`. */
  async keys(prefix: string): Promise<readonly string[]> {
    return await listKeys(this.#s3, this.#bucket, prefix);
  }

  /** The versions of an account's blocks in a table, current or not, by the day of their block. */
  async versions(
    table: Table,
    accountId: string,
  ): Promise<ReadonlyMap<string | null, readonly ListedVersion[]>> {
    const versions = new Map<string | null, ListedVersion[]>();
    const prefix = versionsPrefix({ table, accountId, day: null });
    for await (const { Key, LastModified, Size = 0 } of listed(this.#s3, this.#bucket, prefix)) {
      if (Key === undefined || LastModified === undefined || !isVersion(Key)) continue;
      const ofBlock = versions.get(dayIn(Key)) ?? [];
      ofBlock.push({ key: Key, storedAtMs: LastModified.getTime(), bytes: Size });
      versions.set(dayIn(Key), ofBlock);
    }
    return versions;
  }

  /** Of a superseded version alone: what a pointer names, readers need. */
  async remove({ key }: ListedVersion): Promise<void> {
    await this.#s3.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: key }));
  }

  /**
   * Replaces the block by what `change` makes of it, again from the start whenever another run was
   * faster.
   *
   * @param change gives the bytes to store, or `null` to leave the block as it is
   * @returns the key of the version written; `null` when none was
   * @throws BlockConflictError when every try finds the block changed under it
   */
  async replace(
    block: Block,
    change: (stored: StoredBlock | null) => Promise<Uint8Array | null>,
  ): Promise<string | null> {
    let version: string | null = null;
    await this.untilSwapped(pointerKey(block), async () => {
      const stored = await this.get(block);
      const bytes = await change(stored);
      if (bytes === null) return true;
      version = await this.swap(block, stored, bytes);
      return version !== null;
    });
    return version;
  }

  /** @throws BlockConflictError when no attempt succeeds */
  async untilSwapped(what: string, attempt: () => Promise<boolean>): Promise<void> {
    for (let tries = 1; tries <= TRIES; tries += 1) {
      if (await attempt()) return;
      await this.#clock.sleep(Math.random() * Math.min(5_000, 50 * 2 ** tries));
    }
    throw new BlockConflictError(
      `${what} changed under this run ${TRIES} times in a row.`,
      'Nothing is lost; the next run does it again. If it recurs, look for a second deployment that writes to this bucket.',
    );
  }

  /**
   * Stores `bytes` as a new version and makes it the current one, if the pointer still is `held`
   * (`null`: if there is none).
   *
   * @param madeOf ASCII, at most 1,900 characters: what the pointer is to say of a derived block
   * @returns the key of the version; `null` when the block is no longer what it was. The version then
   *   is an orphan, which no pointer ever names.
   */
  async swap(
    block: Block,
    held: Pointer | null,
    bytes: Uint8Array,
    madeOf: string | null = null,
  ): Promise<string | null> {
    const number = held === null ? 1 : versionNumber(held.version) + 1;
    const version = versionKey(block, number, randomBytes(8).toString('hex'));
    await this.#putVersion(version, bytes);
    // What is derived no run reads again.
    if (madeOf === null) this.#versions.hold(version, bytes);
    try {
      //   this run                     another run
      //   GET  pointer, etag 1
      //                                GET pointer, etag 1
      //   PUT  version 2a              PUT version 2b
      //                                PUT pointer to 2b if etag 1 → etag 2
      //   PUT  pointer to 2a if etag 1 → 412: read again, merge again; 2a is an orphan
      const rowGroups = rowGroupsText(block.table, bytes);
      const condition = held === null ? { IfNoneMatch: '*' } : { IfMatch: held.etag };
      await this.#s3.send(
        new PutObjectCommand({
          Bucket: this.#bucket,
          Key: pointerKey(block),
          Body: `s3://${this.#bucket}/${version}\n`,
          ContentType: 'text/plain',
          Metadata: {
            'run-id': this.#runId,
            ...(madeOf !== null && { [MADE_OF]: madeOf }),
            ...(rowGroups !== null && { [ROW_GROUPS]: rowGroups }),
          },
          ...condition,
        }),
      );
      return version;
    } catch (error) {
      if (!isLostSwap(error)) throw error;
    }
    // The answer to our own write may have been lost, and its repetition refused.
    const now = await this.pointer(block);
    return now?.version === version ? version : null;
  }

  async #putVersion(version: string, bytes: Uint8Array): Promise<void> {
    try {
      await this.#s3.send(
        new PutObjectCommand({
          Bucket: this.#bucket,
          Key: version,
          Body: bytes,
          ContentType: 'application/vnd.apache.parquet',
          IfNoneMatch: '*',
          Metadata: { 'run-id': this.#runId },
        }),
      );
    } catch (error) {
      // The name is this write's own: what stands there is its first try, whose answer was lost.
      if (statusOf(error) !== 412) throw error;
    }
  }

  async #object(key: string): Promise<GetObjectCommandOutput | null> {
    try {
      return await this.#s3.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }));
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw error;
    }
  }
}

/** The keys that begin with `prefix`, in their order. */
export async function listKeys(s3: S3Client, bucket: string, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { Key } of listed(s3, bucket, prefix)) if (Key !== undefined) keys.push(Key);
  return keys;
}

async function* listed(client: S3Client, Bucket: string, Prefix: string): AsyncGenerator<_Object> {
  for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix })) {
    yield* page.Contents ?? [];
  }
}

/** 412: the condition does not hold; 409: a write beside ours; 404: If-Match on what is gone. */
export function isLostSwap(error: unknown): boolean {
  return [412, 409, 404].includes(statusOf(error) ?? 0);
}

/** HTTP status of an S3 error about an object; a missing bucket is no missing object. */
function statusOf(error: unknown): number | undefined {
  const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  return name === 'NoSuchBucket' ? undefined : $metadata?.httpStatusCode;
}

function lost(block: Block, version: string): BlockLostError {
  return new BlockLostError(
    `${version} is not there, but ${pointerKey(block)} names it.`,
    'Somebody removed it. Bring it back from the noncurrent versions of the bucket, or replay that day from its responses: `replay --from DAY --to DAY --reason …`.',
  );
}
