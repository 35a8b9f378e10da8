import type { CompletenessRow } from '../activity/completeness.ts';
import type { WithdrawnActivityRow } from '../activity/day-comparison.ts';
import type { AgentActivityRow, RejectedActivityRow } from '../activity/event.ts';
import { HOUR_MS } from '../activity/instant.ts';
import type { Row } from '../activity/merge.ts';
import { runCounts } from '../checkpoint/run-counts.ts';
import { runSteps, stepNames } from '../checkpoint/run-steps.ts';
import { agentStay } from './agent-stay.ts';
import { type Column, column, laterColumn, type Table } from './table.ts';

/*
 * The tables of the lake, one definition each: the Parquet schema, the Glue columns, the merge and
 * the documentation all come from here.
 */

const FOUR_HOURS_MS = 4 * HOUR_MS;

const fourHoursOf = (row: Row) => Math.floor((row.event_time as number) / FOUR_HOURS_MS);

const nullable = { nullable: true };

const ingestedAt = column(
  'ingested_at',
  'timestamp',
  'When the response was pulled that the row came from.',
);
const sourceObject = column(
  'source_object',
  'string',
  'Key of the landing object that holds that response byte for byte.',
);

/** What makes two status changes of an account the same. */
const eventIdentity = [
  column('agent_id', 'string', 'The agent, as SmartAssist names it.'),
  column('event_time', 'timestamp', 'When the status changed, UTC, whole seconds.'),
  column(
    'activity',
    'string',
    'The status changed to, as the source names it: Available, Busy, Away, …',
  ),
  column('reason_code', 'string', 'Why; null when the source gives none.', nullable),
  column('occurrence', 'int', '1, 2, … among equal changes of the agent within that second.'),
] as const;

const namesOf = (columns: readonly Column[]) => columns.map(({ name }) => name);

export const agentActivity: Table<AgentActivityRow> = {
  name: 'agent_activity',
  folder: 'activity',
  comment: 'One row per agent status change.',
  columns: [
    ...eventIdentity,
    column(
      'changes_in_second',
      'int',
      'How many changes of the agent within that second the source listed.',
    ),
    column('event_seq', 'int', 'Position among these, from 0.'),
    ingestedAt,
    sourceObject,
    column(
      'extra',
      'string',
      'JSON of the fields the API does not document; null normally.',
      nullable,
    ),
  ],
  identity: namesOf(eventIdentity),
  winner: { least: ['ingested_at', 'source_object'] },
  largest: ['changes_in_second', 'event_seq'],
  sort: [fourHoursOf, 'agent_id', 'event_time', 'event_seq'],
  day: ['event_time'],
  rowGroup: { column: 'event_time', ms: FOUR_HOURS_MS },
};

export const rejectedActivity: Table<RejectedActivityRow> = {
  name: 'rejected_activity',
  folder: 'rejected',
  comment: 'What the source sent and nobody could understand, with the reason.',
  columns: [
    column('raw_sha256', 'string', 'SHA-256 of raw.'),
    column('reason', 'string', 'Why it was rejected.'),
    column('raw', 'string', 'The element as the source sent it.'),
    column(
      'event_time',
      'timestamp',
      'When it is said to have happened, if that can be read.',
      nullable,
    ),
    column('window_from', 'timestamp', 'Start of the window that was pulled.'),
    column('window_to', 'timestamp', 'End of that window, exclusive.'),
    ingestedAt,
    sourceObject,
  ],
  identity: ['raw_sha256'],
  winner: { least: ['ingested_at', 'source_object'] },
  largest: [],
  sort: ['ingested_at', 'raw_sha256'],
  day: ['event_time', 'window_from'],
  rowGroup: null,
};

export const withdrawnActivity: Table<WithdrawnActivityRow> = {
  name: 'withdrawn_activity',
  folder: 'withdrawn',
  comment:
    'Status changes that are stored, but that the source no longer lists: corrected or removed there. They stay in agent_activity.',
  columns: [
    ...eventIdentity,
    column('withdrawn_at', 'timestamp', 'When a check first found it no longer listed.'),
    column(
      'returned_at',
      'timestamp',
      'When a later check found it listed again, if one did.',
      nullable,
    ),
    column('checked_at', 'timestamp', 'When the check found that: the later of the two.'),
    column(
      'source_object',
      'string',
      'Key of the landing object that lacks it, or after its return has it.',
    ),
  ],
  identity: namesOf(eventIdentity),
  winner: { greatest: ['checked_at'] },
  largest: [],
  sort: ['agent_id', 'event_time', 'activity', 'reason_code', 'occurrence'],
  day: ['event_time'],
  rowGroup: null,
};

export const etlCompleteness: Table<CompletenessRow> = {
  name: 'etl_completeness',
  folder: 'completeness',
  comment:
    'What the latest check of a day found: reconcile asks the source for the whole day again.',
  columns: [
    column('day_start', 'timestamp', 'Start of the day, UTC.'),
    column(
      'checked_at',
      'timestamp',
      'When the check began: every window of the day was asked for after it.',
    ),
    column('listed', 'int', 'Events the source listed.'),
    column('stored_before', 'int', 'Events stored when the check began.'),
    column('added', 'int', 'Events stored since the check began: they came late, or were missing.'),
    column('withdrawn', 'int', 'Events stored, but not listed: see withdrawn_activity.'),
    column('rejected', 'int', 'Rows of the day in rejected_activity.'),
    column(
      'suspect_windows',
      'int',
      'Seconds accepted although their number of rows looks like a limit of the source.',
    ),
    column(
      'empty_acknowledged_at',
      'timestamp',
      'When a person said that the day really had no events; null when nobody did.',
      nullable,
    ),
    column(
      'confirmed',
      'boolean',
      'Complete: checked at least 24 h after the end of the day, nothing added, no suspect window, and not empty unless acknowledged.',
    ),
    column(
      'confirmed_since',
      'timestamp',
      'The checked_at of the first of the checks since which the day is confirmed; null when it is not.',
      nullable,
    ),
    column('run_id', 'string', 'The run that ended the check, or that acknowledged the empty day.'),
  ],
  identity: ['day_start'],
  winner: { greatest: ['checked_at', 'confirmed'] },
  largest: ['empty_acknowledged_at'],
  sort: ['day_start'],
  day: ['day_start'],
  rowGroup: null,
};

export const etlRuns: Table = {
  name: 'etl_runs',
  folder: 'runs',
  comment: 'The run ledger up to yesterday: what each run read, wrote and moved.',
  columns: [
    column('run_id', 'string', 'The run.'),
    column('job', 'string', 'pull, backfill, reconcile, directory, or a repair by hand.'),
    column(
      'status',
      'string',
      'succeeded; stopped (out of time, the next one went on); superseded (another run was faster); waiting (nobody had filled the secret); failed; died (never ended).',
    ),
    column('code_version', 'string', 'Which code it ran.'),
    column('started_at', 'timestamp', 'When it began.'),
    column('ended_at', 'timestamp', 'When it ended; null when it died.', nullable),
    column('duration_ms', 'bigint', 'How long it took, milliseconds.', nullable),
    column('watermark_before', 'timestamp', 'The watermark it found.', nullable),
    column('watermark_after', 'timestamp', 'The watermark it left.', nullable),
    ...Object.entries(runCounts).map(([name, comment]) => laterColumn(name, 'bigint', comment)),
    ...stepNames.map((step) =>
      laterColumn(`${step}_ms`, 'bigint', `Of duration_ms: ${runSteps[step]}`),
    ),
    column(
      'blocks',
      'string',
      'JSON list of the versions of blocks it wrote: key, rows; at most 1,000.',
      nullable,
    ),
    column('failure_class', 'string', 'What failed.', nullable),
    column('failure_message', 'string', 'How.', nullable),
    column('next_action', 'string', 'What to do about it.', nullable),
    column('actor', 'string', 'Who ran it, when a person did.', nullable),
    column('reason', 'string', 'The reason that person gave.', nullable),
  ],
  identity: ['run_id'],
  // A run marked as dead that ended after all has the later word.
  winner: { greatest: ['ended_at'] },
  largest: [],
  sort: ['started_at', 'run_id'],
  day: ['started_at'],
  rowGroup: null,
};

export const agents: Table = {
  name: 'agents',
  folder: 'agents',
  comment: 'The directory of agents: who an agent_id is.',
  columns: [
    column('agent_id', 'string', 'The agent, as SmartAssist names it.'),
    column('first_name', 'string', 'First name.', nullable),
    column('last_name', 'string', 'Last name.', nullable),
    column('checked_at', 'timestamp', 'When the directory last said so.'),
  ],
  identity: ['agent_id'],
  winner: { greatest: ['checked_at'] },
  largest: [],
  sort: ['agent_id'],
  day: null,
  rowGroup: null,
};

export const tables: readonly Table[] = [
  agentActivity,
  rejectedActivity,
  withdrawnActivity,
  etlCompleteness,
  etlRuns,
  agents,
  agentStay,
];

/** What `agent_stay` is derived from. */
export const stayInputs: readonly Table[] = [agentActivity, withdrawnActivity];
