import { type Expected, expectedViews, type Naming, utc } from './expected.ts';
import type { LakeAccount } from './stay-lake.ts';

/** What all six views must say of an account whose days nothing was rejected of and nothing checked. */
export function expectedOfAll(account: LakeAccount, naming: Naming) {
  const painted = expectedViews(account, naming);
  return {
    ...painted,
    agent_now: nowOf(painted.agent_state),
    activity_quality: qualityOf(account, naming),
  } as const;
}

function nowOf(states: readonly Expected[]): Expected[] {
  const seconds = (text: unknown) => Date.parse(`${text}Z`) / 1_000;
  return states
    .filter((row) => row.end_reason === 'open')
    .map((row) => ({
      ...row,
      seconds: seconds(row.observed_until) - seconds(row.entered_at),
    }));
}

/** Counted day by day, of all that is stored, be it read whole or not. */
function qualityOf({ id, events, withdrawn }: LakeAccount, { groupOf }: Naming): Expected[] {
  const dayOf = (ms: number) => utc(ms / 1_000).slice(0, 10);
  const rows = new Map<string, { row: Record<string, number>; agents: Set<string> }>();
  for (const [index, event] of events.entries()) {
    const { agent_id, event_time, ingested_at, activity, reason_code } = event;
    const day = dayOf(event_time);
    const of = rows.get(day) ?? {
      row: { events: 0, late_events: 0, longest_lag_seconds: 0, unknown_events: 0, withdrawn: 0 },
      agents: new Set<string>(),
    };
    rows.set(day, of);
    of.agents.add(agent_id);
    const lag = Math.floor(ingested_at / 1_000) - event_time / 1_000;
    const add = (name: string, counts: boolean) => {
      of.row[name] = Number(of.row[name]) + (counts ? 1 : 0);
    };
    add('events', true);
    add('late_events', ingested_at - event_time > 900_000);
    add('unknown_events', groupOf(activity, reason_code) === 'other');
    add('withdrawn', withdrawn.includes(index));
    of.row.longest_lag_seconds = Math.max(Number(of.row.longest_lag_seconds), lag);
  }
  return [...rows].map(([dt, { row, agents }]) => ({
    ...{ account_id: id, dt, ...row, agents: agents.size },
    ...{ rejected: 0, confirmed: null, checked_at: null },
  }));
}
