import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import type { ListedEvent } from '../../local/simulator/behaviour.ts';
import { readBlock } from '../../shared/lake/block-format.ts';
import { agentActivity } from '../../shared/lake/tables.ts';

/** The keys of the bucket that begin with `prefix`. */
export async function keysUnder(s3: S3Client, bucket: string, prefix: string): Promise<string[]> {
  const { Contents = [] } = await s3.send(
    new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }),
  );
  return Contents.map(({ Key = '' }) => Key);
}

/** The blocks of `agent_activity` of one account. */
export async function storedBlocks(
  s3: S3Client,
  bucket: string,
  accountId: string,
): Promise<Uint8Array[]> {
  const keys = await keysUnder(s3, bucket, `activity/account_id=${accountId}/`);
  return Promise.all(
    keys.map(async (Key) => {
      const pointer = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
      const address = (await pointer.Body?.transformToString()) ?? '';
      const version = address.trim().replace(`s3://${bucket}/`, '');
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: version }));
      return (await Body?.transformToByteArray()) ?? new Uint8Array();
    }),
  );
}

/** Every row of `agent_activity` of one account, as comparable text, sorted. */
export async function storedEvents(
  s3: S3Client,
  bucket: string,
  accountId: string,
): Promise<string[]> {
  const blocks = await storedBlocks(s3, bucket, accountId);
  return blocks
    .flatMap((bytes) => readBlock(agentActivity, bytes))
    .map(
      (row) =>
        `${row.agent_id} ${row.event_time} ${row.activity} ${row.reason_code} ${row.event_seq}`,
    )
    .sort();
}

/** What the source listed, in the same words. */
export const listedEvents = (listed: readonly ListedEvent[]): string[] =>
  listed
    .map((row) => `${row.agentId} ${row.eventMs} ${row.activity} ${row.reasonCode} ${row.seq}`)
    .sort();
