import { gunzipSync } from 'node:zlib';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandInput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { isLostSwap, listKeys } from './block-store.ts';

/** A version of an object, as S3 keeps them; where it keeps none, each object has one, called `null`. */
export interface ObjectVersion {
  readonly key: string;
  readonly versionId: string;
  readonly isLatest: boolean;
}

/** The objects of a lake as they lie there, whatever they are: for who looks for something in all of them. */
export class LakeObjects {
  readonly #s3: S3Client;
  readonly #bucket: string;

  constructor({ s3, bucket }: { readonly s3: S3Client; readonly bucket: string }) {
    this.#s3 = s3;
    this.#bucket = bucket;
  }

  /** The keys that begin with `prefix`, in their order. */
  keys(prefix: string): Promise<readonly string[]> {
    return listKeys(this.#s3, this.#bucket, prefix);
  }

  /** Every version of every object whose key begins with `prefix`, in the order of keys. */
  async *versions(prefix: string): AsyncGenerator<ObjectVersion> {
    let from: Pick<ListObjectVersionsCommandInput, 'KeyMarker' | 'VersionIdMarker'> = {};
    for (;;) {
      const page = await this.#s3.send(
        new ListObjectVersionsCommand({ Bucket: this.#bucket, Prefix: prefix, ...from }),
      );
      for (const { Key: key, VersionId: versionId, IsLatest } of page.Versions ?? []) {
        if (key !== undefined && versionId !== undefined) {
          yield { key, versionId, isLatest: IsLatest === true };
        }
      }
      if (!page.IsTruncated) return;
      from = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
    }
  }

  /**
   * @param versionId of a version that a newer one replaced, or that was deleted
   * @returns its bytes, unpacked when its name ends with `.gz`; `null` when it is gone
   */
  async read(key: string, versionId?: string): Promise<Uint8Array | null> {
    const VersionId = versionId === undefined ? {} : { VersionId: versionId };
    try {
      const object = await this.#s3.send(
        new GetObjectCommand({ Bucket: this.#bucket, Key: key, ...VersionId }),
      );
      const bytes = (await object.Body?.transformToByteArray()) ?? new Uint8Array();
      return key.endsWith('.gz') ? gunzipSync(bytes) : bytes;
    } catch (error) {
      if (isLostSwap(error)) return null;
      throw error;
    }
  }

  /** For good: nothing of it can be brought back. */
  async removeVersion({ key, versionId }: ObjectVersion): Promise<void> {
    await this.#s3.send(
      new DeleteObjectCommand({ Bucket: this.#bucket, Key: key, VersionId: versionId }),
    );
  }
}
