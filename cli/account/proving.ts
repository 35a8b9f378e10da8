import type { LakeRun, Reached } from '../../shared/run/lake-run.ts';
import { untilInterrupted } from '../terminal/interruption.ts';
import { cursorProgress, startProgress } from '../terminal/progress.ts';
import type { LakeAccount } from './account.ts';

/** Works out what a lake proves, and shows how far it is. Changes nothing. */
export async function proving<T>(
  account: LakeAccount,
  prove: (run: LakeRun) => Promise<T>,
): Promise<T> {
  const progress = startProgress();
  let tell: ((reached: Reached) => void) | undefined;
  try {
    return await account.look(prove, {
      signal: untilInterrupted(),
      onProgress: (reached) => {
        tell ??= cursorProgress(progress, reached.atMs, 'compared');
        tell(reached);
      },
    });
  } finally {
    progress.end();
  }
}
