import * as column from './columns.ts';
import { own } from './columns.ts';
import type { View } from './view.ts';

const seconds = (group: string, meaning: string, example: string) =>
  own(`${group}_seconds`, 'int', meaning, example);

export const agentState: View = {
  name: 'agent_state',
  row: 'How long an agent was in one status, within one local day. A stay that spans midnight has a row in both days.',
  columns: [
    column.accountId,
    column.day,
    column.agentId,
    column.agentName,
    column.activity,
    column.reasonCode,
    column.activityGroup,
    own(
      'activity_before',
      'string',
      'The status it followed.',
      'Available',
      'Nothing was known just before, or nothing since the longest stay before the day.',
    ),
    own(
      'group_before',
      'string',
      'The group of that status.',
      'available',
      'Nothing was known just before, or nothing since the longest stay before the day.',
    ),
    own(
      'started_at',
      'timestamp',
      'When the stay began in this day: entered_at, or the start of the day.',
      '2026-01-31 00:00:00',
    ),
    own(
      'ended_at',
      'timestamp',
      'When it ended, or was cut at midnight.',
      '2026-01-31 00:12:30',
      'It lasts.',
    ),
    own(
      'seconds',
      'int',
      'From started_at to ended_at, or to observed_until while it lasts. 0: it ended in the second in which it began.',
      '750',
    ),
    column.enteredAt,
    own(
      'event_seq',
      'int',
      'Position of the event that opened it among those of the agent in that second.',
      '0',
    ),
    own(
      'changes',
      'int',
      'Events of this day within it; 0 when it was carried over midnight and nothing repeated it.',
      '1',
    ),
    own(
      'end_reason',
      'string',
      'change; day (cut at midnight); limit (nothing heard for the longest stay, so nothing is known); open (it lasts).',
      'change',
    ),
    own(
      'day_started_at',
      'timestamp',
      'The first instant of the local day.',
      '2026-01-31 00:00:00',
    ),
    own(
      'observed_from',
      'timestamp',
      'Since when the day is known: its start, or that of the history.',
      '2026-01-31 00:00:00',
    ),
    column.observedUntil,
  ],
};

export const agentStateInterval: View = {
  name: 'agent_state_interval',
  row: 'One agent in one status within one quarter of an hour.',
  columns: [
    column.accountId,
    column.day,
    column.agentId,
    column.agentName,
    column.intervalStart,
    column.localStart,
    column.offsetMinutes,
    column.activity,
    column.reasonCode,
    column.activityGroup,
    own('seconds', 'int', 'How long, 1 to 900.', '900'),
  ],
};

export const agentDay: View = {
  name: 'agent_day',
  row: 'One agent’s local day; none for an agent of whom nothing is known that day.',
  columns: [
    column.accountId,
    column.day,
    column.agentId,
    column.agentName,
    own(
      'login_at',
      'timestamp',
      'The first login: a staffed status after offline, or after nothing known.',
      '2026-01-31 08:58:12',
      'None that day.',
    ),
    own(
      'logout_at',
      'timestamp',
      'The last logout: offline after a staffed status, or after nothing known.',
      '2026-01-31 17:03:40',
      'None that day.',
    ),
    own('logins', 'int', 'How many logins.', '1'),
    own('staffed_at_start', 'boolean', 'Whether in a staffed status when the day began.', 'false'),
    own('staffed_at_end', 'boolean', 'Whether in a staffed status at observed_until.', 'false'),
    own(
      'first_change_at',
      'timestamp',
      'The first change of status of the day.',
      '2026-01-31 08:58:12',
      'None: all was carried over midnight.',
    ),
    own(
      'last_change_at',
      'timestamp',
      'The last one.',
      '2026-01-31 17:03:40',
      'None: all was carried over midnight.',
    ),
    own('changes', 'int', 'Events of the day, repeated ones too.', '84'),
    seconds('staffed', 'In any group but offline.', '28800'),
    seconds(
      'available',
      'In group available. In a conversation, too: Kore.ai has no status for that.',
      '21600',
    ),
    seconds('busy', 'In group busy.', '1800'),
    seconds('after_call', 'In group after_call: 0 unless the account has a status for it.', '0'),
    seconds('break', 'In group break.', '3600'),
    seconds('other_work', 'In group other_work.', '900'),
    seconds('system', 'In group system: set by SmartAssist, not by the agent.', '900'),
    seconds('other', 'In statuses that have no group.', '0'),
    seconds(
      'offline',
      'Offline, as far as known. Staffed and offline together are what is known of the agent’s day, not 24 h.',
      '25200',
    ),
    seconds('longest_stay', 'The longest stay within the day, offline too.', '25200'),
    seconds(
      'longest_break',
      'The longest time in group break without a second of anything else, whatever the reasons.',
      '1800',
    ),
    own(
      'ran_out',
      'boolean',
      'Whether a staffed status ended because nothing was heard for the longest stay: the agent never logged off.',
      'false',
    ),
    column.observedUntil,
  ],
};

export const agentNow: View = {
  name: 'agent_now',
  row: 'An agent’s status as of observed_until. Who has been silent for longer than the longest stay has none.',
  columns: [
    column.accountId,
    column.day,
    column.agentId,
    column.agentName,
    column.activity,
    column.reasonCode,
    column.activityGroup,
    column.enteredAt,
    own('seconds', 'int', 'From entered_at to observed_until, across midnight.', '412'),
    column.observedUntil,
  ],
};
