import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { AwsClients } from '../../shared/aws.ts';
import { systemClock } from '../../shared/clock.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import {
  type Block,
  blockOfPointer,
  pointerKey,
  pointersPrefix,
  readPointer,
} from '../../shared/lake/block-keys.ts';
import { BlockStore, listKeys } from '../../shared/lake/block-store.ts';
import type { Table } from '../../shared/lake/table.ts';

/** The file that holds the current rows of a block. */
interface CurrentFile extends Pick<Block, 'accountId' | 'day'> {
  /** Its key in the bucket, which is its path below the lake's folder. */
  readonly key: string;
}

/** Those of a table in a lake that lies in a folder. */
export function currentInFolder(folder: string, table: Table): readonly CurrentFile[] {
  if (!existsSync(path.join(folder, table.folder))) return [];
  return readdirSync(path.join(folder, table.folder), { recursive: true, encoding: 'utf8' })
    .map((name) => blockOfPointer(table, path.posix.join(table.folder, ...name.split(path.sep))))
    .filter((block) => block !== null)
    .map((block) => {
      const pointer = readFileSync(path.join(folder, pointerKey(block)), 'utf8');
      return { ...block, key: readPointer(block, pointer) };
    });
}

/** Those of a table for some accounts, in the order of their days. */
export async function currentInBucket(
  { s3 }: Pick<AwsClients, 's3'>,
  { bucket }: { readonly bucket: string },
  table: Table,
  accounts: readonly string[],
): Promise<readonly CurrentFile[]> {
  const store = new BlockStore({ s3, bucket, runId: '', clock: systemClock });
  const blocks: Block[] = [];
  for (const account of accounts) {
    const keys = await listKeys(s3, bucket, pointersPrefix(table, account));
    blocks.push(...keys.map((key) => blockOfPointer(table, key)).filter((block) => block !== null));
  }
  const files = await inParallel(blocks, async (block) => {
    const pointer = await store.pointer(block);
    return pointer === null ? [] : [{ ...block, key: pointer.version }];
  });
  return files.flat();
}
