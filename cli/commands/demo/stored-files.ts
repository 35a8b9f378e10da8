import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { tables } from '../../../shared/lake/tables.ts';
import { currentInFolder } from '../../sql/current-files.ts';
import { tableLines } from '../../terminal/table.ts';
import { plural, size } from '../../terminal/wording.ts';

/** The current Parquet files of a lake folder, each with its size; the many landing objects as one line. */
export async function storedFileLines(folder: string, indent: string): Promise<string[]> {
  const lines: string[][] = [];
  for (const table of tables) {
    for (const { key } of currentInFolder(folder, table)) {
      const { size: bytes } = await stat(path.join(folder, key));
      lines.push([key, size(bytes), `table ${table.name}`]);
    }
  }
  const landed = (await filesUnder(path.join(folder, 'landing'))).filter((file) =>
    file.endsWith('.json.gz'),
  );
  let bytes = 0;
  for (const file of landed) bytes += (await stat(file)).size;
  lines.push(['landing/…', size(bytes), `${plural(landed.length, 'raw response')}, the evidence`]);
  const columns = [{ name: 'file' }, { name: 'size', alignRight: true }, { name: '' }];
  return tableLines(columns, lines, { indent });
}

async function filesUnder(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true });
    return entries.map((entry) => path.join(folder, entry)).sort();
  } catch {
    return [];
  }
}
