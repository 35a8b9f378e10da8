import fc from 'fast-check';
import type { ActivityGroup } from '../../../shared/activity/activity-groups.ts';
import type { AgentActivityRow } from '../../../shared/activity/event.ts';
import { mergeRows } from '../../../shared/activity/merge.ts';
import { agentActivity } from '../../../shared/lake/tables.ts';
import type { LakeAccount } from './stay-lake.ts';

const HOUR_MS = 3_600_000;

/** A zone and an instant near which its clocks change, if they do. */
export const zones = [
  ['UTC', '2026-03-01T00:00:00Z'],
  ['Asia/Kathmandu', '2026-03-01T18:15:00Z'],
  ['America/New_York', '2026-03-08T07:00:00Z'],
  ['America/New_York', '2026-11-01T06:00:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T15:30:00Z'],
  ['Africa/Cairo', '2026-04-23T22:00:00Z'],
  ['Africa/Cairo', '2026-10-29T21:00:00Z'],
] as const;

/** The product's defaults in these, and one of the account's own. */
export const ownGroups: readonly ActivityGroup[] = [
  { activity: 'Away', reasonCode: '2', group: 'other_work', label: "Team's meeting" },
];

const GROUPS: Readonly<Record<string, string>> = {
  available: 'available',
  busy: 'busy',
  away: 'break',
  lunch: 'break',
  offline: 'offline',
  'system away': 'system',
  coffeetime: 'other',
};

export const groupOf = (activity: string, reason: string | null) =>
  activity.toLowerCase() === 'away' && reason === '2'
    ? 'other_work'
    : String(GROUPS[activity.toLowerCase()]);

const statuses = fc.constantFrom<readonly [string, string | null]>(
  ['Available', null],
  ['AVAILABLE', null],
  ['Busy', null],
  ['Away', null],
  ['Away', '1'],
  ['Away', '2'],
  ['Lunch', '1'],
  ['System Away', null],
  ['Offline', null],
  ['CoffeeTime', '7'],
);

/** Seconds from one event to the next: within a second, over quarters and midnights, at the limit exactly. */
const steps = fc.oneof(
  fc.constantFrom(0, 0, 1, 899, 900, 3_600, 14_400, 14_399, 14_401, 43_200, 86_400),
  fc.integer({ min: 0, max: 7_200 }),
  fc.integer({ min: 0, max: 60_000 }),
);

const changes = fc.array(fc.tuple(statuses, steps), { maxLength: 30, size: 'max' });

/**
 * Three days of some agents around the change of a zone's clocks, read from and until any second, some events
 * withdrawn, some listed by two answers in one place.
 */
export const randomAccount: fc.Arbitrary<LakeAccount> = fc
  .record({
    zone: fc.constantFrom(...zones),
    agents: fc.array(fc.record({ changes, startsIn: fc.nat(60_000) }), {
      maxLength: 3,
      size: 'max',
    }),
    longestHours: fc.constantFrom(1, 4, 12, 24),
    knownFor: fc.oneof(fc.constant(72 * 3_600), fc.integer({ min: 1, max: 80 * 3_600 })),
    knownSince: fc.oneof(fc.constant(0), fc.nat(40_000)),
    withdrawn: fc.array(fc.nat(40), { maxLength: 3, size: 'max' }),
    clash: fc.boolean(),
  })
  .map(({ zone: [reportTimeZone, changeAt], agents, longestHours, ...rest }) => {
    const startMs = Date.parse(changeAt) - 36 * HOUR_MS;
    const events = agents.flatMap((agent, index) => {
      let ms = startMs + agent.startsIn * 1_000;
      let seq = 0;
      return agent.changes.map(([[activity, reason_code], step], at): AgentActivityRow => {
        if (at > 0 && step > 0) seq = 0;
        else if (at > 0 && !(rest.clash && at % 3 === 0)) seq += 1;
        if (at > 0) ms += step * 1_000;
        return {
          ...{ agent_id: `agent-${index}`, event_time: ms, activity, reason_code },
          ...{ occurrence: at + 1, changes_in_second: 99, event_seq: seq },
          ...{ ingested_at: ms + 60_000 + ((at * 7) % 5), source_object: 'landing/x', extra: null },
        };
      });
    });
    return {
      id: 'account',
      ...{ reportTimeZone, activityGroups: ownGroups, longestStayMs: longestHours * HOUR_MS },
      events: mergeRows(agentActivity, [], events).rows,
      withdrawn: rest.withdrawn.filter((index) => index < events.length),
      known: {
        fromMs: startMs + rest.knownSince * 1_000,
        toMs: startMs + (rest.knownSince + rest.knownFor) * 1_000,
      },
    };
  });
