import type { AgentStayRow } from '../activity/stays.ts';
import { column, type Table } from './table.ts';

const nullable = { nullable: true };

/** Derived from `agent_activity` and `withdrawn_activity` by `stays()`, and made anew whenever these change. */
export const agentStay: Table<AgentStayRow> = {
  name: 'agent_stay',
  folder: 'stays',
  comment:
    'How long each agent was in which status, by local day: a stay that spans midnight has a row in both days.',
  columns: [
    column('agent_id', 'string', 'The agent, as SmartAssist names it.'),
    column('activity', 'string', 'The status, as the source names it.'),
    column('reason_code', 'string', 'Why; null when the source gives none.', nullable),
    column(
      'started_at',
      'timestamp',
      'When the stay began in this day: entered_at, or the start of the day.',
    ),
    column(
      'ended_at',
      'timestamp',
      'When it ended, or was cut at midnight; null while it lasts.',
      nullable,
    ),
    column('seconds', 'int', 'From started_at to ended_at, or to observed_until while it lasts.'),
    column(
      'entered_at',
      'timestamp',
      'When the event happened that opened it: before started_at when it was carried over midnight.',
    ),
    column(
      'event_seq',
      'int',
      'The event_seq of that event: it is the row of agent_activity with this agent, event_time = entered_at, event_seq and activity.',
    ),
    column(
      'activity_before',
      'string',
      'The status it followed; null when nothing was known just before, or nothing since the longest stay before the day.',
      nullable,
    ),
    column('reason_code_before', 'string', 'The reason of that status.', nullable),
    column(
      'changes',
      'int',
      'Events of this day within it; 0 when it was carried over midnight and nothing repeated it.',
    ),
    column(
      'end_reason',
      'string',
      'change (another status, or the same for another reason); day (cut at midnight); limit (nothing heard for the longest stay); open (it lasts).',
    ),
    column('day_started_at', 'timestamp', 'The first instant of the local day.'),
    column(
      'observed_from',
      'timestamp',
      'Since when the day is known: its start, or that of the history.',
    ),
    column(
      'observed_until',
      'timestamp',
      'Until when the day is known: its end, or the watermark when it was derived.',
    ),
  ],
  // Two names can claim one place in a second: a renamed status.
  identity: ['agent_id', 'started_at', 'entered_at', 'event_seq', 'activity', 'reason_code'],
  // Never merged: the rows of a day are replaced together.
  winner: { greatest: [] },
  largest: [],
  sort: ['agent_id', 'started_at', 'entered_at', 'event_seq'],
  day: 'local',
  rowGroup: null,
};
