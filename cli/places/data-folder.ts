import { existsSync } from 'node:fs';
import path from 'node:path';
import { DataFolderError } from '../errors.ts';
import { typed, typedDemo } from '../terminal/command-name.ts';

export const DEFAULT_DATA_FOLDER = './activity-data/lake';
export const DEMO_FOLDER = './activity-data/demo';
export const BUCKET = 'activity-lake';
export const CHECKPOINT_TABLE = 'agent-activity-checkpoint';

/** Where the objects of the lake lie as ordinary files. */
export function lakeFolder(dataDir: string): string {
  return path.join(dataDir, 's3', BUCKET);
}

/** @throws DataFolderError when nothing was ever pulled into the folder */
export function requireDataFolder(dataDir: string): void {
  if (existsSync(lakeFolder(dataDir))) return;
  throw new DataFolderError(
    `There is no data in ${path.resolve(dataDir)}.`,
    `Name another folder with --data, or fill this one: \`${typed} pull --help\`. A demonstration: \`${typedDemo} --data ${DEMO_FOLDER}\`.`,
  );
}
