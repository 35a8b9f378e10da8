import { copyFileSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildCommand, COMMAND } from '../packaging/command.ts';
import { buildFunctions } from '../packaging/functions.ts';

/**
 * Builds once for all tests, before the first, what is published: the command line, which so starts in a fraction of
 * the time that it takes from its sources, and the code of the functions. What the command reads lies beside it as in
 * an installed package.
 */
export default async function buildOnce(): Promise<void> {
  await buildFunctions('dist/functions');
  const folder = mkdtempSync(path.join(tmpdir(), 'activity-command-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const dist = path.join(folder, 'dist');
  await buildCommand(dist);
  copyFileSync('package.json', path.join(folder, 'package.json'));
  for (const beside of ['node_modules', 'sql']) {
    symlinkSync(path.resolve(beside), path.join(folder, beside), 'junction');
  }
  process.env.ACTIVITY_COMMAND = path.join(dist, COMMAND);
}
