import { GROUPS, type Group } from '../activity/activity-groups.ts';
import { shifted } from '../activity/instant.ts';
import type { Span } from '../activity/spans.ts';
import { type Offset, startOfNextDay } from './clock-offsets.ts';
import { type QueryRow, type ReportRows, reader } from './query-rows.ts';
import { type PackedRows, packRows } from './row-columns.ts';
import { type PackedStay, packStays, STAY_ENDS, type StayColumns } from './stay-columns.ts';

/** All that the report of one day of one account shows: plain data, which goes into the page as JSON. */
export interface ReportData {
  readonly accountId: string;
  /** The local day, `YYYY-MM-DD`. */
  readonly day: string;
  readonly madeAtMs: number;
  /** The day as local clocks have it: 23 to 25 hours. */
  readonly fromMs: number;
  readonly toMs: number;
  /** What of it is known; `null` when nothing is known of any agent. */
  readonly observed: Span | null;
  readonly offsets: readonly Offset[];
  /** Of the lake, earliest first. */
  readonly days: readonly ReportDay[];
  readonly figures: Figures | null;
  /** The same weekday a week before; `null` when the lake has nothing of it. */
  readonly weekBefore: Figures | null;
  readonly weekBeforeDay: string;
  readonly quarters: readonly Quarter[];
  /** Empty when there is no schedule of the day. */
  readonly planned: readonly { readonly fromMs: number; readonly seconds: number }[];
  readonly statuses: readonly Status[];
  readonly agents: PackedRows<AgentDay>;
  readonly stays: StayColumns;
  readonly weeks: readonly WeekHour[];
  readonly lookHere: readonly Oddity[];
  readonly quality: readonly Quality[];
}

interface ReportDay {
  readonly day: string;
  /** Of its report, beside this one; `null`: there was none when this one was made. */
  readonly file: string | null;
}

export interface Figures {
  /** Staffed for a second at least. */
  readonly agentsSeen: number;
  /** Those and who was known as offline alone. */
  readonly agentsKnown: number;
  readonly staffedSeconds: number;
  readonly breakSeconds: number;
  readonly agentsRanOut: number;
  /** How much of the day is known. */
  readonly observedSeconds: number;
  readonly agentsPeak: number;
  /** The first quarter of an hour that had it. */
  readonly peakFromMs: number;
}

/** A quarter of an hour. */
export interface Quarter {
  readonly fromMs: number;
  readonly observedSeconds: number;
  /** `null` stands for nobody: a group without an entry had none. */
  readonly groups: Readonly<Partial<Record<Group | 'staffed', Level>>>;
}

interface Level {
  readonly seconds: number;
  readonly peak: number;
}

/** A status with its reason: what the stays of the timeline point to. */
export interface Status {
  readonly activity: string;
  readonly reasonCode: string | null;
  readonly label: string | null;
  readonly group: Group;
  readonly seconds: number;
  readonly changes: number;
  readonly agents: number;
}

export interface AgentDay {
  readonly agentId: string;
  readonly name: string;
  readonly loginMs: number | null;
  readonly logoutMs: number | null;
  readonly logins: number;
  readonly staffedAtStart: boolean;
  readonly staffedAtEnd: boolean;
  readonly firstChangeMs: number | null;
  readonly changes: number;
  readonly staffed: number;
  readonly available: number;
  readonly busy: number;
  readonly after_call: number;
  readonly break: number;
  readonly other_work: number;
  readonly system: number;
  readonly other: number;
  readonly offline: number;
  readonly longestBreak: number;
  readonly ranOut: boolean;
}

/** A weekday and hour of the last four weeks. */
interface WeekHour {
  /** Monday is 1. */
  readonly weekday: number;
  readonly hour: number;
  readonly agentSeconds: number;
  readonly observedSeconds: number;
  readonly agentsPeak: number;
  readonly days: number;
}

/** What a supervisor should look at. */
export interface Oddity {
  readonly what: 'ran_out' | 'long_break' | 'flicker';
  readonly agentId: string;
  readonly activity: string | null;
  readonly reasonCode: string | null;
  readonly atMs: number | null;
  readonly seconds: number | null;
  readonly times: number | null;
}

/** A UTC day. */
export interface Quality {
  readonly dt: string;
  readonly events: number;
  readonly agents: number;
  readonly lateEvents: number;
  readonly longestLagSeconds: number | null;
  readonly unknownEvents: number;
  readonly rejected: number;
  readonly withdrawn: number;
  /** `null`: never checked. */
  readonly confirmed: boolean | null;
  readonly checkedAtMs: number | null;
}

/**
 * What a report says, from the answers to `sql/report`. It adds nothing to them: each number is one that
 * SQL gave.
 *
 * @param fileOf the report of another day that lies beside this one
 */
export function reportData(
  rows: ReportRows,
  accountId: string,
  day: string,
  madeAtMs: number,
  fileOf: (day: string) => string | null = () => null,
): ReportData {
  const offsets = rows.offsets.map(offsetOf);
  const days = rows.days.map(dayRow);
  const known = days.find((each) => each.day === day);
  const weekBeforeDay = shifted(day, -7);
  const figures = (of: string) => {
    const row = rows.figures.find((each) => each.day === of);
    return row === undefined ? null : figuresOf(row);
  };
  const agents = rows.agents.map(agentOf);
  const statuses = rows.reasons.map(statusOf);
  const fromMs = known?.dayStartedMs ?? startOfNextDay(shifted(day, -1), offsets);
  return {
    ...{ accountId, day, madeAtMs, fromMs, offsets },
    toMs: startOfNextDay(day, offsets),
    observed: known === undefined ? null : { fromMs: known.fromMs, toMs: known.toMs },
    days: days.map((each) => ({ day: each.day, file: fileOf(each.day) })),
    ...{ figures: figures(day), weekBefore: figures(weekBeforeDay), weekBeforeDay },
    quarters: quartersOf(rows.staffing),
    planned: rows.planned.map((row) => ({
      fromMs: reader(row).atMs('interval_start'),
      seconds: reader(row).number('planned_seconds'),
    })),
    ...{ statuses, agents: packRows(agents) },
    stays: packStays(staysOf(rows.stays, agents, statuses, fromMs)),
    weeks: rows.weeks.map(weekHourOf),
    lookHere: rows['look-here'].map(oddityOf),
    quality: rows.quality.map(qualityOf),
  };
}

function dayRow(row: QueryRow) {
  const { text, atMs } = reader(row);
  return {
    day: text('day'),
    dayStartedMs: atMs('day_started_at'),
    fromMs: atMs('observed_from'),
    toMs: atMs('observed_until'),
  };
}

function offsetOf(row: QueryRow): Offset {
  const { atMs, number } = reader(row);
  return { fromMs: atMs('from_time'), toMs: atMs('to_time'), minutes: number('offset_minutes') };
}

function figuresOf(row: QueryRow): Figures {
  const { number, atMs } = reader(row);
  return {
    agentsSeen: number('agents_seen'),
    agentsKnown: number('agents_known'),
    staffedSeconds: number('staffed_seconds'),
    breakSeconds: number('break_seconds'),
    agentsRanOut: number('agents_ran_out'),
    observedSeconds: number('observed_seconds'),
    agentsPeak: number('agents_peak'),
    peakFromMs: atMs('peak_interval_start'),
  };
}

function quartersOf(rows: readonly QueryRow[]): readonly Quarter[] {
  const found = new Map<number, Quarter & { groups: Record<string, Level> }>();
  for (const row of rows) {
    const { atMs, number, text } = reader(row);
    const [fromMs, observedSeconds] = [atMs('interval_start'), number('observed_seconds')];
    const quarter = found.get(fromMs) ?? { fromMs, observedSeconds, groups: {} };
    found.set(fromMs, quarter);
    const level = { seconds: number('agent_seconds'), peak: number('agents_peak') };
    if (level.peak > 0) quarter.groups[text('activity_group')] = level;
  }
  return [...found.values()].sort((a, b) => a.fromMs - b.fromMs);
}

function statusOf(row: QueryRow): Status {
  const { text, textOrNull, number, group } = reader(row);
  return {
    ...{ activity: text('activity'), reasonCode: textOrNull('reason_code') },
    ...{ label: textOrNull('label'), group: group('activity_group') },
    ...{ seconds: number('seconds'), changes: number('changes'), agents: number('agents') },
  };
}

function agentOf(row: QueryRow): AgentDay {
  const { text, atMsOrNull, number, is } = reader(row);
  const seconds = Object.fromEntries(
    GROUPS.map((group) => [group, number(`${group}_seconds`)]),
  ) as Record<Group, number>;
  return {
    ...{ agentId: text('agent_id'), name: text('agent_name') },
    ...{ loginMs: atMsOrNull('login_at'), logoutMs: atMsOrNull('logout_at') },
    ...{ logins: number('logins'), changes: number('changes') },
    ...{ staffedAtStart: is('staffed_at_start'), staffedAtEnd: is('staffed_at_end') },
    firstChangeMs: atMsOrNull('first_change_at'),
    staffed: number('staffed_seconds'),
    ...seconds,
    longestBreak: number('longest_break_seconds'),
    ranOut: is('ran_out'),
  };
}

function staysOf(
  rows: readonly QueryRow[],
  agents: readonly AgentDay[],
  statuses: readonly Status[],
  dayMs: number,
): readonly PackedStay[] {
  const agentAt = new Map(agents.map(({ agentId }, at) => [agentId, at]));
  const keyOf = (activity: string, reason: string | null) => JSON.stringify([activity, reason]);
  const statusAt = new Map(
    statuses.map(({ activity, reasonCode }, at) => [keyOf(activity, reasonCode), at]),
  );
  const found = rows.map((row): PackedStay => {
    const { text, textOrNull, atMs, number } = reader(row);
    return {
      agent: agentAt.get(text('agent_id')) as number,
      status: statusAt.get(keyOf(text('activity'), textOrNull('reason_code'))) as number,
      start: (atMs('started_at') - dayMs) / 1_000,
      seconds: number('seconds'),
      end: STAY_ENDS.find((end) => end === text('end_reason')) ?? 'change',
      before: Math.max(0, dayMs - atMs('entered_at')) / 1_000,
    };
  });
  // Engines need not agree on how ids are ordered, and packing needs an order.
  return found.sort((a, b) => a.agent - b.agent);
}

function weekHourOf(row: QueryRow): WeekHour {
  const { number } = reader(row);
  return {
    ...{ weekday: number('weekday'), hour: number('local_hour') },
    ...{ agentSeconds: number('agent_seconds'), observedSeconds: number('observed_seconds') },
    ...{ agentsPeak: number('agents_peak'), days: number('days') },
  };
}

function oddityOf(row: QueryRow): Oddity {
  const { text, textOrNull, atMsOrNull, numberOrNull } = reader(row);
  return {
    ...{ what: text('what') as Oddity['what'], agentId: text('agent_id') },
    ...{ activity: textOrNull('activity'), reasonCode: textOrNull('reason_code') },
    ...{ atMs: atMsOrNull('entered_at'), seconds: numberOrNull('seconds') },
    times: numberOrNull('times'),
  };
}

function qualityOf(row: QueryRow): Quality {
  const { text, number, numberOrNull, isOrNull, atMsOrNull } = reader(row);
  return {
    ...{ dt: text('dt'), events: number('events'), agents: number('agents') },
    ...{
      lateEvents: number('late_events'),
      longestLagSeconds: numberOrNull('longest_lag_seconds'),
    },
    ...{ unknownEvents: number('unknown_events'), rejected: number('rejected') },
    ...{ withdrawn: number('withdrawn'), confirmed: isOrNull('confirmed') },
    checkedAtMs: atMsOrNull('checked_at'),
  };
}
