import { GROUPS } from '../../shared/activity/activity-groups.ts';
import type { AgentDay, ReportData, Status } from '../../shared/report/report-data.ts';
import { packRows } from '../../shared/report/row-columns.ts';
import { type PackedStay, packStays } from '../../shared/report/stay-columns.ts';

const DAY_MS = 86_400_000;

/** A day of very many agents with very many stays. Its numbers mean nothing. */
export function crowdedDay(size: { agents: number; stays: number }): ReportData {
  const fromMs = Date.parse('2026-01-31T00:00:00Z');
  const statuses = GROUPS.map(
    (group): Status => ({
      ...{ activity: group, reasonCode: null, label: null, group },
      ...{ seconds: 3_600, changes: 10, agents: size.agents },
    }),
  );
  const stays: PackedStay[] = [];
  const agents = Array.from({ length: size.agents }, (_, agent): AgentDay => {
    for (let at = 0; at < size.stays; at += 1) {
      const seconds = (agent * 31 + at * 17) % 900;
      const start = Math.floor((at * 86_400) / size.stays);
      stays.push({ agent, status: (agent + at) % 8, start, seconds, end: 'change', before: 0 });
    }
    return {
      ...{ agentId: `agent-${agent}`, name: `Agent ${agent}`, loginMs: fromMs + agent * 1_000 },
      ...{ logoutMs: null, logins: 1, staffedAtStart: false, staffedAtEnd: true },
      ...{ firstChangeMs: fromMs, changes: size.stays, staffed: 28_800, available: 9_000 },
      ...{ busy: 9_000, after_call: 3_000, break: 3_000, other_work: 2_000, system: 1_800 },
      ...{ other: 1_000, offline: 0, longestBreak: 900, ranOut: false },
    };
  });
  return {
    ...{ accountId: 'crowd', day: '2026-01-31', madeAtMs: fromMs + DAY_MS, fromMs },
    ...{ toMs: fromMs + DAY_MS, observed: { fromMs, toMs: fromMs + DAY_MS }, offsets: [] },
    ...{ days: [{ day: '2026-01-31', file: null }], figures: null, weekBefore: null },
    ...{ weekBeforeDay: '2026-01-24', quarters: [], planned: [], statuses },
    ...{ agents: packRows(agents), stays: packStays(stays), weeks: [], lookHere: [], quality: [] },
  };
}
