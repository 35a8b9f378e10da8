import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';

/** One version of a block, as read. */
export interface StoredBlock {
  readonly bytes: Uint8Array;
  readonly etag: string;
  /** The run that wrote it. */
  readonly runId: string | undefined;
  readonly versionId: string | undefined;
}

/** Compare-and-swap on whole objects: the only way anything in the lake changes. */
export class BlockStore {
  readonly #s3: S3Client;
  readonly #bucket: string;
  readonly #runId: string;

  constructor(parts: { s3: S3Client; bucket: string; runId: string }) {
    this.#s3 = parts.s3;
    this.#bucket = parts.bucket;
    this.#runId = parts.runId;
  }

  async get(key: string): Promise<StoredBlock | null> {
    let object: GetObjectCommandOutput;
    try {
      object = await this.#s3.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }));
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw error;
    }
    if (object.Body === undefined || object.ETag === undefined) {
      throw new TypeError(`S3 answered GET ${key} without a body or an ETag`);
    }
    return {
      bytes: await object.Body.transformToByteArray(),
      etag: object.ETag,
      runId: object.Metadata?.['run-id'],
      versionId: object.VersionId,
    };
  }

  /** The keys that begin with `prefix`. */
  async keys(prefix: string): Promise<readonly string[]> {
    return await listKeys(this.#s3, this.#bucket, prefix);
  }

  /**
   * Puts `bytes` in the place of the version with `etag` (`null`: where nothing is), or does nothing.
   *
   * @returns the version written, or `null` when the object is no longer what it was
   */
  async swap(
    key: string,
    etag: string | null,
    bytes: Uint8Array,
  ): Promise<{ versionId: string | undefined } | null> {
    try {
      //   this run          another run
      //   GET  etag 1
      //                     GET etag 1
      //                     PUT if etag 1 → etag 2
      //   PUT  if etag 1 → 412: read again, merge again
      const condition = etag === null ? { IfNoneMatch: '*' } : { IfMatch: etag };
      const { VersionId } = await this.#s3.send(
        new PutObjectCommand({
          Bucket: this.#bucket,
          Key: key,
          Body: bytes,
          ContentType: 'application/vnd.apache.parquet',
          Metadata: { 'run-id': this.#runId },
          ...condition,
        }),
      );
      return { versionId: VersionId };
    } catch (error) {
      if (isLostSwap(error)) return null;
      throw error;
    }
  }
}

/** The keys that begin with `prefix`, in their order. */
export async function listKeys(s3: S3Client, bucket: string, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  let token: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
    );
    for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key);
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return keys;
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
