import { existsSync } from 'node:fs';
import { activity, temporaryFolder } from '../activity-command.ts';
import { inProcess } from '../in-process.ts';

describe('demo', () => {
  it('ends with the truth and the stored rows equal, in spite of a killed run', async () => {
    const data = await temporaryFolder();
    const first = await activity('demo', '--data', data);
    expect(first).toMatchObject({ code: 0 });
    expect(first.stdout).toContain('Every event is stored exactly once.');
    const pages = first.stdout.match(/\S+activity-report-demo-account-\S+\.html/g) ?? [];
    expect(pages.map((file) => existsSync(file))).toEqual([true, true]);
    const query = 'SELECT count(*) AS events FROM agent_activity';
    const { stdout } = await inProcess('sql', query, '--data', data, '--json');
    const [{ events }] = JSON.parse(stdout);
    const [, said = ''] = /stored in the lake +([\d,]+)/.exec(first.stdout) ?? [];
    expect(events).toBe(Number(said.replaceAll(',', '')));
    // A Saturday and its night have some 700.
    expect(events).toBeGreaterThan(500);
    const status = await inProcess('status', '--data', data, '--json');
    const [account] = JSON.parse(status.stdout);
    expect(account).toMatchObject({
      events,
      rejected: 5,
      stale_days: [],
      // In the first hour of a day (UTC) the one before yesterday is the last whole one.
      days: [{ confirmed: expect.stringMatching(/^(not yet|since)/) }],
    });
    const runs = await inProcess('runs', '--data', data, '--limit', '1000', '--json');
    const statuses = JSON.parse(runs.stdout).map((run: { status: string }) => run.status);
    expect(statuses.filter((status: string) => status === 'died')).toHaveLength(1);
  });
});
