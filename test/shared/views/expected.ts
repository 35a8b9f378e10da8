import type { Json } from '@duckdb/node-api';
import { Clocks, type Episode, type PaintedAgent, paint } from './painted.ts';
import type { LakeAccount } from './stay-lake.ts';

export type Expected = Readonly<Record<string, Json>>;

/** What the views must say of an account, row by row, as painting has it. */
export interface ExpectedViews {
  readonly agent_state: Expected[];
  readonly agent_state_interval: Expected[];
  readonly agent_day: Expected[];
  readonly staffing_interval: Expected[];
}

export interface Naming {
  groupOf(activity: string, reason: string | null): string;
  nameOf(agentId: string): string;
}

const STAFFED = ['available', 'busy', 'after_call', 'break', 'other_work', 'system', 'other'];
const GROUPS = [...STAFFED, 'offline'];

/** A day: its bounds, and what of it is known. Seconds of the epoch, half-open. */
interface Day {
  readonly day: string;
  readonly from: number;
  readonly to: number;
  readonly knownFrom: number;
  readonly knownTo: number;
}

export function expectedViews(account: LakeAccount, naming: Naming): ExpectedViews {
  const views: ExpectedViews = {
    ...{ agent_state: [], agent_state_interval: [], agent_day: [], staffing_interval: [] },
  };
  const clocks = new Clocks(account.reportTimeZone);
  const [from, to] = [account.known.fromMs / 1_000, account.known.toMs / 1_000];
  const agents = paint(account);
  const groups = new Map<Episode, string>();
  for (const episode of agents.flatMap((agent) => agent.episodes)) {
    groups.set(episode, naming.groupOf(episode.activity, episode.reason));
  }
  for (const bounds of clocks.days(from, to)) {
    const day = {
      ...bounds,
      knownFrom: Math.max(bounds.from, from),
      knownTo: Math.min(bounds.to, to),
    };
    const key = { account_id: account.id, day: day.day };
    const present = agents.filter((agent) => {
      const names = { agent_id: agent.agentId, agent_name: naming.nameOf(agent.agentId) };
      const lived = live(agent, day, groups);
      const states = statesOf(agent, day, lived.seconds, account.longestStayMs / 1_000);
      for (const { state, row } of states) {
        const group_before = state.before === null ? null : String(groups.get(state.before));
        views.agent_state.push({
          ...{ ...key, ...names, ...row, group_before },
          activity_group: String(groups.get(state.episode)),
        });
      }
      for (const { quarter, episode, seconds } of lived.quarters) {
        views.agent_state_interval.push({
          ...{ ...key, ...names, ...labels(clocks, quarter), seconds },
          ...{ activity: episode.activity, reason_code: episode.reason },
          activity_group: String(groups.get(episode)),
        });
      }
      if (states.length === 0) return false;
      views.agent_day.push({ ...key, ...names, ...dayOf(agent, day, states, lived, groups) });
      return true;
    });
    if (present.length === 0) continue;
    views.staffing_interval.push(
      ...staffing(agents, day, groups).map(({ quarter, ...row }) => ({
        ...{ ...key, ...labels(clocks, quarter), ...row },
      })),
    );
  }
  return views;
}

interface Quarter {
  readonly quarter: number;
  readonly episode: Episode;
  seconds: number;
}

/** Lives through a day of an agent. */
function live({ at }: PaintedAgent, day: Day, groups: ReadonlyMap<Episode, string>) {
  const seconds = new Map<Episode, number>();
  const quarters: Quarter[] = [];
  let open = null as Quarter | null;
  let onBreak = 0;
  let longestBreak = 0;
  for (let s = day.knownFrom; s < day.knownTo; s += 1) {
    const episode = at(s);
    if (episode === null) {
      onBreak = 0;
      continue;
    }
    onBreak = groups.get(episode) === 'break' ? onBreak + 1 : 0;
    if (onBreak > longestBreak) longestBreak = onBreak;
    seconds.set(episode, (seconds.get(episode) ?? 0) + 1);
    const quarter = s - (s % 900);
    if (open?.quarter !== quarter || open.episode !== episode) {
      open =
        quarters.find(
          (other) =>
            other.quarter === quarter &&
            other.episode.activity === episode.activity &&
            other.episode.reason === episode.reason,
        ) ?? null;
      if (open === null) {
        open = { quarter, episode, seconds: 0 };
        quarters.push(open);
      }
    }
    open.seconds += 1;
  }
  return { seconds, quarters, longestBreak };
}

interface State {
  readonly episode: Episode;
  readonly seconds: number;
  readonly changes: number;
  readonly entered: number;
  readonly before: Episode | null;
  /** Whether it was on in the last known second. */
  readonly lasts: boolean;
}

function statesOf(
  { episodes, at }: PaintedAgent,
  day: Day,
  seconds: ReadonlyMap<Episode, number>,
  longestStayMs: number,
) {
  const seen = (ms: number | undefined) =>
    ms !== undefined && ms / 1_000 >= day.from - longestStayMs;
  return episodes.flatMap((episode): { state: State; row: Expected }[] => {
    const ofDay = episode.events.filter(
      ({ event_time }) => event_time / 1_000 >= day.from && event_time / 1_000 < day.to,
    );
    const lived = seconds.get(episode) ?? 0;
    const entry = episode.events.find((event) => seen(event.event_time));
    if ((lived === 0 && ofDay.length === 0) || entry === undefined) return [];
    const followed = entry === episode.events[0] && seen(episode.before?.events.at(-1)?.event_time);
    const state: State = {
      ...{ episode, seconds: lived, changes: ofDay.length, entered: entry.event_time / 1_000 },
      before: followed ? episode.before : null,
      lasts: at(day.knownTo - 1) === episode,
    };
    const closed = day.knownTo === day.to;
    const end = state.lasts ? (closed ? day.to : null) : Number(episode.end?.s);
    const row: Expected = {
      activity: episode.activity,
      reason_code: episode.reason,
      activity_before: state.before?.activity ?? null,
      started_at: utc(Math.max(state.entered, day.from)),
      ended_at: end === null ? null : utc(end),
      seconds: state.seconds,
      entered_at: utc(state.entered),
      event_seq: entry.event_seq,
      changes: state.changes,
      end_reason: state.lasts ? (closed ? 'day' : 'open') : String(episode.end?.how),
      day_started_at: utc(day.from),
      observed_from: utc(day.knownFrom),
      observed_until: utc(day.knownTo),
    };
    return [{ state, row }];
  });
}

function dayOf(
  { at }: PaintedAgent,
  day: Day,
  states: readonly { readonly state: State }[],
  lived: ReturnType<typeof live>,
  groups: ReadonlyMap<Episode, string>,
): Expected {
  const isStaffed = (episode: Episode | null) =>
    episode !== null && STAFFED.includes(String(groups.get(episode)));
  const all = states.map(({ state }) => state);
  const entered = all.filter((state) => state.entered >= day.from);
  const times = (list: readonly State[]) => list.map((state) => state.entered);
  const first = (list: readonly State[]) =>
    list.length === 0 ? null : utc(Math.min(...times(list)));
  const last = (list: readonly State[]) =>
    list.length === 0 ? null : utc(Math.max(...times(list)));
  const logins = entered.filter(({ episode, before }) => isStaffed(episode) && !isStaffed(before));
  const logouts = entered.filter(
    ({ episode, before }) => !isStaffed(episode) && (before === null || isStaffed(before)),
  );
  const inGroup = (names: readonly string[]) =>
    [...lived.seconds]
      .filter(([episode]) => names.includes(String(groups.get(episode))))
      .reduce((sum, [, seconds]) => sum + seconds, 0);
  return {
    login_at: first(logins),
    logout_at: last(logouts),
    logins: logins.length,
    staffed_at_start: day.knownFrom === day.from && isStaffed(at(day.from)),
    staffed_at_end: isStaffed(at(day.knownTo - 1)),
    first_change_at: first(entered),
    last_change_at: last(entered),
    changes: all.reduce((sum, state) => sum + state.changes, 0),
    staffed_seconds: inGroup(STAFFED),
    ...Object.fromEntries(GROUPS.map((name) => [`${name}_seconds`, inGroup([name])])),
    longest_stay_seconds: Math.max(...all.map((state) => state.seconds)),
    longest_break_seconds: lived.longestBreak,
    ran_out: all.some(
      ({ episode, lasts }) => !lasts && episode.end?.how === 'limit' && isStaffed(episode),
    ),
    observed_until: utc(day.knownTo),
  };
}

/** How many were in each group in each second, and from that each quarter. */
function staffing(agents: readonly PaintedAgent[], day: Day, groups: ReadonlyMap<Episode, string>) {
  const length = day.knownTo - day.knownFrom;
  const counts = new Map([...GROUPS, 'staffed'].map((name) => [name, new Uint16Array(length)]));
  for (const { at } of agents) {
    for (let s = 0; s < length; s += 1) {
      const episode = at(day.knownFrom + s);
      if (episode === null) continue;
      const group = String(groups.get(episode));
      add(counts.get(group), s);
      if (group !== 'offline') add(counts.get('staffed'), s);
    }
  }
  const rows: (Expected & { quarter: number })[] = [];
  for (let quarter = day.knownFrom - (day.knownFrom % 900); quarter < day.knownTo; quarter += 900) {
    const from = Math.max(quarter, day.knownFrom) - day.knownFrom;
    const to = Math.min(quarter + 900, day.knownTo) - day.knownFrom;
    for (const [name, count] of counts) {
      const inQuarter = count.subarray(from, to);
      const sum = inQuarter.reduce((total, agentsThen) => total + agentsThen, 0);
      rows.push({
        quarter,
        activity_group: name,
        is_total: name === 'staffed',
        agents_average: sum / (to - from),
        agents_peak: Math.max(...inQuarter),
        agent_seconds: sum,
        observed_seconds: to - from,
      });
    }
  }
  return rows;
}

function add(counts: Uint16Array | undefined, index: number): void {
  if (counts !== undefined) counts[index] = Number(counts[index]) + 1;
}

function labels(clocks: Clocks, quarter: number) {
  return {
    interval_start: utc(quarter),
    local_start: clocks.show(quarter),
    offset_minutes: clocks.offsetMinutes(quarter),
  };
}

/** As DuckDB shows a timestamp. */
export function utc(s: number): string {
  return new Date(s * 1_000).toISOString().slice(0, 19).replace('T', ' ');
}
