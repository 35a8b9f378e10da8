import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ReportData } from '../../../shared/report/report-data.ts';
import { ACCOUNT_ID, temporaryFolder } from '../activity-command.ts';
import { pulledAccount } from '../pulled-account.ts';

/** The events of one UTC day, which clocks in Nepal show as two. */
const DAYS = ['2025-03-11', '2025-03-12'];

const account = pulledAccount();
const { on, json } = account;

beforeAll(async () => {
  const accounts = [{ id: ACCOUNT_ID, reportTimeZone: 'Asia/Kathmandu' }];
  await writeFile(path.join(account.data, 'accounts.json'), JSON.stringify(accounts));
  expect(await on('derive', '--all')).toMatchObject({ code: 0 });
});

async function dataIn(file: string): Promise<ReportData> {
  const page = await readFile(file, 'utf8');
  return JSON.parse(/id="report">(.*?)<\/script>/s.exec(page)?.[1] ?? '');
}

describe('report', () => {
  it('writes pages that show what sql answers, and that lead to each other', async () => {
    const out = await temporaryFolder();
    const report = await on('report', '--days', '7', '--out', out);
    expect(report).toMatchObject({ code: 0, stderr: '' });
    const names = DAYS.map((day) => `activity-report-${ACCOUNT_ID}-${day}.html`);
    const lines = report.stdout.trim().split('\n');
    expect(lines).toEqual(
      names.map((name, at) =>
        expect.stringMatching(`^${DAYS[at]}  ${path.join(out, name)}  [\\d.]+ KB$`),
      ),
    );
    const answers = await json(
      'sql',
      `SELECT day, CAST(count(CASE WHEN staffed_seconds > 0 THEN 1 END) AS integer) AS seen,
              CAST(sum(staffed_seconds) AS bigint) AS staffed
       FROM agent_day GROUP BY day ORDER BY day`,
    );
    expect(answers).toHaveLength(2);
    for (const [at, name] of names.entries()) {
      const { day, figures, days, offsets } = await dataIn(path.join(out, name));
      const shown = { day, seen: figures?.agentsSeen, staffed: figures?.staffedSeconds };
      expect(shown).toEqual(answers[at]);
      expect(days.map(({ file }) => file)).toEqual(names);
      expect(offsets.map(({ minutes }) => minutes)).toEqual([345]);
    }
  });

  it('writes the last day there is when none is known as a whole, and links to no file that is not there', async () => {
    const file = path.join(await temporaryFolder(), 'page.html');
    const report = await on('report', '--out', file);
    expect(report).toMatchObject({ code: 0 });
    const { day, days } = await dataIn(file);
    expect([day, days.map((each) => each.file)]).toEqual([DAYS[1], [null, null]]);
  });

  it.each([
    [['--day', '2025-03-13'], '2025-03-11 to 2025-03-12'],
    [['--days', '2', '--out', 'x.html'], 'Name a folder with --out'],
  ])('says what is wrong: %j', async (wrong, words) => {
    const { code, stderr } = await on('report', ...wrong);
    expect([code, stderr]).toEqual([2, expect.stringContaining(words)]);
  });
});
