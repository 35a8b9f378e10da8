import { contactCentre } from '../../../local/simulator/contact-centre.ts';
import type { AgentActivityRow } from '../../../shared/activity/event.ts';
import { ownGroups } from './random-account.ts';
import type { LakeAccount } from './stay-lake.ts';

const HOUR_MS = 3_600_000;

/** What the statuses of the demo's contact centre count as, with the groups of the account below. */
const GROUPS: Readonly<Record<string, string>> = {
  Available: 'available',
  Busy: 'busy',
  'Login Prep': 'other_work',
  'System Away': 'system',
  'After Call Work': 'after_call',
  Away: 'break',
  Lunch: 'break',
  'Pause café ☕': 'break',
  Training: 'other_work',
  Offline: 'offline',
};

export const demoGroupOf = (activity: string) => String(GROUPS[activity]);

/**
 * An account of the demo's contact centre, from a day and a half before an instant to a day and a half after it:
 * some events came late, some were withdrawn, and it was read until a second that nothing ends at.
 */
export function demoAccount(
  id: string,
  reportTimeZone: string,
  aroundMs: number,
  { seed = 7, agents = 6 } = {},
): LakeAccount & { readonly names: ReadonlyMap<string, string> } {
  const known = { fromMs: aroundMs - 36 * HOUR_MS, toMs: aroundMs + 36 * HOUR_MS - 77_000 };
  // What lies beyond either end of what was read must not count.
  const centre = contactCentre({
    ...{ seed, agents, fromMs: known.fromMs - 12 * HOUR_MS, toMs: known.toMs + HOUR_MS },
  });
  const inSecond = new Map<string, number>();
  const events = centre.events.map((event, index): AgentActivityRow => {
    const { agentId: agent_id, eventMs: event_time, activity, reasonCode: reason_code } = event;
    const key = JSON.stringify([agent_id, event_time, activity, reason_code]);
    const occurrence = (inSecond.get(key) ?? 0) + 1;
    inSecond.set(key, occurrence);
    return {
      ...{ agent_id, event_time, activity, reason_code, occurrence, event_seq: event.seq },
      ...{ changes_in_second: 1, source_object: 'landing/x', extra: null },
      ingested_at: event.listedAtMs + (index % 41 === 0 ? 2 * HOUR_MS : 90_250),
    };
  });
  return {
    ...{ id, reportTimeZone, known, events, longestStayMs: 12 * HOUR_MS },
    activityGroups: [
      ...ownGroups,
      { activity: 'PAUSE CAFÉ ☕', group: 'break' },
      { activity: 'Pause café ☕', reasonCode: '3', group: 'break', label: "l'expresso" },
    ],
    withdrawn: events.map((_, index) => index).filter((index) => index % 37 === 5),
    names: new Map(
      centre.agents.map(({ agentId, firstName, lastName }) => [
        agentId,
        `${firstName} ${lastName}`,
      ]),
    ),
  };
}

/** Its rows of the table `agents`. */
export function directoryOf({ names }: { readonly names: ReadonlyMap<string, string> }) {
  return [...names].map(([agent_id, name]) => {
    const [first_name = '', ...rest] = name.split(' ');
    return { agent_id, first_name, last_name: rest.join(' '), checked_at: 0 };
  });
}
