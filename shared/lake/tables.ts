import type { MergeRules, Row } from '../activity/merge.ts';

/**
 * The tables of the lake, one definition each: the Parquet schema, the Glue columns, the merge and
 * the documentation all come from here.
 */
export interface Table extends MergeRules {
  readonly name: string;
  /** First part of the object key. */
  readonly folder: string;
  readonly comment: string;
  readonly columns: readonly Column[];
  /** The column whose UTC day is `dt`, then the one that stands in for null; `null`: not by day. */
  readonly day: readonly [string, ...string[]] | null;
  /** Rows of one value share a row group; the first sort key of every table that has groups. */
  readonly rowGroup: ((row: Row) => number) | null;
}

export interface Column {
  readonly name: string;
  /** `timestamp`: UTC, milliseconds. */
  readonly type: 'string' | 'timestamp' | 'int';
  readonly nullable: boolean;
  readonly comment: string;
}

const FOUR_HOURS_MS = 4 * 3_600_000;

const fourHoursOf = (row: Row) => Math.floor((row.event_time as number) / FOUR_HOURS_MS);

const column = (
  name: string,
  type: Column['type'],
  comment: string,
  { nullable = false } = {},
): Column => ({ name, type, nullable, comment });

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

export const agentActivity: Table = {
  name: 'agent_activity',
  folder: 'activity',
  comment: 'One row per agent status change.',
  columns: [
    column('agent_id', 'string', 'The agent, as SmartAssist names it.'),
    column('event_time', 'timestamp', 'When the status changed, UTC, whole seconds.'),
    column(
      'activity',
      'string',
      'The status changed to, as the source names it: Available, Busy, Away, …',
    ),
    column('reason_code', 'string', 'Why; null when the source gives none.', nullable),
    column('occurrence', 'int', '1, 2, … among equal changes of the agent within that second.'),
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
  identity: ['agent_id', 'event_time', 'activity', 'reason_code', 'occurrence'],
  winner: { least: ['ingested_at', 'source_object'] },
  largest: ['changes_in_second', 'event_seq'],
  sort: [fourHoursOf, 'agent_id', 'event_time', 'event_seq'],
  day: ['event_time'],
  rowGroup: fourHoursOf,
};

export const rejectedActivity: Table = {
  name: 'rejected_activity',
  folder: 'rejected',
  comment: 'What the source sent and nobody could understand, with the reason.',
  columns: [
    column('raw_sha256', 'string', 'SHA-256 of raw.'),
    column('reason', 'string', 'Why it was rejected.'),
    column('raw', 'string', 'The element as compact JSON.'),
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

export const tables: readonly Table[] = [agentActivity, rejectedActivity, agents];

/** The block a row belongs to. `dt` is `YYYY-MM-DD`, UTC. */
export function blockKey(table: Table, accountId: string, dt: string | null): string {
  const day = dt === null ? '' : `dt=${dt}/`;
  return `${table.folder}/account_id=${accountId}/${day}${table.folder}.parquet`;
}

/** UTC day of a row, `YYYY-MM-DD`; `null` for a table that is not by day. */
export function dayOf(table: Table, row: Row): string | null {
  if (table.day === null) return null;
  const ms = table.day.map((name) => row[name]).find((value) => typeof value === 'number');
  return new Date(ms as number).toISOString().slice(0, 10);
}
