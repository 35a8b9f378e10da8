import { tzOffset } from '@date-fns/tz';
import { MINUTE_MS, QUARTER_MS } from '../../shared/activity/instant.ts';
import type { Behaviour, Selection } from './behaviour.ts';

/** The JSON value of an Agent Activity answer. A missing reason code is an empty string. */
export function activityAnswer(
  accountId: string,
  { rows, total }: Selection,
  { casing, eventTime, timeZone, answeredAccountId, rowCap }: Behaviour,
): object {
  const timeOf = timeWriter(eventTime, timeZone);
  const updates = rows.map(({ agentId, eventMs, activity, reasonCode }) =>
    casing === 'camel'
      ? { agentId, eventTime: timeOf(eventMs), activity, reasonCode: reasonCode ?? '' }
      : {
          AgentId: agentId,
          EventTime: timeOf(eventMs),
          Activity: activity,
          ReasonCode: reasonCode ?? '',
        },
  );
  return {
    accountId: answeredAccountId ?? accountId,
    [casing === 'camel' ? 'agentUpdates' : 'AgentUpdates']: updates,
    ...(rowCap?.announcedBy === 'hasMore' && { hasMore: total > rows.length }),
    ...(rowCap?.announcedBy === 'totalCount' && { totalCount: total }),
  };
}

function timeWriter(format: Behaviour['eventTime'], timeZone: string): (ms: number) => string {
  const offsetMinutes = offsetsOf(timeZone);
  return (ms) => {
    const offset = offsetMinutes(ms);
    const local = new Date(ms + offset * MINUTE_MS);
    if (format === 'iso') return `${local.toISOString().slice(0, 19)}${suffix(offset)}`;
    const [month, day] = [two(local.getUTCMonth() + 1), two(local.getUTCDate())];
    const [minute, second] = [two(local.getUTCMinutes()), two(local.getUTCSeconds())];
    return `${month}/${day}/${local.getUTCFullYear()} ${local.getUTCHours()}:${minute}:${second}`;
  };
}

/** Zones change their offset on quarter hours, so one look-up serves all events of a quarter. */
function offsetsOf(timeZone: string): (ms: number) => number {
  if (timeZone === 'UTC') return () => 0;
  const known = new Map<number, number>();
  return (ms) => {
    const quarter = Math.floor(ms / QUARTER_MS);
    let offset = known.get(quarter);
    if (offset === undefined) {
      offset = tzOffset(timeZone, new Date(quarter * QUARTER_MS));
      known.set(quarter, offset);
    }
    return offset;
  };
}

function suffix(offset: number): string {
  if (offset === 0) return 'Z';
  const minutes = Math.abs(offset);
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
