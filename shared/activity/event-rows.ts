import type { AgentActivityRow } from './event.ts';
import type { EventColumns, TextColumn } from './event-columns.ts';
import { KnownTexts } from './known-texts.ts';

/** The same events as columns. */
export function columnsOfRows(rows: readonly AgentActivityRow[]): EventColumns {
  const text = (of: (row: AgentActivityRow) => string | null): TextColumn => {
    const known = new KnownTexts([]);
    const codes = Int32Array.from(rows, (row) => known.codeOf(of(row)));
    return { values: known.values, codes };
  };
  return {
    length: rows.length,
    agent_id: text((row) => row.agent_id),
    activity: text((row) => row.activity),
    reason_code: text((row) => row.reason_code),
    event_time: Float64Array.from(rows, (row) => row.event_time),
    ingested_at: Float64Array.from(rows, (row) => row.ingested_at),
    occurrence: Int32Array.from(rows, (row) => row.occurrence),
    changes_in_second: Int32Array.from(rows, (row) => row.changes_in_second),
    event_seq: Int32Array.from(rows, (row) => row.event_seq),
    source_object: text((row) => row.source_object),
    extra: text((row) => row.extra),
  };
}
