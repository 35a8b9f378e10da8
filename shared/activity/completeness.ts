import { DAY_MS } from './instant.ts';

/** A row of `etl_completeness`: what the latest check of a day found. */
export type CompletenessRow = {
  readonly day_start: number;
  readonly checked_at: number;
  readonly listed: number;
  readonly stored_before: number;
  readonly added: number;
  readonly withdrawn: number;
  readonly rejected: number;
  readonly suspect_windows: number;
  readonly empty_acknowledged_at: number | null;
  readonly confirmed: boolean;
  readonly confirmed_since: number | null;
  readonly run_id: string;
};

/**
 * What was found of a day, with the verdict on it.
 *
 * @param before the day's row so far: a day that was confirmed stays so since then
 */
export function judged(
  found: Omit<CompletenessRow, 'confirmed' | 'confirmed_since'>,
  before: CompletenessRow | undefined,
): CompletenessRow {
  const confirmed = isComplete(found);
  const confirmed_since = confirmed ? (before?.confirmed_since ?? found.checked_at) : null;
  return { ...found, confirmed, confirmed_since };
}

/**
 * Whether a check proves its day complete: made at least 24 h after the day's end, when lateness is
 * over; nothing was missing; nothing was accepted unproved; and the source listed something, or a
 * person said that the day really had no events. (An outage that answers with empty lists looks healthy.)
 */
function isComplete(found: Parameters<typeof judged>[0]): boolean {
  if (found.checked_at < found.day_start + 2 * DAY_MS) return false;
  if (found.added > 0 || found.suspect_windows > 0) return false;
  return found.listed > 0 || found.empty_acknowledged_at !== null;
}
