import { contactCentre } from '../local/simulator/contact-centre.ts';
import { DAY_MS, isoDay } from '../shared/activity/instant.ts';
import { mergeRows, type Row } from '../shared/activity/merge.ts';
import { writeBlock } from '../shared/lake/block-format.ts';
import { agentActivity } from '../shared/lake/tables.ts';

/* The same events as a block a day, and as a file for each run (288 a day), which is what a job that only appends leaves. */

const TICK_MS = 5 * 60_000;

interface LaidOutDay {
  /** `YYYY-MM-DD` */
  readonly day: string;
  readonly block: Uint8Array;
  readonly runs: readonly Uint8Array[];
}

/** One week again and again. */
export function* layOut(firstMs: number, days: number, agents: number): Generator<LaidOutDay> {
  const { events } = contactCentre({
    ...{ seed: 1, agents, fromMs: firstMs, toMs: firstMs + 7 * DAY_MS },
  });
  for (let index = 0; index < days; index += 1) {
    const dayMs = firstMs + index * DAY_MS;
    const ofWeekMs = firstMs + (index % 7) * DAY_MS;
    const rows: Row[] = events
      .filter(({ eventMs }) => eventMs >= ofWeekMs && eventMs < ofWeekMs + DAY_MS)
      .map(({ agentId, eventMs, activity, reasonCode, seq }) => {
        const event_time = eventMs - ofWeekMs + dayMs;
        return {
          ...{ agent_id: agentId, event_time, activity, reason_code: reasonCode, event_seq: seq },
          ...{ occurrence: seq + 1, changes_in_second: 1, ingested_at: event_time + 90_000 },
          ...{ source_object: `landing/${Math.floor(event_time / TICK_MS)}`, extra: null },
        };
      });
    const byRun = new Map<number, Row[]>();
    for (const row of rows) {
      const run = Math.floor(((row.event_time as number) - dayMs) / TICK_MS);
      const ofRun = byRun.get(run);
      if (ofRun === undefined) byRun.set(run, [row]);
      else ofRun.push(row);
    }
    yield {
      day: isoDay(dayMs),
      block: asBlock(rows),
      runs: [...byRun.values()].map(asBlock),
    };
  }
}

const asBlock = (rows: readonly Row[]) =>
  writeBlock(agentActivity, mergeRows(agentActivity, [], rows).rows);
