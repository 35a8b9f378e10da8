/**
 * Rows as the lake stores them. Fields carry the names of their columns; every instant is epoch
 * milliseconds here and a UTC timestamp in Parquet.
 */

/** One agent status change. Identity: agent, time, activity, reason and occurrence. */
export type AgentActivityRow = {
  readonly agent_id: string;
  /** Whole second. */
  readonly event_time: number;
  readonly activity: string;
  /** `null` when the source sends none or an empty one. */
  readonly reason_code: string | null;
  /** 1, 2, … among equal changes of this agent in this second: ready → busy → ready has ready 1 and 2. */
  readonly occurrence: number;
  /** How many changes of this agent in this second the source listed, at most, in one answer. */
  readonly changes_in_second: number;
  /** Position among these, from 0, in the source's order. */
  readonly event_seq: number;
  /** The `pulled-at` of the landing object the row came from. */
  readonly ingested_at: number;
  /** Key of that landing object. */
  readonly source_object: string;
  /** JSON of the fields the API does not document; `null` normally. */
  readonly extra: string | null;
};

/** Something in `AgentUpdates` that could not be understood. Identity: the SHA-256 of its text. */
export type RejectedActivityRow = {
  readonly raw_sha256: string;
  readonly reason: RejectionReason;
  /** The element's own text, as the source sent it; where it is `damaged`, a byte that is no text as `\xe9`. */
  readonly raw: string;
  /** `null` when there is none, it can't be read, or it lies outside the lake's dates. */
  readonly event_time: number | null;
  readonly window_from: number;
  readonly window_to: number;
  readonly ingested_at: number;
  readonly source_object: string;
};

export type RejectionReason =
  | 'damaged'
  | 'not_an_object'
  | 'field_contradicts_itself'
  | 'agent_missing'
  | 'agent_not_text'
  | 'activity_missing'
  | 'activity_not_text'
  | 'reason_code_not_text'
  | 'time_missing'
  | 'time_not_text'
  | 'time_not_understood'
  | 'time_does_not_exist'
  | 'time_ambiguous'
  | 'time_ahead_of_clock'
  | 'before_earliest_date';

/** The statuses that Kore.ai documents or shows. Accounts can have others of their own. */
const KNOWN_ACTIVITIES = new Set([
  'available',
  'away',
  'busy',
  'offline',
  'system away',
  'system busy',
  'login prep',
  'notready',
]);

export function isKnownActivity(activity: string): boolean {
  return KNOWN_ACTIVITIES.has(activity.toLowerCase());
}
