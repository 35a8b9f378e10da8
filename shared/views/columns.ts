import type { ViewColumn } from './view.ts';

const column = (
  name: string,
  type: ViewColumn['type'],
  meaning: string,
  example: string,
  whenNull: string | null = null,
): ViewColumn => ({ name, type, meaning, example, whenNull });

/** For a column that only one view has. */
export const own = column;

/** Columns that more than one view has, and that mean the same in each. */
export const accountId = column('account_id', 'string', 'The SmartAssist account.', '63fb9a0f');
export const day = column(
  'day',
  'date',
  'The local day, in the report time zone of the account. Filter on it.',
  '2026-01-31',
);
export const agentId = column('agent_id', 'string', 'The agent, as SmartAssist names it.', 'a-17');
export const agentName = column(
  'agent_name',
  'string',
  'First and last name as the directory has them today; the id of an agent it does not have.',
  'Ann Lee',
);
export const activity = column('activity', 'string', 'The status, as the source names it.', 'Away');
export const reasonCode = column('reason_code', 'string', 'Why.', '1', 'The source gives none.');
export const activityGroup = column(
  'activity_group',
  'string',
  'What the status counts as, by the groups of today: available, busy, after_call, break, other_work, system, offline, other.',
  'break',
);
export const enteredAt = column(
  'entered_at',
  'timestamp',
  'When the stay began, be it before the day. No further back than the longest stay.',
  '2026-01-30 23:41:07',
);
export const observedUntil = column(
  'observed_until',
  'timestamp',
  'Until when the day is known: its end, or the watermark.',
  '2026-01-31 16:05:00',
);
export const intervalStart = column(
  'interval_start',
  'timestamp',
  'Start of the quarter of an hour, UTC.',
  '2026-01-31 10:15:00',
);
export const localStart = column(
  'local_start',
  'timestamp',
  'The same as clocks in the report time zone show it.',
  '2026-01-31 05:15:00',
);
export const offsetMinutes = column(
  'offset_minutes',
  'int',
  'Minutes that these clocks are ahead of UTC.',
  '-300',
);
