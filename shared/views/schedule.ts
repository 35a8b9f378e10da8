import { accountId, agentId, own } from './columns.ts';
import type { View } from './view.ts';

/** Where the customer puts the files, below the lake. */
export const SCHEDULE_FOLDER = 'schedules';

/**
 * The plan, which the customer fills: any number of files `schedules/*.csv`, each with a line of these names
 * on top, and the columns in this order. Blocks of one agent must not overlap.
 */
export const schedule: View = {
  name: 'schedule',
  row: 'A block of an agent’s plan. A night shift has a block in each of its days.',
  columns: [
    accountId,
    agentId,
    own('day', 'date', 'The local day it counts for, as in the other views.', '2026-01-31'),
    own('starts_at', 'timestamp', 'When it begins, UTC.', '2026-01-31 09:00:00'),
    own('ends_at', 'timestamp', 'When it ends, UTC, exclusive.', '2026-01-31 12:30:00'),
    own('planned_group', 'string', 'What is planned: work, break or other_work.', 'work'),
  ],
};

/** The lines of the files, as text. Beside these columns it has `"$path"`, the file. */
export const scheduleFiles = {
  name: 'schedule_files',
  row: 'A line of a file in schedules/, as text. Query schedule instead.',
  columns: schedule.columns.map(({ name, meaning }) => ({ name, meaning })),
} as const;
