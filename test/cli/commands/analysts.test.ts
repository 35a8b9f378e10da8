import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { questions, valuesFor } from '../../../cli/commands/ask/questions.ts';
import { ACCOUNT_ID, FROM, NOW, startAccount, temporaryFolder } from '../activity-command.ts';
import { inProcess } from '../in-process.ts';

let data: string;
const on = (...args: readonly string[]) => inProcess(...args, '--data', data);
const accounts = (content: unknown) =>
  writeFile(path.join(data, 'accounts.json'), JSON.stringify(content));

beforeAll(async () => {
  data = await temporaryFolder();
  // Before there is anything else.
  await accounts([{ id: ACCOUNT_ID, reportTimeZone: 'UTC' }]);
  const account = await startAccount();
  const pulled = await on(
    'pull',
    ...account.options,
    '--from',
    FROM,
    '--now',
    NOW,
    '--max-window',
    '1d',
  );
  expect(pulled).toMatchObject({ code: 0 });
  await account.simulator.stop();
});
afterEach(() => rm(path.join(data, 'accounts.json'), { force: true }));

describe('ask', () => {
  it('lists the questions, and answers one of the day there is, in the zone of the folder', async () => {
    const { stdout } = await inProcess('ask');
    expect(stdout.split('\n').filter((line) => line !== '')).toHaveLength(12);
    await accounts([{ id: ACCOUNT_ID, activityGroups: [{ activity: 'Busy', group: 'break' }] }]);
    const answer = await on('ask', 'where-staffed-time-goes', '--day', '2025-03-11', '--json');
    const rows: { activity: string; activity_group: string; share: number }[] = JSON.parse(
      answer.stdout,
    );
    expect(rows.find((row) => row.activity === 'Busy')?.activity_group).toBe('break');
    expect(rows.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
  });

  it.each([
    [['ask', 'timesheets'], 'timesheet'],
    [['ask', 'timesheet', '--agent', 'a'], '--from and --to'],
    [['ask', 'what-an-agent-did'], '--agent'],
    [['ask', 'timesheet', '--day', '2025-02-30'], '--day'],
  ])('refuses %j and says what there is', async (args, said) => {
    const { code, stderr } = await on(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(said);
    expect(stderr).not.toContain('--account,');
  });
});

describe('the values of a question', () => {
  const named = (name: string) => questions().find((each) => each.name === name) as never;
  const last = { last: '2025-03-10', reportTimeZone: 'America/New_York' };

  it('are the last whole days, as many as its example has', () => {
    const values = valuesFor(named('staffing-by-weekday-and-hour'), { account: 'a' }, last);
    expect(values).toEqual({ account: 'a', from: '2025-02-11', to: '2025-03-10' });
  });

  it('take a time of day as local clocks show it, also where they skip it', () => {
    const at = (time: string, day: string) =>
      valuesFor(named('staffed-at'), { account: 'a', at: time, day }, last).at;
    expect(at('10:15', '2025-03-10')).toBe('2025-03-10T14:15:00');
    expect(at('10:15', '2025-03-07')).toBe('2025-03-07T15:15:00');
    expect(at('2025-03-10T10:15:00Z', '2025-03-10')).toBe('2025-03-10T10:15:00');
    // Clocks are set forward from 02:00 to 03:00.
    expect(at('02:30', '2025-03-09')).toBe('2025-03-09T07:00:00');
    for (const wrong of ['24:00', '7:15', '2025-03-09T10:15:00Z', 'noon']) {
      expect(() => at(wrong, '2025-03-10')).toThrow(/--at is .* no time of 2025-03-10/);
    }
  });
});

describe('the accounts of a folder', () => {
  it('change the days that stays are cut to, once all are derived', async () => {
    await accounts([{ id: ACCOUNT_ID, reportTimeZone: 'Pacific/Kiritimati' }]);
    const days = async () => {
      const query = 'SELECT DISTINCT day, day_started_at FROM agent_stay ORDER BY day';
      return JSON.parse((await on('sql', query, '--json')).stdout);
    };
    expect(await days()).toMatchObject([{ day_started_at: '2025-03-11 00:00:00' }]);
    expect((await on('derive')).stdout).toContain('2 days derived of ');
    expect(await days()).toEqual([
      { day: '2025-03-11', day_started_at: '2025-03-10 10:00:00' },
      { day: '2025-03-12', day_started_at: '2025-03-11 10:00:00' },
    ]);
    expect((await on('derive', '--all')).stdout).toContain('0 days derived of ');
  });

  it('are refused with the field that is wrong', async () => {
    await accounts([{ id: ACCOUNT_ID, reportTimeZone: 'Mars' }]);
    const { code, stderr } = await on('sql', 'SELECT 1');
    expect(code).toBe(2);
    expect(stderr).toMatch(/accounts\.json: 0\.reportTimeZone is "Mars".*IANA/);
    await writeFile(path.join(data, 'accounts.json'), '[{');
    expect((await on('ask', 'timesheet')).stderr).toContain('accounts.json');
  });
});
