import { DAY_MS } from '../activity/instant.ts';
import { versionNumber } from './block-keys.ts';
import type { ListedVersion, Pointer } from './block-store.ts';

/** Longer than any query: a reader that read a pointer before then has ended. Milliseconds. */
export const READABLE_AFTER_MS = DAY_MS;

/**
 * The versions of a block that can go: the pointer can't name them any more, and has not for a day.
 *
 * Numbers decide the first, not clocks. Whoever makes version 8 holds the pointer at 7, and the pointer
 * is at 8 only once. So when it is at 8, no version of that number or a smaller one can become current
 * any more, however slow its writer is; one numbered 9 may.
 *
 * That the pointer had left version 6 is known from the writer of an 8, who read it at 7 before.
 *
 * @param versions all of the block, in any order
 */
export function superseded(
  versions: readonly ListedVersion[],
  pointer: Pointer,
  nowMs: number,
): readonly ListedVersion[] {
  const current = versionNumber(pointer.version);
  const leftAtMs = (number: number) =>
    Math.min(
      pointer.setAtMs,
      ...versions
        .filter(({ key }) => versionNumber(key) >= number + 2)
        .map(({ storedAtMs }) => storedAtMs),
    );
  return versions.filter(
    ({ key }) =>
      key !== pointer.version &&
      versionNumber(key) <= current &&
      leftAtMs(versionNumber(key)) <= nowMs - READABLE_AFTER_MS,
  );
}

/**
 * Whether a version waits that its writer, if there still is one, could make the current one: a run died
 * between the two writes, and nobody has changed the block since.
 */
export function hasOldOrphan(
  versions: readonly ListedVersion[],
  pointer: Pointer,
  nowMs: number,
): boolean {
  const next = versionNumber(pointer.version) + 1;
  return versions.some(
    ({ key, storedAtMs }) => versionNumber(key) === next && storedAtMs <= nowMs - READABLE_AFTER_MS,
  );
}
