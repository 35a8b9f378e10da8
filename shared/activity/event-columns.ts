/**
 * Status changes as columns instead of objects: what reading a response gives, and what a block is made of. A day of a
 * large account is a million events; an object for each is most of the time and of the memory that it took.
 */

/** Strings of a column: each value once, and which of them each row has; -1 is null. */
export interface TextColumn {
  readonly values: readonly string[];
  readonly codes: Int32Array;
}

/** Status changes as columns, row i of each: what AgentActivityRow says of one. */
export interface EventColumns {
  readonly length: number;
  readonly agent_id: TextColumn;
  readonly activity: TextColumn;
  readonly reason_code: TextColumn;
  /** Epoch milliseconds. */
  readonly event_time: Float64Array;
  readonly ingested_at: Float64Array;
  readonly occurrence: Int32Array;
  readonly changes_in_second: Int32Array;
  readonly event_seq: Int32Array;
  readonly source_object: TextColumn;
  readonly extra: TextColumn;
}
