import type { TruthEvent } from '../../../local/simulator/contact-centre.ts';
import { openLake } from '../../places/folder-lake.ts';

/** The truth and the lake, compared row by row. */
export interface Proof {
  readonly happened: number;
  readonly stored: number;
  readonly missing: number;
  readonly twice: number;
  /** Stored, but never happened. */
  readonly invented: number;
  readonly rejected: number;
}

const COMPARE = `
  WITH listed AS (
    SELECT unnest(from_json($truth, '[{"agentId": "VARCHAR", "eventMs": "BIGINT",
      "activity": "VARCHAR", "reasonCode": "VARCHAR", "seq": "INTEGER"}]'), recursive := true)
  ), truth AS (
    SELECT "agentId" AS agent_id, make_timestamp("eventMs" * 1000) AS event_time, activity,
      "reasonCode" AS reason_code, row_number() OVER (
        PARTITION BY "agentId", "eventMs", activity, "reasonCode" ORDER BY seq
      )::INTEGER AS occurrence
    FROM listed
  ), stored AS (
    SELECT agent_id, event_time, activity, reason_code, occurrence FROM agent_activity
  )
  SELECT
    (SELECT count(*) FROM truth),
    (SELECT count(*) FROM stored),
    (SELECT count(*) FROM (FROM truth EXCEPT ALL FROM stored)),
    (SELECT count(*) FROM stored) - (SELECT count(*) FROM (SELECT DISTINCT * FROM stored)),
    (SELECT count(*) FROM (SELECT DISTINCT * FROM stored EXCEPT FROM truth)),
    (SELECT count(*) FROM rejected_activity)`;

export async function compareWithTruth(
  dataDir: string,
  truth: readonly TruthEvent[],
): Promise<Proof> {
  const lake = await openLake(dataDir);
  try {
    const { rows } = await lake.ask(COMPARE, { truth: JSON.stringify(truth) });
    const [happened, stored, missing, twice, invented, rejected] = (rows[0] ?? []).map(Number);
    return { happened, stored, missing, twice, invented, rejected } as Proof;
  } finally {
    lake.close();
  }
}
