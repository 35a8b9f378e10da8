import { GetObjectCommand, NoSuchKey, type S3Client } from '@aws-sdk/client-s3';
import type { AwsClients } from '../../shared/aws.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import { END_BYTES, footerBytes, readFooter } from '../../shared/lake/parquet/file.ts';
import type { Table } from '../../shared/lake/table.ts';
import type { Place } from '../places/place.ts';
import { currentInBucket } from '../sql/current-files.ts';

/** Takes in nearly every footer; for a longer one it is asked again. */
const TAIL_BYTES = 32_768;

/** How many rows of a table are stored for some accounts, from the footers of the blocks. */
export async function countRows(
  clients: Pick<AwsClients, 's3' | 'db'>,
  place: Pick<Place, 'bucket' | 'checkpointTable'>,
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
  const needed = END_BYTES + footerBytes(tail);
  const end = needed > tail.byteLength ? await endOf(s3, bucket, key, needed) : tail;
  return end === null ? 0 : rowsSaidBy(end);
}

function rowsSaidBy(end: Uint8Array): number {
  return readFooter(end).rowGroups.reduce((sum, { rows }) => sum + rows, 0);
}

async function endOf(s3: S3Client, bucket: string, key: string, bytes: number) {
  const Range = `bytes=-${bytes}`;
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key, Range }));
    return (await Body?.transformToByteArray()) ?? null;
  } catch (error) {
    if (error instanceof NoSuchKey) return null;
    throw error;
  }
}
