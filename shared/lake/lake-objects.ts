import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { isLostSwap, listKeys } from './block-store.ts';

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

  /** @returns its bytes, unpacked when its name ends with `.gz`; `null` when it is gone */
  async read(key: string): Promise<Uint8Array | null> {
    try {
      const object = await this.#s3.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }));
      const bytes = (await object.Body?.transformToByteArray()) ?? new Uint8Array();
      return key.endsWith('.gz') ? gunzipSync(bytes) : bytes;
    } catch (error) {
      if (isLostSwap(error)) return null;
      throw error;
    }
  }
}
