import { savedQueries } from '../../../infra/saved-queries.ts';
import type { AgentActivityRow } from '../../../shared/activity/event.ts';
import { agents } from '../../../shared/lake/tables.ts';
import { blanksOf, filled } from '../../../shared/views/question.ts';
import { type LakeAccount, type StayLake, stayLake } from './stay-lake.ts';

/*
 * What reports of agents' time usually get wrong, each with numbers worked out by hand. Of agents' stays alone the
 * like is in stays.test.ts, of the bounds of local days in local-day.test.ts.
 */

const HOUR_MS = 3_600_000;
const DAY = '2026-01-31';
const ms = (time: string) =>
  Date.parse(`${time.length > 8 ? time.replace(' ', 'T') : `${DAY}T${time}`}Z`);

/** `activity` or `activity/reason` by time, of one agent: `09:00:00` on the day, or with a date. */
function lived(agent_id: string, changes: readonly (readonly [string, string])[]) {
  const seen = new Map<number, number>();
  return changes.map(([time, status]): AgentActivityRow => {
    const [activity = '', reason_code = null] = status.split('/');
    const event_seq = seen.get(ms(time)) ?? 0;
    seen.set(ms(time), event_seq + 1);
    return {
      ...{ agent_id, event_time: ms(time), activity, reason_code, event_seq },
      ...{ occurrence: event_seq + 1, changes_in_second: 1, ingested_at: ms(time) + 60_000 },
      ...{ source_object: 'landing/x', extra: null },
    };
  });
}

const account = (
  id: string,
  events: readonly AgentActivityRow[],
  more: Partial<LakeAccount> = {},
): LakeAccount => ({
  ...{ id, events, reportTimeZone: 'UTC', longestStayMs: 12 * HOUR_MS, withdrawn: [] },
  activityGroups: [{ activity: 'away', reasonCode: '7', group: 'other_work' }],
  known: { fromMs: ms('2026-01-30 00:00:00'), toMs: ms('2026-02-01 10:07:30') },
  ...more,
});

const accounts = [
  account('one', [
    ...lived('night', [
      ['2026-01-30 22:00:00', 'Available'],
      ['00:00:00', 'Busy'],
      ['06:00:00', 'Offline'],
    ]),
    ...lived('forgot', [['08:00:00', 'Available']]),
    ...lived('flicker', [
      ['09:00:00', 'Available'],
      ['09:00:00', 'System Away'],
      ['09:00:00', 'Available'],
      ['09:10:00', 'Offline'],
    ]),
    ...lived('tea', [
      ['10:00:00', 'AWAY/1'],
      ['10:05:00', 'Away/2'],
      ['10:10:00', 'Lunch'],
      ['10:20:00', 'Away/7'],
      ['10:30:00', 'Away/1'],
      ['10:35:00', 'Offline'],
    ]),
    ...lived('leaves', [
      ['11:00:00', 'Busy'],
      ['11:05:00', 'Offline'],
    ]),
    ...lived('comes', [
      ['11:05:00', 'Busy'],
      ['11:11:15', 'Offline'],
    ]),
    ...lived('long', [
      ['05:23:00', 'Training'],
      ['06:15:00', 'Offline'],
    ]),
    ...lived('yoga', [
      ['12:00:00', 'Yoga'],
      ['12:30:00', 'Offline'],
    ]),
    ...lived('works', [['2026-02-01 10:00:00', 'Available']]),
  ]),
  account('two', [
    ...lived('night', [['04:00:00', 'Available']]),
    ...lived('tired', [
      ['2026-01-30 23:30:00', 'Lunch'],
      ['00:20:00', 'Offline'],
    ]),
  ]),
  account('york', lived('a', [['2026-11-01 04:00:00', 'Available']]), {
    reportTimeZone: 'America/New_York',
    longestStayMs: 24 * HOUR_MS,
    known: { fromMs: ms('2026-10-31 00:00:00'), toMs: ms('2026-11-03 00:00:00') },
  }),
  account('cairo', lived('a', [['2026-04-23 22:00:00', 'Available']]), {
    reportTimeZone: 'Africa/Cairo',
    longestStayMs: 24 * HOUR_MS,
    known: { fromMs: ms('2026-04-23 00:00:00'), toMs: ms('2026-04-26 00:00:00') },
  }),
];

const named = (agent_id: string, first_name: string | null, last_name: string | null) => ({
  ...{ agent_id, first_name, last_name, checked_at: 0 },
});

let lake: StayLake;
beforeAll(async () => {
  lake = await stayLake(accounts, [
    {
      ...{ table: agents, accountId: 'one' },
      rows: [
        named('night', 'Ann', 'Lee'),
        named('works', 'Ann', 'Lee'),
        named('forgot', 'Bo', null),
      ],
    },
    { table: agents, accountId: 'two', rows: [named('night', 'Cy', 'Day')] },
  ]);
});
afterAll(() => lake.close());

async function dayOf(agent: string, day = DAY, accountId = 'one') {
  const where = `account_id = '${accountId}' AND agent_id = '${agent}' AND day = DATE '${day}'`;
  const rows = await lake.rows(`SELECT * FROM agent_day WHERE ${where}`);
  expect(rows).toHaveLength(1);
  return rows[0];
}

async function quarterOf(group: string, time: string, accountId = 'one') {
  const [row] = await lake.rows(
    `SELECT * FROM staffing_interval WHERE account_id = '${accountId}' AND activity_group = '${group}' AND interval_start = TIMESTAMP '${time}'`,
  );
  return row;
}

const questions = new Map(savedQueries('questions').map(({ file, text }) => [file, text]));

function ask(file: string, values: Readonly<Record<string, string>>) {
  const text = questions.get(file) ?? '';
  const names = blanksOf(text).map(({ name }) => name);
  return lake.rows(
    filled(text, Object.fromEntries(names.map((name) => [name, values[name] ?? '']))),
  );
}

const ofOne = { account: 'one', from: DAY, to: DAY, day: DAY, longer: '10m' };

describe('who works through midnight', () => {
  it('has their time in the day it was spent in, and comes once', async () => {
    expect(await dayOf('night', '2026-01-30')).toMatchObject({
      ...{ login_at: '2026-01-30 22:00:00', logins: 1, available_seconds: 7_200 },
      ...{ logout_at: null, staffed_at_start: false, staffed_at_end: true, staffed_seconds: 7_200 },
    });
    // The change at midnight sharp is no login.
    expect(await dayOf('night')).toMatchObject({
      ...{ login_at: null, logins: 0, staffed_at_start: true, busy_seconds: 21_600 },
      ...{ logout_at: '2026-01-31 06:00:00', first_change_at: '2026-01-31 00:00:00', changes: 2 },
    });
  });

  it('has one longest stay, over both days', async () => {
    const rows = await ask('longest-stays', { ...ofOne, from: '2026-01-31', to: '2026-02-01' });
    expect(rows.slice(0, 2)).toEqual([
      expect.objectContaining({ agent_id: 'forgot', seconds: 43_200 }),
      expect.objectContaining({ agent_id: 'night', activity: 'Busy', seconds: 21_600 }),
    ]);
  });
});

describe('who never logs off', () => {
  it('is available for twelve hours, and then not known', async () => {
    expect(await dayOf('forgot')).toMatchObject({
      ...{ available_seconds: 43_200, staffed_seconds: 43_200, offline_seconds: 0 },
      ...{ logout_at: null, staffed_at_end: false, ran_out: true },
    });
    expect(await ask('never-logged-off', ofOne)).toEqual([
      {
        ...{ day: DAY, agent_id: 'forgot', agent_name: 'Bo', activity: 'Available' },
        ...{ reason_code: null, entered_at: '2026-01-31 08:00:00' },
        last_known: '2026-01-31 20:00:00',
      },
    ]);
    expect(await quarterOf('available', '2026-01-31 19:45:00')).toMatchObject({ agents_peak: 1 });
    expect(await quarterOf('available', '2026-01-31 20:00:00')).toMatchObject({ agents_peak: 0 });
  });

  it('runs out only where staffed: who went offline twelve hours ago never did', async () => {
    expect(await dayOf('night')).toMatchObject({ offline_seconds: 43_200, ran_out: false });
  });
});

describe('what lasts no second', () => {
  it('is a change, but no time, no login and in no peak', async () => {
    expect(await dayOf('flicker')).toMatchObject({
      ...{ changes: 4, logins: 1, system_seconds: 0, available_seconds: 600 },
    });
    const none = { agents_peak: 0, agent_seconds: 0, agents_average: 0 };
    expect(await quarterOf('system', '2026-01-31 09:00:00')).toMatchObject(none);
    const { length } = await lake.rows(
      `SELECT * FROM agent_state_interval WHERE agent_id = 'flicker' AND activity = 'System Away'`,
    );
    expect(length).toBe(0);
  });
});

describe('a break', () => {
  it('goes on when its reason changes, and ends with what is none', async () => {
    expect(await dayOf('tea')).toMatchObject({
      ...{ break_seconds: 1_500, longest_break_seconds: 1_200, other_work_seconds: 600 },
    });
    // By reason it is three stays, none of them longer than ten minutes.
    expect(await ask('breaks-too-long', ofOne)).toEqual([]);
    expect(await ask('breaks-too-long', { ...ofOne, longer: '9m' })).toHaveLength(1);
  });
});

describe('a break over midnight', () => {
  it('is in each day as long as it lasts there', async () => {
    expect(await dayOf('tired', '2026-01-30', 'two')).toMatchObject({
      longest_break_seconds: 1_800,
    });
    expect(await dayOf('tired', DAY, 'two')).toMatchObject({
      ...{ break_seconds: 1_200, longest_break_seconds: 1_200 },
    });
  });
});

describe('quarters of an hour', () => {
  it('hold what of a stay lies in them', async () => {
    const rows = await lake.rows(
      `SELECT CAST(interval_start AS varchar) AS interval_start, seconds FROM agent_state_interval
       WHERE agent_id = 'long' AND activity = 'Training' ORDER BY interval_start`,
    );
    expect(rows.map((row) => [`${row.interval_start}`.slice(11, 16), row.seconds])).toEqual([
      ['05:15', 420],
      ['05:30', 900],
      ['05:45', 900],
      ['06:00', 900],
    ]);
  });

  it('never count who leaves and who comes in the same instant together', async () => {
    expect(await quarterOf('busy', '2026-01-31 11:00:00')).toMatchObject({
      ...{ agents_peak: 1, agent_seconds: 675, observed_seconds: 900, agents_average: 0.75 },
    });
  });

  it('are there for nobody too, and the last one as far as it is known', async () => {
    expect(await quarterOf('after_call', '2026-01-31 03:00:00')).toMatchObject({
      ...{ agents_peak: 0, agents_average: 0, observed_seconds: 900 },
    });
    // The watermark stands at 10:07:30.
    expect(await quarterOf('available', '2026-02-01 10:00:00')).toMatchObject({
      ...{ agents_peak: 1, agent_seconds: 450, observed_seconds: 450, agents_average: 1 },
    });
    expect(await quarterOf('available', '2026-02-01 10:15:00')).toBeUndefined();
    const rows = `SELECT count(*) AS rows FROM staffing_interval WHERE account_id = 'one' AND day = DATE '${DAY}'`;
    expect(await lake.rows(rows)).toEqual([{ rows: 96 * 9 }]);
  });
});

describe('a status without a group', () => {
  it('is staffed, apart from the others, and shown by what it costs', async () => {
    expect(await dayOf('yoga')).toMatchObject({
      ...{ staffed_seconds: 1_800, other_seconds: 1_800, login_at: '2026-01-31 12:00:00' },
    });
    expect(await ask('statuses-without-a-group', ofOne)).toEqual([
      { activity: 'Yoga', reason_code: null, hours: 0.5, agents: 1, events: 1 },
    ]);
  });
});

describe('names', () => {
  it('are those of the account, as far as there are any', async () => {
    const name = async (agent: string, accountId?: string) =>
      (await dayOf(agent, DAY, accountId))?.agent_name;
    expect([await name('night'), await name('night', 'two')]).toEqual(['Ann Lee', 'Cy Day']);
    expect([await name('forgot'), await name('flicker')]).toEqual(['Bo', 'flicker']);
  });

  it('of two agents who share one don’t make them one', async () => {
    const rows = await ask('timesheet', { ...ofOne, to: '2026-02-01' });
    const ann = rows.filter((row) => row.agent_name === 'Ann Lee');
    expect(ann.map((row) => [row.agent_id, row.day])).toEqual([
      ['night', DAY],
      ['works', '2026-02-01'],
    ]);
  });
});

describe('a day', () => {
  const labels = async (accountId: string, day: string) => {
    const rows = await lake.rows(
      `SELECT CAST(local_start AS varchar) AS local_start, offset_minutes, agents_peak FROM staffing_interval
       WHERE account_id = '${accountId}' AND day = DATE '${day}' AND is_total ORDER BY interval_start`,
    );
    return rows.map((row) => `${`${row.local_start}`.slice(11, 16)} ${row.offset_minutes}`);
  };

  it('has 25 hours where clocks are set back, one of them with the same labels', async () => {
    const quarters = await labels('york', '2026-11-01');
    expect(quarters).toHaveLength(100);
    expect(quarters.filter((label) => label.startsWith('01:15'))).toEqual([
      '01:15 -240',
      '01:15 -300',
    ]);
    expect(await dayOf('a', '2026-11-01', 'york')).toMatchObject({
      // Twenty-four hours after the last event nothing is known, one before the day ends.
      ...{ available_seconds: 86_400, ran_out: true, login_at: '2026-11-01 04:00:00' },
    });
  });

  it('begins at one where clocks skip midnight, and has 23 hours', async () => {
    const quarters = await labels('cairo', '2026-04-24');
    expect(quarters).toHaveLength(92);
    expect(quarters[0]).toBe('01:00 180');
    expect(await dayOf('a', '2026-04-24', 'cairo')).toMatchObject({
      ...{ available_seconds: 82_800, staffed_at_end: true, login_at: '2026-04-23 22:00:00' },
    });
  });

  it('of an agent has no more seconds than are known of it', async () => {
    const longer = await lake.rows(`
      SELECT day.agent_id FROM agent_day AS day
      JOIN (SELECT DISTINCT account_id, day, observed_from, observed_until FROM agent_stay) AS known
        ON known.account_id = day.account_id AND known.day = day.day
      WHERE staffed_seconds + offline_seconds > date_diff('second', known.observed_from, known.observed_until)`);
    expect(longer).toEqual([]);
  });
});

describe('a moment', () => {
  it('has who was there then, and not who left then', async () => {
    const at = (time: string) => ask('staffed-at', { ...ofOne, at: `${DAY}T${time}Z` });
    expect(await at('11:05:00')).toContainEqual({ activity_group: 'busy', agents: 1 });
    expect(await at('11:11:15')).not.toContainEqual(
      expect.objectContaining({ activity_group: 'busy' }),
    );
  });
});
