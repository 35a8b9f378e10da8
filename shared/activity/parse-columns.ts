import type { RejectedActivityRow, RejectionReason } from './event.ts';
import { DAY_MS, QUARTER_MS } from './instant.ts';
import { ListedEvents } from './listed-events.ts';
import {
  judged,
  type ParseContext,
  type Parsed,
  type ReadTime,
  rejectedRow,
  seenTime,
  timeOf,
} from './parse.ts';
import { elementAt, type ScannedUpdates } from './scanned-updates.ts';
import type { SeenTime } from './seen-times.ts';
import { isInside, shownSpan } from './settled-time.ts';
import type { SourceZone } from './source-zone.ts';

/**
 * What `parseUpdates` makes of the same updates, many times as fast. Only rows whose time means one instant, between the
 * dates of the lake, are read here; every other update is handed to the functions of `parse.ts`, which say what is
 * right.
 */
export function parseScanned(updates: ScannedUpdates, context: ParseContext): Parsed {
  const { asked, zone, clockMs, earliestMs } = context;
  const instants = instantsIn(updates, zone);
  const byItself = new Map<number, ReadTime | RejectionReason>();
  const unusual: (readonly number[])[] = [];
  let [seen, inside, outside] = [0, 0, 0];
  for (let i = 0; i < updates.length; i += 1) {
    const ms = instants[i] as number;
    if (ms >= earliestMs && ms <= clockMs + DAY_MS) {
      seen += 1;
      if (isInside(ms, asked)) {
        inside += 1;
        continue;
      }
      outside += 1;
      unusual.push([ms]);
      continue;
    }
    instants[i] = Number.NaN;
    const time = timeOf(elementAt(updates, i), zone);
    byItself.set(i, time);
    if (typeof time === 'string') continue;
    seen += 1;
    unusual.push(time.instants);
    const likeliest = seenTime(time, asked).ms;
    if (likeliest === null) continue;
    if (isInside(likeliest, asked)) inside += 1;
    else outside += 1;
  }
  // Times inside of what was asked for show nothing.
  const shown = shownSpan(unusual, asked);

  const events = new ListedEvents(updates);
  const { agent, activity, reason, extra } = updates;
  const rejected: RejectedActivityRow[] = [];
  let elsewhere = 0;
  let unknownFields = 0;
  for (let i = 0; i < updates.length; i += 1) {
    const ms = instants[i] as number;
    if (!Number.isNaN(ms)) {
      const others = extra.codes[i] as number;
      unknownFields += others < 0 ? 0 : (updates.unknownFields[others] as number);
      events.add(
        agent.codes[i] as number,
        ms,
        activity.codes[i] as number,
        reason.codes[i] as number,
        others,
      );
      continue;
    }
    const element = elementAt(updates, i);
    const result = judged(element, byItself.get(i) as ReadTime | RejectionReason, context, shown);
    if (result === 'elsewhere') elsewhere += 1;
    else if (result.kind === 'rejected') rejected.push(rejectedRow(element, result, context));
    else {
      unknownFields += result.unknownFields;
      events.addTexts(result);
    }
  }
  return {
    events: events.columns(context),
    rejected,
    repeated: events.repeated,
    outside,
    elsewhere,
    unknownFields,
    times: { length: seen, inside, all: () => allTimes(updates, context) },
  };
}

/** What each time means; NaN where that can't be told by the columns alone. */
function instantsIn(updates: ScannedUpdates, zone: SourceZone): Float64Array {
  const { times, zoned, agent } = updates;
  const instants = new Float64Array(updates.length);
  let quarter = Number.NaN;
  let offsetMs = 0;
  for (let i = 0; i < updates.length; i += 1) {
    const ms = times[i] as number;
    if ((agent.codes[i] as number) < 0) instants[i] = Number.NaN;
    else if (zoned[i] === 1) instants[i] = ms;
    else {
      const own = Math.floor(ms / QUARTER_MS);
      if (own !== quarter) {
        const [only, other] = zone.instantsOf(ms);
        offsetMs = only === undefined || other !== undefined ? Number.NaN : ms - only;
        quarter = own;
      }
      instants[i] = ms - offsetMs;
    }
  }
  return instants;
}

function allTimes(updates: ScannedUpdates, { zone, asked }: ParseContext): readonly SeenTime[] {
  const times: SeenTime[] = [];
  for (let i = 0; i < updates.length; i += 1) {
    const time = timeOf(elementAt(updates, i), zone);
    if (typeof time !== 'string') times.push(seenTime(time, asked));
  }
  return times;
}
