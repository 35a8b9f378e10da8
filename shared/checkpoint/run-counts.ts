/** What a run counts, and what each number means: in its record, its log line and `etl_runs`. */
export const runCounts = {
  windows: 'Windows read whole and merged.',
  windows_split: 'Windows whose answer may have been cut, so that they were pulled in halves.',
  suspect_windows:
    'One-second windows accepted although their number of rows looks like a limit of the source.',
  requests: 'Requests sent, retries among them.',
  retries: 'Requests sent again.',
  throttled: 'Answers 429.',
  auth_failures: 'Answers 401 and 403.',
  bytes: 'Bytes of response bodies.',
  events: 'Events in the responses merged, each time they were listed.',
  new: 'Events stored for the first time.',
  late: 'Of these, events older than what was read already: they were listed late.',
  unknown_activity: 'Of the new events those with a status that Kore.ai does not document.',
  repeated: 'Events that were stored already, or listed twice in a row.',
  rejected: 'Rejected rows stored for the first time.',
  outside: 'Rows whose times lie outside what was asked for.',
  unknown_fields: 'Fields of events that the API does not document.',
  unknown_envelope_fields: 'Fields around the list of events that the API does not document.',
  withdrawn: 'Stored events found to be no longer listed.',
  returned: 'Withdrawn events found to be listed again.',
  derived_days: 'Local days whose stays were made anew.',
  removed_versions: 'Superseded versions of blocks removed.',
  expired_rows: 'Rows removed because they were older than keepRows.',
  erased_rows: 'Rows of erased agents: removed, or still listed by the source and not stored.',
  rewritten_responses: 'Responses rewritten without an erased agent.',
  agents_left_out:
    'Agents of the directory left out: without an id, or with one that may be rounded.',
  unconfirmed_days:
    'Days that were checked for the last time by the schedule, and are not confirmed.',
} as const;

/** Counts of one run alone. */
export type RunCounts = { -readonly [name in keyof typeof runCounts]: number };

export function noCounts(): RunCounts {
  return Object.fromEntries(Object.keys(runCounts).map((name) => [name, 0])) as RunCounts;
}
