import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { isoDay } from '../../../shared/activity/instant.ts';
import { pointerKey } from '../../../shared/lake/block-keys.ts';
import { agentActivity } from '../../../shared/lake/tables.ts';
import type { AccountSettings } from '../../../shared/settings.ts';
import { lakeFolder } from '../../places/data-folder.ts';

/** What became of the process: `ended` when it was done before it could be killed. */
type KilledRun = { readonly end: 'killed' } | { readonly end: 'ended'; readonly said: string };

/** What the process that is to be killed is told. */
export interface OneRun {
  readonly host: string;
  /** When it begins, by its clock. */
  readonly nowMs: number;
}

/**
 * Starts a pull in a process of its own on the same folder, and kills it (SIGKILL) when it has
 * written its block: after the rows are stored, before the watermark can move.
 */
export async function killRunAfterItsWrite(
  dataDir: string,
  { accountId, host }: AccountSettings,
  credentials: string,
  nowMs: number,
): Promise<KilledRun> {
  const block = { table: agentActivity, accountId, day: isoDay(nowMs) };
  const pointer = path.join(lakeFolder(dataDir), pointerKey(block));
  const oneRun: OneRun = { host, nowMs };
  const [, itself = ''] = process.argv;
  const child = spawn(
    process.execPath,
    [...process.execArgv, itself, 'demo', '--data', dataDir, '--one-run', JSON.stringify(oneRun)],
    { stdio: ['pipe', 'ignore', 'pipe'] },
  );
  const watcher = watch(path.dirname(pointer), (_event, name) => {
    if (name === path.basename(pointer)) child.kill('SIGKILL');
  });
  try {
    child.stdin.end(credentials);
    const [said] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    return child.signalCode === 'SIGKILL' ? { end: 'killed' } : { end: 'ended', said };
  } finally {
    watcher.close();
  }
}
