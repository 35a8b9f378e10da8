import { HOUR_MS } from '../activity/instant.ts';
import { localDayOf } from '../activity/local-day.ts';
import { sourceZone } from '../activity/source-zone.ts';
import { pointersPrefix } from '../lake/block-keys.ts';
import { agentActivity } from '../lake/tables.ts';
import type { LakeRun } from './lake-run.ts';
import type { DerivedUpTo } from './remembered.ts';

/** By so much, milliseconds, the stays of a day that is not over may tell less than the watermark says. */
export const MOST_BEHIND_MS = HOUR_MS;

/**
 * Whether a tick brought nothing but time, so that the stays need not be made anew to say so. They then tell what they told,
 * and `observed_until` until when.
 *
 *     this process                      another run
 *     derives, from version 7
 *                                       stores an event: version 8; dies before it derives
 *     pulls it again: nothing is new, but the pointer that it merges into names 8: derives
 *
 * @param before what this process derived last, up to the watermark that the run found
 * @param latestMs of the events that were listed, epoch milliseconds: what was listed beyond the watermark before counts now
 */
export function onlyTimePassed(
  { settings, blocks, written, moved }: LakeRun,
  before: DerivedUpTo,
  latestMs: number,
): boolean {
  const reachedMs = moved.afterMs ?? before.watermarkMs;
  if (written.length > 0 || latestMs >= before.toldUntilMs) return false;
  if (reachedMs - before.toldUntilMs >= MOST_BEHIND_MS) return false;
  const zone = sourceZone(settings.reportTimeZone);
  if (localDayOf(zone, reachedMs - 1) !== before.day) return false;
  const prefix = pointersPrefix(agentActivity, settings.accountId);
  return [...blocks.seen].every(
    ([pointer, version]) => !pointer.startsWith(prefix) || before.madeOf.get(pointer) === version,
  );
}
