import { createHash } from 'node:crypto';
import { S3Error } from './error.ts';

interface Digest {
  update(bytes: Buffer): void;
  /** As it is sent. */
  text(): string;
}

/** Reflected CRC-32. zlib's own exists from Node 20.15 only. */
function crc32(): Digest {
  let remainder = 0xffffffff;
  return {
    update: (bytes) => {
      for (const byte of bytes) {
        remainder = (CRC32[(remainder ^ byte) & 0xff] as number) ^ (remainder >>> 8);
      }
    },
    text: () => {
      const value = Buffer.alloc(4);
      value.writeUInt32BE(~remainder >>> 0);
      return value.toString('base64');
    },
  };
}

const CRC32 = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) {
    remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1;
  }
  return remainder;
});

function sha256(): Digest {
  const hash = createHash('sha256');
  return { update: (bytes) => void hash.update(bytes), text: () => hash.digest('hex') };
}

/** What the AWS SDK sends along with a PUT. None is stored without having been compared. */
const DIGESTS: Readonly<Record<string, () => Digest>> = {
  'x-amz-checksum-crc32': crc32,
  /** Of the body as signed. */
  'x-amz-content-sha256': sha256,
};

export const isKnownChecksum = (header: string) => header in DIGESTS;

/**
 * Passes `body` through and throws after its last byte when it is not what it was said to be.
 *
 * @param names the headers and trailers that carry a checksum, each one known
 * @param stated the value of one of them; asked after the last byte, when trailers have been read
 */
export async function* verified(
  body: AsyncIterable<Buffer>,
  names: readonly string[],
  stated: (name: string) => string | undefined,
): AsyncGenerator<Buffer> {
  const digests = names.map((name) => ({ name, digest: (DIGESTS[name] as () => Digest)() }));
  for await (const bytes of body) {
    for (const { digest } of digests) digest.update(bytes);
    yield bytes;
  }
  for (const { name, digest } of digests) {
    const expected = stated(name);
    if (expected === undefined) {
      throw new S3Error(400, 'MalformedTrailerError', `The announced trailer ${name} is missing.`);
    }
    if (digest.text() === expected) continue;
    if (name === 'x-amz-content-sha256') {
      throw new S3Error(
        400,
        'XAmzContentSHA256Mismatch',
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
      );
    }
    throw new S3Error(400, 'BadDigest', `The ${name} you specified did not match the body.`);
  }
}
