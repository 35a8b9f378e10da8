import fc from 'fast-check';
import { reportText } from '../../../cli/commands/report/files.ts';
import { localDaySpan } from '../../../shared/activity/local-day.ts';
import { sourceZone } from '../../../shared/activity/source-zone.ts';
import { athenaQueries } from '../../../shared/queries/athena.ts';
import { askDays, askingOf, askReport, reportQuery } from '../../../shared/report/ask-report.ts';
import { type QueryRow, REPORT_QUERIES } from '../../../shared/report/query-rows.ts';
import { type ReportData, reportData } from '../../../shared/report/report-data.ts';
import { unpackRows } from '../../../shared/report/row-columns.ts';
import { packStays, STAY_ENDS, unpackStays } from '../../../shared/report/stay-columns.ts';
import { FakeClock } from '../smartassist/fake-clock.ts';
import { randomAccount } from '../views/random-account.ts';
import { type StayLake, stayLake } from '../views/stay-lake.ts';
import { athenaOver } from './athena-over.ts';

/** Accounts around changes of clocks, one of them with a plan. */
const accounts = fc
  .sample(randomAccount, { seed: 26, numRuns: 30 })
  .filter(({ events }) => events.length > 20)
  .slice(0, 3)
  .map((account, index) => ({ ...account, id: `account-${index}` }));

const PLAN = `account_id,agent_id,day,starts_at,ends_at,planned_group
`;

let lake: StayLake;
const reports: { readonly data: ReportData; readonly reportTimeZone: string }[] = [];

beforeAll(async () => {
  const lines = accounts.map(({ id, known }) => {
    const at = (ms: number) => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
    const day = at(known.fromMs + 36 * 3_600_000).slice(0, 10);
    const noonMs = Date.parse(`${day}T12:00:07Z`);
    return [id, 'agent-0', day, at(noonMs), at(noonMs + 5_000_000), 'work'].join(',');
  });
  lake = await stayLake(accounts, [], `${PLAN}${lines.join('\n')}\n`);
  const asking = {
    textOf: reportText,
    ask: async (sql: string) => (await lake.rows(sql)) as readonly QueryRow[],
  };
  for (const { id, reportTimeZone } of accounts) {
    for (const { day } of await askDays(asking, id)) {
      const data = reportData(await askReport(asking, id, day), id, day, 0);
      reports.push({ data, reportTimeZone });
    }
  }
});
afterAll(() => lake.close());

/** Rows of SQL that was written for this test alone. */
async function sql(text: string, { accountId, day }: ReportData): Promise<QueryRow[]> {
  const where = `account_id = '${accountId}' AND day = DATE '${day}'`;
  return (await lake.rows(text.replaceAll('$here', where))) as QueryRow[];
}

const seconds = (ms: number | null) =>
  ms === null ? null : new Date(ms).toISOString().slice(0, 19).replace('T', ' ');

describe('the data of a report', () => {
  it('is of the day as its clocks have it, whatever they do', () => {
    expect(reports.length).toBeGreaterThan(8);
    for (const { data, reportTimeZone } of reports) {
      const span = localDaySpan(sourceZone(reportTimeZone), data.day);
      expect([data.day, data.fromMs, data.toMs]).toEqual([data.day, span.fromMs, span.toMs]);
    }
  });

  it('has every stay that agent_state has', async () => {
    for (const { data } of reports) {
      const agents = unpackRows(data.agents);
      const found = unpackStays(data.stays).map((stay) => {
        const status = data.statuses[stay.status];
        return JSON.stringify([
          ...[agents[stay.agent]?.agentId, status?.activity, status?.reasonCode, status?.group],
          ...[seconds(data.fromMs + stay.start * 1_000), stay.seconds, stay.end],
          stay.before > 0 ? seconds(data.fromMs - stay.before * 1_000) : null,
        ]);
      });
      const wanted = await sql(
        `SELECT agent_id, activity, reason_code, activity_group, started_at, seconds, end_reason,
                CASE WHEN entered_at < day_started_at THEN entered_at END
         FROM agent_state WHERE $here`,
        data,
      );
      expect(found.sort()).toEqual(wanted.map((row) => JSON.stringify(Object.values(row))).sort());
    }
  });

  it('has every agent and every figure that agent_day has', async () => {
    for (const { data } of reports) {
      const found = unpackRows(data.agents).map((agent) => ({
        ...{ agent_id: agent.agentId, login_at: seconds(agent.loginMs) },
        ...{ logout_at: seconds(agent.logoutMs), logins: agent.logins, changes: agent.changes },
        ...{ staffed_seconds: agent.staffed, available_seconds: agent.available },
        ...{ busy_seconds: agent.busy, after_call_seconds: agent.after_call },
        ...{ break_seconds: agent.break, other_work_seconds: agent.other_work },
        ...{ system_seconds: agent.system, other_seconds: agent.other },
        ...{ offline_seconds: agent.offline, longest_break_seconds: agent.longestBreak },
        ran_out: agent.ranOut,
      }));
      const names = Object.keys(found[0] ?? {}).join(', ');
      expect(found).toEqual(
        await sql(`SELECT ${names} FROM agent_day WHERE $here ORDER BY agent_id`, data),
      );
      const [figures] = await sql(
        `SELECT CAST(count(CASE WHEN staffed_seconds > 0 THEN 1 END) AS integer) AS seen,
                CAST(sum(staffed_seconds) AS bigint) AS staffed, CAST(sum(break_seconds) AS bigint) AS breaks,
                CAST(count(CASE WHEN ran_out THEN 1 END) AS integer) AS ran_out
         FROM agent_day WHERE $here`,
        data,
      );
      const { agentsSeen, staffedSeconds, breakSeconds, agentsRanOut } = data.figures ?? {};
      expect([agentsSeen, staffedSeconds, breakSeconds, agentsRanOut]).toEqual(
        Object.values(figures ?? {}),
      );
    }
  });

  it('has every level of staffing_interval, and the peak where it was first', async () => {
    for (const { data } of reports) {
      const found = data.quarters.flatMap(({ fromMs, observedSeconds, groups }) =>
        Object.entries(groups).map(([group, level]) =>
          [seconds(fromMs), group, level.seconds, level.peak, observedSeconds].join(' '),
        ),
      );
      const levels = await sql(
        `SELECT interval_start, activity_group, agent_seconds, agents_peak, observed_seconds, is_total
         FROM staffing_interval WHERE $here AND agents_peak > 0 ORDER BY interval_start`,
        data,
      );
      const wanted = levels.map((row) => Object.values(row).slice(0, 5).join(' '));
      expect(found.sort()).toEqual(wanted.sort());
      const totals = levels.filter(({ is_total }) => is_total === true);
      const peak = Math.max(0, ...totals.map((row) => Number(row.agents_peak)));
      expect(data.figures?.agentsPeak).toBe(peak);
      if (peak === 0) continue;
      const first = totals.find(({ agents_peak }) => agents_peak === peak);
      expect(seconds(data.figures?.peakFromMs ?? null)).toBe(first?.interval_start);
    }
  });

  it('has the plan by quarters, to the second', () => {
    const planned = reports.flatMap(({ data }) => data.planned);
    expect(planned).toHaveLength(6 * accounts.length);
    const ofOne = planned.slice(0, 6).map((quarter) => quarter.seconds);
    expect(ofOne).toEqual([893, 900, 900, 900, 900, 507]);
  });

  it('lacks what is not known a week before, rather than having none of it', () => {
    for (const { data } of reports) expect(data.weekBefore).toBeNull();
  });
});

describe('what a stack answers', () => {
  it('gives the data that a folder gives', async () => {
    const { data } = reports[1] as (typeof reports)[number];
    const { client, types } = athenaOver(lake);
    const athena = { client, workgroup: 'w', database: 'd', clock: new FakeClock() };
    const asking = askingOf(athenaQueries(athena), reportText);
    const rows = await askReport(asking, data.accountId, data.day);
    expect(reportData(rows, data.accountId, data.day, 0)).toEqual(data);
    // Numbers wider than Athena has, or than JavaScript takes, would come as text.
    const known = ['varchar', 'date', 'timestamp', 'integer', 'bigint', 'double', 'boolean'];
    for (const type of types) expect(known).toContain(type);
  });
});

describe('the texts of a report', () => {
  it('read the files of the days they are about, and of one account', async () => {
    const { data } = reports[1] as (typeof reports)[number];
    const { accountId, day } = data;
    for (const name of REPORT_QUERIES) {
      const files = await lake.filesRead(reportQuery(reportText(name), accountId, day));
      const stays = files.filter((file) => file.startsWith('stays/'));
      for (const file of stays)
        expect([name, file]).toEqual([name, expect.stringContaining(accountId)]);
      const hasStays = !['offsets', 'planned', 'quality'].includes(name);
      expect([name, stays.length > 0]).toEqual([name, hasStays]);
      if (['days', 'weeks'].includes(name)) continue;
      for (const file of stays) expect([name, file]).toEqual([name, expect.stringContaining(day)]);
    }
  });
});

describe('packed stays', () => {
  it('are the stays that were packed', () => {
    const whole = fc.nat({ max: 90_000 });
    const stay = fc.record({
      ...{ agent: fc.nat({ max: 5 }), status: fc.nat({ max: 300 }), start: whole, seconds: whole },
      ...{ end: fc.constantFrom(...STAY_ENDS), before: fc.oneof(fc.constant(0), whole) },
    });
    fc.assert(
      fc.property(fc.array(stay), (stays) => {
        const carried = stays.map((each) => (each.before > 0 ? { ...each, start: 0 } : each));
        const sorted = carried.sort((a, b) => a.agent - b.agent || a.start - b.start);
        expect(unpackStays(packStays(sorted))).toEqual(sorted);
      }),
    );
  });
});
