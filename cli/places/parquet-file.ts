import { closeSync, existsSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { SettingsError } from '../../shared/errors.ts';
import type { CopyDuring } from '../sql/parquet-copy.ts';
import { openLake } from './folder-lake.ts';

/**
 * Writes what a query of a data folder gives into a Parquet file. It is written beside it and renamed at
 * the end, so that there is a whole one or the one before.
 *
 * @returns how many rows it has
 * @throws SettingsError when no file can have that name
 * @throws QueryError as `Lake.copy`
 */
export async function writeParquet(
  dataDir: string,
  { sql, file }: { readonly sql: string; readonly file: string },
  during: CopyDuring,
): Promise<number> {
  const target = path.resolve(file);
  requireFileName(file, target);
  const part = `${target}.${process.pid}.part`;
  // Who may not write there learns it now, and not when the query has ended.
  closeSync(openSync(part, 'wx'));
  try {
    const lake = await openLake(dataDir, part);
    const rows = await lake.copy(sql, during).finally(() => lake.close());
    renameSync(part, target);
    return rows;
  } finally {
    rmSync(part, { force: true });
  }
}

function requireFileName(file: string, target: string): void {
  if (!existsSync(path.dirname(target))) {
    throw new SettingsError(
      `--parquet is "${file}", and there is no folder ${path.dirname(target)}.`,
      'Make the folder, or name a file in another one.',
    );
  }
  if (existsSync(target) && statSync(target).isDirectory()) {
    throw new SettingsError(
      `--parquet is "${file}", which is a folder.`,
      'Name a file in it, such as result.parquet.',
    );
  }
}
