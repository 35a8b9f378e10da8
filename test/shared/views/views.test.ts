import fc from 'fast-check';
import { systemClock } from '../../../shared/clock.ts';
import { agentStay } from '../../../shared/lake/agent-stay.ts';
import { agents, etlCompleteness, rejectedActivity } from '../../../shared/lake/tables.ts';
import { accountOffsets } from '../../../shared/views/account-offsets.ts';
import { activityGroups } from '../../../shared/views/activity-groups.ts';
import { schedule } from '../../../shared/views/schedule.ts';
import type { View } from '../../../shared/views/view.ts';
import { views } from '../../../shared/views/views.ts';
import { differences, none } from './differences.ts';
import { expectedViews, utc } from './expected.ts';
import { groupOf, randomAccount } from './random-account.ts';
import { type LakeAccount, type StayLake, stayLake } from './stay-lake.ts';

const names = new Map([['agent-0', 'Zoë Quinn']]);
const nameOf = (agentId: string) => names.get(agentId) ?? agentId;

const PAINTED = ['agent_state', 'agent_state_interval', 'agent_day', 'staffing_interval'] as const;

describe('the views for analysts', () => {
  it('say of every second what painting every second says', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(randomAccount, { minLength: 12, maxLength: 12 }),
        async (random) => {
          const accounts = random.map((account, index) => ({ ...account, id: `account-${index}` }));
          const directory = accounts.map(({ id }) => ({
            ...{ table: agents, accountId: id },
            rows: [{ agent_id: 'agent-0', first_name: 'Zoë', last_name: 'Quinn', checked_at: 0 }],
          }));
          const lake = await stayLake(accounts, directory);
          try {
            const expected = accounts.map((account) => expectedViews(account, { groupOf, nameOf }));
            for (const name of PAINTED) {
              const columns = views.find((view) => view.name === name)?.columns ?? [];
              const list = columns.map((column) => column.name).join(', ');
              const found = await lake.rows(`SELECT ${list} FROM ${name}`);
              const wanted = expected
                .flatMap((each) => each[name])
                .map((row) =>
                  Object.fromEntries(columns.map((c) => [c.name, row[c.name] as never])),
                );
              expect({ name, ...differences(found, wanted) }).toEqual({ name, ...none });
            }
          } finally {
            lake.close();
          }
        },
      ),
      { numRuns: 1, endOnFailure: true, verbose: 0 },
    );
  });
});

const HOUR_MS = 3_600_000;
/** Nobody can say which day it will be when the query runs, but it is this one or the next. */
const nowMs = Math.floor(systemClock.now() / 60_000) * 60_000;

const event = (agent_id: string, ms: number, activity: string, lagMs = 60_000) => ({
  ...{ agent_id, event_time: ms, activity, reason_code: null, occurrence: 1 },
  ...{
    changes_in_second: 1,
    event_seq: 0,
    ingested_at: ms + lagMs,
    source_object: 'x',
    extra: null,
  },
});

describe('over five days of two accounts', () => {
  const startMs = nowMs - 120 * HOUR_MS;
  const account = (id: string, reportTimeZone: string): LakeAccount => ({
    ...{ id, reportTimeZone, longestStayMs: 12 * HOUR_MS, withdrawn: [] },
    activityGroups: [{ activity: 'CoffeeTime', reasonCode: '7', group: 'break', label: 'Tea' }],
    known: { fromMs: startMs, toMs: nowMs },
    events: Array.from({ length: 60 }, (_, index) =>
      event('a', startMs + index * 2 * HOUR_MS, index % 2 === 0 ? 'Available' : 'Away'),
    ).concat(event('silent', nowMs - 13 * HOUR_MS, 'Available')),
  });
  const accounts = [account('one', 'America/New_York'), account('two', 'Asia/Kathmandu')];
  let lake: StayLake;
  beforeAll(async () => {
    lake = await stayLake(accounts);
  });
  afterAll(() => lake.close());

  it.each(
    [...views, activityGroups, accountOffsets, schedule].map((view) => [view.name, view] as const),
  )(
    '%s has the columns and types that are written of it, and null only where that says so',
    async (name, view: View) => {
      const types = {
        ...{ string: 'VARCHAR', timestamp: 'TIMESTAMP', date: 'DATE', int: 'INTEGER' },
        ...{ bigint: 'BIGINT', double: 'DOUBLE', boolean: 'BOOLEAN' },
      };
      const described = await lake.rows(`DESCRIBE SELECT * FROM ${name}`);
      expect(described.map((row) => [row.column_name, row.column_type])).toEqual(
        view.columns.map((column) => [column.name, types[column.type]]),
      );
      const nulls = view.columns
        .filter(({ whenNull }) => whenNull === null)
        .map((column) => `count(*) - count(${column.name}) AS ${column.name}`);
      const [counts = {}] = await lake.rows(`SELECT ${nulls.join(', ')} FROM ${name}`);
      expect(Object.entries(counts).filter(([, count]) => count !== 0)).toEqual([]);
    },
  );

  it.each(
    views
      .filter(({ name }) => name !== 'agent_now')
      .map(({ name, columns }) => [name, columns[1]?.name]),
  )('%s, filtered to one day, reads that day’s files alone', async (name, day) => {
    const [middle] = await lake.rows(`SELECT max(${day}) - 2 AS day FROM ${name}`);
    const wanted = `account_id = 'two' AND ${day} = DATE '${middle?.day}'`;
    const files = await lake.filesRead(`SELECT * FROM ${name} WHERE ${wanted}`);
    const table = day === 'dt' ? 'activity' : 'stays';
    expect(new Set(files)).toEqual(new Set([`${table}/account_id=two/${day}=${middle?.day}`]));
    expect(files).toHaveLength(name === 'staffing_interval' ? 2 : 1);
    const span = `${day} BETWEEN DATE '${middle?.day}' - 1 AND DATE '${middle?.day}'`;
    const more = await lake.filesRead(`SELECT count(*) FROM ${name} WHERE ${span}`);
    expect(new Set(more).size).toBe(4);
  });

  it('agent_now has who was heard of in the last twelve hours, once, and reads three days at most', async () => {
    const now = await lake.rows('SELECT * FROM agent_now ORDER BY account_id');
    const shown = { agent_id: 'a', agent_name: 'a', activity: 'Away', activity_group: 'break' };
    expect(now).toEqual(
      accounts.map(({ id }) =>
        expect.objectContaining({
          ...{ ...shown, account_id: id, reason_code: null, seconds: 7_200 },
          ...{ entered_at: utc((nowMs - 2 * HOUR_MS) / 1_000), observed_until: utc(nowMs / 1_000) },
        }),
      ),
    );
    const files = await lake.filesRead(`SELECT * FROM agent_now WHERE account_id = 'two'`);
    expect(files.length).toBeLessThanOrEqual(4);
    expect(files.filter((file) => !file.startsWith(agentStay.folder))).toEqual([]);
  });
});

describe('activity_quality', () => {
  const dayMs = Date.parse('2026-01-31T00:00:00Z');
  const at = (hour: number) => dayMs + hour * HOUR_MS;

  it('counts what each UTC day has, also a day without events', async () => {
    const events = [
      event('a', at(1), 'Available', 900_000),
      event('a', at(2), 'CoffeeTime', 900_001),
      event('b', at(3), 'AWAY', 7_200_999),
      event('b', at(25), 'Offline', 500),
    ];
    const account: LakeAccount = {
      ...{ id: 'acct', reportTimeZone: 'UTC', activityGroups: [], longestStayMs: 12 * HOUR_MS },
      ...{ events, withdrawn: [0], known: { fromMs: at(0), toMs: at(48) } },
    };
    const rejected = {
      ...{ raw_sha256: 's', reason: 'time_missing', raw: '{}', event_time: null },
      ...{ window_from: at(49), window_to: at(50), ingested_at: at(51), source_object: 'x' },
    };
    const check = {
      ...{ day_start: at(0), checked_at: at(60), listed: 2, stored_before: 3, added: 0 },
      ...{ withdrawn: 1, rejected: 0, suspect_windows: 0, empty_acknowledged_at: null },
      ...{ confirmed: true, confirmed_since: at(60), run_id: 'r' },
    };
    const lake = await stayLake(
      [account],
      [
        { table: rejectedActivity, accountId: 'acct', rows: [rejected] },
        { table: etlCompleteness, accountId: 'acct', rows: [check] },
      ],
    );
    const rows = await lake.rows('SELECT * FROM activity_quality ORDER BY dt');
    lake.close();
    const nothing = {
      ...{ account_id: 'acct', events: 0, agents: 0, late_events: 0, longest_lag_seconds: null },
      ...{ unknown_events: 0, rejected: 0, withdrawn: 0, confirmed: null, checked_at: null },
    };
    expect(rows).toEqual([
      {
        ...{ ...nothing, dt: '2026-01-31', events: 3, agents: 2, late_events: 2 },
        ...{ longest_lag_seconds: 7_200, unknown_events: 1, withdrawn: 1 },
        ...{ confirmed: true, checked_at: '2026-02-02 12:00:00' },
      },
      { ...nothing, dt: '2026-02-01', events: 1, agents: 1, longest_lag_seconds: 0 },
      { ...nothing, dt: '2026-02-02', rejected: 1 },
    ]);
  });
});
