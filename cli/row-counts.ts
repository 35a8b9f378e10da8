import { GetObjectCommand, NoSuchKey, type S3Client } from '@aws-sdk/client-s3';
import { parquetMetadata } from 'hyparquet';
import type { AwsClients } from '../shared/aws.ts';
import type { Table } from '../shared/lake/table.ts';
import { currentInBucket } from './current-files.ts';
import { inParallel } from './in-parallel.ts';
import type { Place } from './place.ts';

/** Takes in every footer but those of the largest blocks; those are then read whole. */
const TAIL_BYTES = 32_768;
/** The length of the footer, and `PAR1`. */
const END_BYTES = 8;

/** How many rows of a table are stored for some accounts, from the footers of the blocks. */
export async function countRows(
  clients: Pick<AwsClients, 's3'>,
  place: Pick<Place, 'bucket'>,
  table: Table,
  accounts: readonly string[],
): Promise<number> {
  const files = await currentInBucket(clients, place, table, accounts);
  const counts = await inParallel(files, ({ key }) => rowsIn(clients.s3, place.bucket, key));
  return counts.reduce((sum, count) => sum + count, 0);
}

async function rowsIn(s3: S3Client, bucket: string, key: string): Promise<number> {
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
