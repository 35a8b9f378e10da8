import type { CompletenessRow } from '../../shared/activity/completeness.ts';
import { DAY_MS, isoDay, startOfDay } from '../../shared/activity/instant.ts';
import { covers } from '../../shared/activity/spans.ts';
import { coverageOf } from '../../shared/checkpoint/coverage.ts';
import { systemClock } from '../../shared/clock.ts';
import { etlCompleteness } from '../../shared/lake/tables.ts';
import { rowsOf } from '../../shared/run/lake-run.ts';
import { readStores } from '../places/read-stores.ts';
import { tableLines } from '../terminal/table.ts';
import { counted, instant } from '../terminal/wording.ts';
import { type LakeAccount, storedCheckpoint } from './account.ts';

/** What is known of one whole day. */
export interface CheckedDay {
  /** UTC, `YYYY-MM-DD`. */
  readonly day: string;
  /** What its latest check found; `undefined` when it was never checked. */
  readonly found: CompletenessRow | undefined;
  /** Whether it was read whole; only then is it checked. */
  readonly readWhole: boolean;
}

/** The last whole days, oldest first. */
export async function checkedDays(
  account: Pick<LakeAccount, 'place' | 'settings'>,
  count: number = account.settings.reconcileDays,
): Promise<readonly CheckedDay[]> {
  const { place, settings } = account;
  const state = await storedCheckpoint(account);
  const todayMs = startOfDay(systemClock.now() - settings.settleDelayMs);
  return readStores(place, settings.accountId, async ({ blocks, backfills }) => {
    const coverage = state === null ? [] : coverageOf(state, await backfills.all());
    const days: CheckedDay[] = [];
    for (let ago = count; ago > 0; ago -= 1) {
      const fromMs = todayMs - ago * DAY_MS;
      const day = isoDay(fromMs);
      const [found] = await rowsOf({ blocks, settings }, etlCompleteness, day);
      days.push({ day, found, readWhole: covers(coverage, { fromMs, toMs: fromMs + DAY_MS }) });
    }
    return days;
  });
}

export function dayLines(days: readonly CheckedDay[]): string[] {
  const counts = ['listed', 'stored_before', 'added', 'withdrawn', 'rejected', 'suspect_windows'];
  const columns = [
    { name: 'day' },
    ...['listed', 'stored before', 'added', 'withdrawn', 'rejected', 'suspect'].map((name) => ({
      name,
      alignRight: true,
    })),
    { name: 'checked at' },
    { name: 'confirmed' },
  ];
  const rows = days.map((day) => [
    day.day,
    ...counts.map((name) =>
      day.found === undefined ? '' : counted(Number(day.found[name as keyof CompletenessRow])),
    ),
    day.found === undefined ? '' : instant(day.found.checked_at),
    verdictOn(day),
  ]);
  return tableLines(columns, rows);
}

/** Since when a day is confirmed, or why it is not yet: the conditions of completeness, in their order. */
export function verdictOn({ found, readWhole }: Pick<CheckedDay, 'found' | 'readWhole'>): string {
  if (found === undefined) {
    return readWhole
      ? 'no: not checked yet; a reconcile does'
      : 'no: not read whole yet; a pull or a backfill does';
  }
  const { confirmed, confirmed_since, day_start, checked_at } = found;
  if (confirmed) return `since ${instant(confirmed_since ?? checked_at)}`;
  const soonestMs = day_start + 2 * DAY_MS;
  if (checked_at < soonestMs) {
    return `not yet: late events may come; check again from ${instant(soonestMs)} on`;
  }
  if (found.added > 0) return 'not yet: something was added; the next check that adds nothing will';
  if (found.suspect_windows > 0) return 'no: seconds whose number of rows looks like a limit';
  return 'no: the source listed nothing, and nobody has said that this is right';
}
