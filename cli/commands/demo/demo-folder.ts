import { existsSync } from 'node:fs';
import { readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DataFolderError } from '../../errors.ts';
import { typedDemo } from '../../terminal/command-name.ts';

/** Says that a folder was made by the demonstration, and that the next one may replace it. */
const MARKER = 'MADE-BY-THE-DEMONSTRATION.txt';
const MARKER_TEXT = `Made by the demonstration, which replaces this folder the next time.
Everything in it is simulated.
`;

/**
 * Removes an earlier demonstration.
 *
 * @throws DataFolderError when what is there is not a demonstration's
 */
export async function clearDemoFolder(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  const entries = await readdir(folder);
  if (entries.length > 0 && !entries.includes(MARKER)) {
    throw new DataFolderError(
      `${path.resolve(folder)} is not empty and not of an earlier demonstration, so it is left as it is.`,
      `Name another folder: ${typedDemo} --data DIR`,
    );
  }
  await rm(folder, { recursive: true });
}

/** Marks a folder that is open already: the embedded AWS starts in empty folders alone. */
export async function markDemoFolder(folder: string): Promise<void> {
  await writeFile(path.join(folder, MARKER), MARKER_TEXT);
}
