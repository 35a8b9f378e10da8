import { DAY_MS, MINUTE_MS, startOfDay } from '../activity/instant.ts';
import { type SourceZone, sourceZone } from '../activity/source-zone.ts';
import type { Span } from '../activity/spans.ts';
import { own } from './columns.ts';
import { sqlTimestamp, valuesView } from './values.ts';
import type { View } from './view.ts';

/** Offsets are listed until then; after it clocks are taken to stay as they are. */
const LISTED_UNTIL_MS = Date.UTC(2045, 0);

/** Before every history and after every query. */
const ALWAYS: Span = { fromMs: Date.UTC(1970, 0), toMs: Date.UTC(9999, 0) };

export const accountOffsets: View = {
  name: 'account_offsets',
  row: 'A time in which the clocks of an account’s report time zone kept one offset from UTC. Made from the IANA database.',
  columns: [
    own('account_id', 'string', 'The SmartAssist account.', '63fb9a0f'),
    own('from_time', 'timestamp', 'Since when, UTC.', '2025-11-02 06:00:00'),
    own('to_time', 'timestamp', 'Until when, UTC, exclusive.', '2026-03-08 07:00:00'),
    own('offset_minutes', 'int', 'Minutes that clocks are ahead of UTC.', '-300'),
  ],
};

/**
 * The text of the view: about two rows a year and zone. It takes the place of the time zone functions,
 * which mean different things in Athena and DuckDB.
 *
 * @param earliestMs no event of the lake is older
 */
export function accountOffsetsSql(
  accounts: readonly { readonly id: string; readonly reportTimeZone: string }[],
  earliestMs: number,
): string {
  const zones = new Set(accounts.map(({ reportTimeZone }) => reportTimeZone));
  const offsets = new Map([...zones].map((zone) => [zone, offsetsOf(zone, earliestMs)]));
  return valuesView(
    accountOffsets,
    accounts.map(({ id, reportTimeZone }) => ({
      accountId: id,
      rows: (offsets.get(reportTimeZone) ?? []).map(({ fromMs, toMs, offsetMinutes }) => [
        sqlTimestamp(fromMs),
        sqlTimestamp(toMs),
        String(offsetMinutes),
      ]),
    })),
  );
}

/** Spans without a gap from `ALWAYS.fromMs` to `ALWAYS.toMs`; the first offset is the one at `earliestMs`. */
function offsetsOf(
  zoneName: string,
  earliestMs: number,
): readonly (Span & { readonly offsetMinutes: number })[] {
  const zone = sourceZone(zoneName);
  const firstMs = startOfDay(earliestMs);
  const changes: number[] = [];
  for (let dayMs = firstMs; dayMs < LISTED_UNTIL_MS; dayMs += DAY_MS) {
    if (zone.offsetAt(dayMs) !== zone.offsetAt(dayMs + DAY_MS)) changes.push(changeIn(zone, dayMs));
  }
  const bounds = [ALWAYS.fromMs, ...changes, ALWAYS.toMs];
  return bounds.slice(0, -1).map((fromMs, index) => ({
    fromMs,
    toMs: bounds[index + 1] as number,
    offsetMinutes: zone.offsetAt(index === 0 ? firstMs : fromMs) / MINUTE_MS,
  }));
}

/** When the clocks change that have another offset a day after `dayMs`. */
function changeIn(zone: SourceZone, dayMs: number): number {
  let [before, after] = [dayMs, dayMs + DAY_MS];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (zone.offsetAt(middle) === zone.offsetAt(dayMs)) before = middle;
    else after = middle;
  }
  return after;
}
