import { copyFileSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildCommand, COMMAND } from '../../packaging/command.ts';

/**
 * Bundles the command line once for all tests, before the first, as it is published: so it starts in a fraction
 * of the time that it takes from its sources. What it reads lies beside it as in an installed package.
 */
export default async function bundleCommand(): Promise<void> {
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
