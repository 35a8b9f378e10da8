import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { AwsClients } from '../../shared/aws.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import {
  type Block,
  blockOfPointer,
  pointerKey,
  pointersPrefix,
  readPointer,
} from '../../shared/lake/block-keys.ts';
import type { Table } from '../../shared/lake/table.ts';
import { accountStores } from '../../shared/run/account-stores.ts';
import type { LakeSettings } from '../../shared/settings.ts';

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
  clients: Pick<AwsClients, 's3' | 'db'>,
  place: Pick<LakeSettings, 'bucket' | 'checkpointTable'>,
  table: Table,
  accounts: readonly string[],
): Promise<readonly CurrentFile[]> {
  const pointers: (() => Promise<readonly CurrentFile[]>)[] = [];
  for (const account of accounts) {
    const { blocks } = accountStores(clients, place, account);
    for (const key of await blocks.keys(pointersPrefix(table, account))) {
      const block = blockOfPointer(table, key);
      if (block === null) continue;
      pointers.push(async () => {
        const pointer = await blocks.pointer(block);
        return pointer === null ? [] : [{ ...block, key: pointer.version }];
      });
    }
  }
  const files = await inParallel(pointers, (read) => read());
  return files.flat();
}
