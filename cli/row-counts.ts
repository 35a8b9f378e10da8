import { GetObjectCommand, NoSuchKey, type S3Client } from '@aws-sdk/client-s3';
import { parquetMetadata } from 'hyparquet';
import type { AwsClients } from '../shared/aws.ts';
import { listKeys } from '../shared/lake/block-store.ts';
import type { Table } from '../shared/lake/table.ts';
import type { Place } from './place.ts';

/** Takes in every footer but those of the largest blocks; those are then read whole. */
const TAIL_BYTES = 32_768;
/** The length of the footer, and `PAR1`. */
const END_BYTES = 8;
const IN_PARALLEL = 16;

/** How many rows of a table are stored for some accounts, from the footers of the blocks. */
export async function countRows(
  { s3 }: Pick<AwsClients, 's3'>,
  { bucket }: Pick<Place, 'bucket'>,
  table: Table,
  accounts: readonly string[],
): Promise<number> {
  const keys: string[] = [];
  for (const account of accounts) {
    const found = await listKeys(s3, bucket, `${table.folder}/account_id=${account}/`);
    keys.push(...found.filter((key) => key.endsWith('.parquet')));
  }
  const counts: number[] = [];
  const worker = async () => {
    for (let key = keys.pop(); key !== undefined; key = keys.pop()) {
      counts.push(await rowsIn(s3, bucket, key));
    }
  };
  await Promise.all(Array.from({ length: IN_PARALLEL }, worker));
  return counts.reduce((sum, count) => sum + count, 0);
}

async function rowsIn(s3: S3Client, bucket: string, key: string): Promise<number> {
  // One GET sees one version of the block; its length might be another's.
  const tail = await endOf(s3, bucket, key, TAIL_BYTES);
  if (tail === null) return 0;
  const footerBytes =
    END_BYTES +
    new DataView(tail.buffer, tail.byteOffset).getUint32(tail.byteLength - END_BYTES, true);
  const whole = footerBytes > tail.byteLength ? await endOf(s3, bucket, key, null) : tail;
  return whole === null ? 0 : Number(parquetMetadata(copied(whole)).num_rows);
}

async function endOf(s3: S3Client, bucket: string, key: string, bytes: number | null) {
  const range = bytes === null ? {} : { Range: `bytes=-${bytes}` };
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key, ...range }));
    return (await Body?.transformToByteArray()) ?? null;
  } catch (error) {
    if (error instanceof NoSuchKey) return null;
    throw error;
  }
}

function copied(bytes: Uint8Array): ArrayBuffer {
  return bytes.slice().buffer;
}
