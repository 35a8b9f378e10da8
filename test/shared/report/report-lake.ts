import { reportText } from '../../../cli/commands/report/files.ts';
import { contactCentre } from '../../../local/simulator/contact-centre.ts';
import type { AgentActivityRow } from '../../../shared/activity/event.ts';
import { localDaySpan } from '../../../shared/activity/local-day.ts';
import { mergeRows } from '../../../shared/activity/merge.ts';
import { sourceZone } from '../../../shared/activity/source-zone.ts';
import type { Span } from '../../../shared/activity/spans.ts';
import { agentActivity, agents, etlCompleteness } from '../../../shared/lake/tables.ts';
import type { Asking } from '../../../shared/report/ask-report.ts';
import type { QueryRow } from '../../../shared/report/query-rows.ts';
import { type LakeAccount, type StayLake, stayLake } from '../views/stay-lake.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export const NAUGHTY_NAME = '<script>alert("x")</script> & "Söhne"';

/** A contact centre as reports are made of: two weeks and more, with a plan, names, and checked days. */
export interface ReportedCentre {
  readonly lake: StayLake;
  readonly asking: Asking;
  readonly accountId: string;
}

interface Wanted {
  readonly agents: number;
  readonly known: Span;
  readonly reportTimeZone: string;
  /** Days that have a plan. */
  readonly plannedDays?: readonly string[];
  /** UTC days that a check has found complete, or not. */
  readonly checked?: Readonly<Record<string, boolean>>;
}

export async function reportedCentre(wanted: Wanted): Promise<ReportedCentre> {
  const { known, reportTimeZone, plannedDays = [], checked = {} } = wanted;
  const centre = contactCentre({ seed: 11, agents: wanted.agents, ...known });
  const account: LakeAccount = {
    ...{ id: 'acme', reportTimeZone, longestStayMs: 12 * HOUR_MS },
    activityGroups: [{ activity: 'Away', reasonCode: '1', group: 'break', label: 'Coffee' }],
    events: mergeRows(agentActivity, [], centre.events.filter(isHeard).map(asRow)).rows,
    withdrawn: [],
    known,
  };
  const named = centre.agents.map(({ agentId, firstName, lastName }, at) => ({
    ...{ agent_id: agentId, checked_at: known.fromMs },
    first_name: at === 3 ? NAUGHTY_NAME : firstName,
    last_name: lastName,
  }));
  const checks = Object.entries(checked).map(([day, confirmed]) => checkOf(day, confirmed));
  const lake = await stayLake(
    [account],
    [
      { table: agents, accountId: account.id, rows: named },
      { table: etlCompleteness, accountId: account.id, rows: checks },
    ],
    planOf(
      account,
      centre.agents.map(({ agentId }) => agentId),
      plannedDays,
    ),
  );
  const ask = async (sql: string) => (await lake.rows(sql)) as readonly QueryRow[];
  return { lake, accountId: account.id, asking: { ask, textOf: reportText } };
}

/** Some agents close the browser and never log off. */
function isHeard({ agentId, activity }: { agentId: string; activity: string }): boolean {
  return !(activity === 'Offline' && agentId.charCodeAt(2) % 9 === 0);
}

function asRow(event: ReturnType<typeof contactCentre>['events'][number]): AgentActivityRow {
  return {
    ...{ agent_id: event.agentId, event_time: event.eventMs, activity: event.activity },
    ...{ reason_code: event.reasonCode, occurrence: 1, changes_in_second: event.seq + 1 },
    ...{ event_seq: event.seq, ingested_at: event.listedAtMs + 90_000 },
    ...{ source_object: 'landing/x', extra: null },
  };
}

/** What reconcile stores of a day that it has checked. */
function checkOf(day: string, confirmed: boolean) {
  const dayMs = Date.parse(day);
  const checkedAtMs = dayMs + 2 * DAY_MS + 4 * HOUR_MS;
  return {
    ...{ day_start: dayMs, checked_at: checkedAtMs, listed: 100, stored_before: 100, added: 0 },
    ...{ withdrawn: 0, rejected: 0, suspect_windows: 0, empty_acknowledged_at: null, confirmed },
    ...{ confirmed_since: confirmed ? checkedAtMs : null, run_id: 'run' },
  };
}

/** Eight hours for everybody, from early in the morning on, as the shifts are. */
function planOf(
  { id, reportTimeZone }: LakeAccount,
  agentIds: readonly string[],
  days: readonly string[],
): string {
  const utc = (ms: number) => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
  const lines = days.flatMap((day) => {
    const { fromMs } = localDaySpan(sourceZone(reportTimeZone), day);
    return agentIds.map((agentId, at) => {
      const start = fromMs + (3 + (at % 5)) * HOUR_MS;
      return [id, agentId, day, utc(start), utc(start + 8 * HOUR_MS), 'work'].join(',');
    });
  });
  const head = 'account_id,agent_id,day,starts_at,ends_at,planned_group';
  return lines.length === 0 ? '' : `${[head, ...lines].join('\n')}\n`;
}
