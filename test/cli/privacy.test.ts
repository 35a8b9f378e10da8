import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import {
  type Account,
  activity,
  FROM,
  NOW,
  startAccount,
  temporaryFolder,
} from './activity-command.ts';

let account: Account;
let data: string;
let agent: string;

beforeAll(async () => {
  account = await startAccount();
  data = await temporaryFolder();
  agent = account.truth[0]?.agentId ?? '';
  for (const args of [
    ['pull', ...account.options, '--data', data, '--from', FROM, '--now', NOW],
    ['directory', ...account.options, '--data', data],
  ]) {
    const { code, stderr } = await activity(...args);
    expect([code, stderr]).toEqual([0, expect.anything()]);
  }
});

afterAll(() => account.simulator.stop());

const ofAgent = () => account.truth.filter(({ agentId }) => agentId === agent);

describe('export', () => {
  it('says what is held of an agent, and writes it', async () => {
    const folder = path.join(await temporaryFolder(), 'ann');
    const { code, stdout } = await activity(
      ...['export', '--agent', agent, '--data', data, '--out', folder],
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`agent_activity +${ofAgent().length} rows, 2025-03-11 to`));
    expect(stdout).toMatch(/agents +1 row\n/);
    const csv = await readFile(path.join(folder, 'agent_activity.csv'), 'utf8');
    const times = csv.split('\r\n').slice(1, -1);
    expect(times).toHaveLength(ofAgent().length);
    for (const line of times) expect(line.split(',')[1]).toBe(agent);
    const whole = JSON.parse(await readFile(path.join(folder, 'export.json'), 'utf8'));
    expect(whole.agent_activity.map((row: Record<string, unknown>) => row.event_time)).toEqual(
      ofAgent()
        .map(({ eventMs }) => new Date(eventMs).toISOString())
        .sort(),
    );
    expect(whole.agents).toEqual([expect.objectContaining({ agent_id: agent })]);
    expect(whole.agent_stay.length).toBeGreaterThan(10);
    expect(whole.responses.length).toBeGreaterThan(0);
    expect((await stat(path.join(folder, 'export.json'))).mode & 0o077).toBe(0);
  });

  it('holds nothing of an agent that never was', async () => {
    const { code, stdout } = await activity(
      'export',
      '--agent',
      'nobody',
      '--data',
      data,
      '--json',
    );
    expect(code).toBe(0);
    const { account_id, agent_id, exported_at, ...held } = JSON.parse(stdout);
    expect(Object.values(held).every((list) => (list as unknown[]).length === 0)).toBe(true);
  });

  it('asks whose', async () => {
    const { code, stderr } = await activity('export', '--data', data);
    expect([code, stderr]).toEqual([2, expect.stringContaining('--agent')]);
  });
});
