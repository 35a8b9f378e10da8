import { createHash, type Hash } from 'node:crypto';
import { S3Error } from './error.ts';

interface Digest {
  update(bytes: Buffer): void;
  base64(): string;
}

/** Reflected CRC-32 with the given polynomial. zlib's own exists from Node 20.15 only. */
function crc32(table: Uint32Array): Digest {
  let remainder = 0xffffffff;
  return {
    update: (bytes) => {
      for (const byte of bytes) {
        remainder = (table[(remainder ^ byte) & 0xff] as number) ^ (remainder >>> 8);
      }
    },
    base64: () => {
      const value = Buffer.alloc(4);
      value.writeUInt32BE(~remainder >>> 0);
      return value.toString('base64');
    },
  };
}

function crcTable(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit++) {
      remainder = remainder & 1 ? (remainder >>> 1) ^ polynomial : remainder >>> 1;
    }
    return remainder;
  });
}

const CRC32_TABLE = crcTable(0xedb88320);
const CRC32C_TABLE = crcTable(0x82f63b78);

/** Reflected CRC-64 of NVM Express, in halves: 64 bits are more than a number's operators take. */
function crc64nvme(): Digest {
  let high = 0xffffffff;
  let low = 0xffffffff;
  return {
    update: (bytes) => {
      for (const byte of bytes) {
        const entry = (low ^ byte) & 0xff;
        low = (CRC64_LOW[entry] as number) ^ ((low >>> 8) | (high << 24));
        high = (CRC64_HIGH[entry] as number) ^ (high >>> 8);
      }
    },
    base64: () => {
      const value = Buffer.alloc(8);
      value.writeUInt32BE(~high >>> 0);
      value.writeUInt32BE(~low >>> 0, 4);
      return value.toString('base64');
    },
  };
}

const CRC64 = Array.from({ length: 256 }, (_, byte) => {
  let remainder = BigInt(byte);
  for (let bit = 0; bit < 8; bit++) {
    remainder = remainder & 1n ? (remainder >> 1n) ^ 0x9a6c9329ac4bc9b5n : remainder >> 1n;
  }
  return remainder;
});
const CRC64_HIGH = Uint32Array.from(CRC64, (entry) => Number(entry >> 32n));
const CRC64_LOW = Uint32Array.from(CRC64, (entry) => Number(entry & 0xffffffffn));

function hash(hash: Hash): Digest {
  return { update: (bytes) => void hash.update(bytes), base64: () => hash.digest('base64') };
}

/**
 * What clients of S3 send along with a PUT: the AWS SDKs CRC-32 by default, those on the common runtime
 * and Rust's CRC-64, others what they are told to. None is stored without having been compared.
 */
const DIGESTS: Readonly<Record<string, () => Digest>> = {
  'content-md5': () => hash(createHash('md5')),
  'x-amz-checksum-crc32': () => crc32(CRC32_TABLE),
  'x-amz-checksum-crc32c': () => crc32(CRC32C_TABLE),
  'x-amz-checksum-crc64nvme': crc64nvme,
  'x-amz-checksum-sha1': () => hash(createHash('sha1')),
  'x-amz-checksum-sha256': () => hash(createHash('sha256')),
  /** Hexadecimal, unlike the others: of the body as signed. */
  'x-amz-content-sha256': () => hash(createHash('sha256')),
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
    const found = digest.base64();
    if (name === 'x-amz-content-sha256') {
      if (Buffer.from(found, 'base64').toString('hex') !== expected) {
        throw new S3Error(
          400,
          'XAmzContentSHA256Mismatch',
          "The provided 'x-amz-content-sha256' header does not match what was computed.",
        );
      }
    } else if (found !== expected) {
      throw new S3Error(400, 'BadDigest', `The ${name} you specified did not match the body.`);
    }
  }
}
