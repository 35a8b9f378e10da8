import { openBlock } from '../lake/block-format.ts';
import type { Block } from '../lake/block-keys.ts';
import { hasOldOrphan, superseded } from '../lake/superseded.ts';
import { tables } from '../lake/tables.ts';
import type { LakeRun } from '../run/lake-run.ts';

/**
 * The nightly removal of versions that no pointer names any more, a day after it left them. Whatever
 * it is interrupted in, the next night goes on.
 */
export async function removeSuperseded(run: LakeRun): Promise<void> {
  const { blocks, clock, counts, settings, signal } = run;
  const { accountId } = settings;
  for (const table of tables) {
    for (const [day, versions] of await blocks.versions(table, accountId)) {
      // One alone is the current one, or will be.
      if (versions.length < 2) continue;
      const block = { table, accountId, day };
      const pointer = await blocks.pointer(block);
      if (pointer === null) continue;
      for (const version of superseded(versions, pointer, clock.now())) {
        signal?.throwIfAborted();
        await blocks.remove(version);
        counts.removed_versions += 1;
      }
      if (hasOldOrphan(versions, pointer, clock.now())) await passOrphan(run, block);
    }
  }
}

/**
 * Moves the pointer to a copy of what it names, so that its ETag is another one and no writer can make
 * the orphan current any more. The next night removes it.
 */
async function passOrphan(run: LakeRun, block: Block): Promise<void> {
  const stored = await run.blocks.get(block);
  if (stored === null) return;
  const { bytes, madeOf } = stored;
  const key = await run.blocks.swap(block, stored, bytes, madeOf);
  const { rows } = openBlock(block.table, bytes);
  if (key !== null) run.written.push({ key, rows, bytes: bytes.byteLength });
}
