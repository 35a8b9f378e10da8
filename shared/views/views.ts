import { agentDay, agentNow, agentState, agentStateInterval } from './agent-views.ts';
import * as column from './columns.ts';
import { own } from './columns.ts';
import type { View } from './view.ts';

const staffingInterval: View = {
  name: 'staffing_interval',
  row: 'One group within one quarter of an hour: every known quarter and every group, also those with nobody. Of a day when nothing is known of any agent there is none.',
  columns: [
    column.accountId,
    column.day,
    column.intervalStart,
    column.localStart,
    column.offsetMinutes,
    own(
      'activity_group',
      'string',
      'The group, or "staffed" for all but offline together.',
      'staffed',
    ),
    own(
      'is_total',
      'boolean',
      'Whether it is "staffed": add either the groups or these, never both.',
      'true',
    ),
    own('agents_average', 'double', 'agent_seconds / observed_seconds.', '12.25'),
    own('agents_peak', 'int', 'The most at one time.', '14'),
    own('agent_seconds', 'bigint', 'Seconds of all agents in the group.', '11025'),
    own('observed_seconds', 'int', 'How much of the quarter is known, 1 to 900.', '900'),
  ],
};

const activityQuality: View = {
  name: 'activity_quality',
  row: 'One UTC day of an account. Mind that the other views have local days.',
  columns: [
    column.accountId,
    own('dt', 'date', 'The UTC day, as in agent_activity. Filter on it.', '2026-01-31'),
    own('events', 'bigint', 'Events stored.', '30122'),
    own('agents', 'bigint', 'Agents that have one.', '310'),
    own(
      'late_events',
      'bigint',
      'Those pulled more than 15 minutes after they happened; of a backfilled day all.',
      '3',
    ),
    own(
      'longest_lag_seconds',
      'bigint',
      'The longest time between happening and being pulled.',
      '2810',
      'No event.',
    ),
    own('unknown_events', 'bigint', 'Those whose status is in group other.', '0'),
    own('rejected', 'bigint', 'Rows that could not be understood: rejected_activity.', '0'),
    own(
      'withdrawn',
      'bigint',
      'Events the source no longer lists: withdrawn_activity. They count as events here, but in no stay.',
      '0',
    ),
    own(
      'confirmed',
      'boolean',
      'Whether the latest check found the day complete.',
      'true',
      'Never checked.',
    ),
    own(
      'checked_at',
      'timestamp',
      'When that check began.',
      '2026-02-03 04:00:11',
      'Never checked.',
    ),
  ],
};

/** The views for analysts, each after those it reads. */
export const views: readonly View[] = [
  agentState,
  agentStateInterval,
  agentDay,
  staffingInterval,
  agentNow,
  activityQuality,
];
