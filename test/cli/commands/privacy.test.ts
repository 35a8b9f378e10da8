import { cp, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import {
  type Account,
  activity,
  asStored,
  FROM,
  NOW,
  startAccount,
  storedEvents,
  temporaryFolder,
} from '../activity-command.ts';

let account: Account;
let pulled: string;
let agent: string;

beforeAll(async () => {
  account = await startAccount();
  pulled = await temporaryFolder();
  agent = account.truth[0]?.agentId ?? '';
  for (const args of [
    ['pull', ...account.options, '--data', pulled, '--from', FROM, '--now', NOW],
    ['directory', ...account.options, '--data', pulled],
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
      ...['export', '--agent', agent, '--data', pulled, '--out', folder],
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
      pulled,
      '--json',
    );
    expect(code).toBe(0);
    const { account_id, agent_id, exported_at, ...held } = JSON.parse(stdout);
    expect(Object.values(held).every((list) => (list as unknown[]).length === 0)).toBe(true);
  });

  it('asks whose', async () => {
    const { code, stderr } = await activity('export', '--data', pulled);
    expect([code, stderr]).toEqual([2, expect.stringContaining('--agent')]);
  });
});

/** The folder once more, for what takes something out of it. */
async function copied(): Promise<string> {
  const folder = await temporaryFolder();
  await cp(pulled, folder, { recursive: true });
  return folder;
}

describe('erase', () => {
  let data: string;
  beforeAll(async () => {
    data = await copied();
  });
  const erase = (...more: string[]) =>
    activity('erase', '--agent', agent, '--data', data, '--reason', 'request 7', ...more);

  it('asks first, and leaves nothing that DuckDB or anybody else finds', async () => {
    const unasked = await erase();
    expect(unasked).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') });
    const { code, stdout } = await erase('--yes');
    expect(code).toBe(0);
    expect(stdout).toMatch(/Erased: \d+ rows removed, \d+ responses? rewritten/);
    const held = await activity('export', '--agent', agent, '--data', data, '--json');
    const { account_id, agent_id, exported_at, ...lists } = JSON.parse(held.stdout);
    expect(Object.values(lists).flat()).toEqual([]);
    // Every Parquet file there is, current or not.
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const files = `${data}/s3/activity-lake/blocks/**/*.parquet`;
    const found = await connection.runAndReadAll(
      `SELECT count(*), count(*) FILTER (agent_id = '${agent}')
       FROM read_parquet('${files}', union_by_name = true)`,
    );
    const [all, ofThem] = (found.getRows()[0] ?? []).map(Number);
    expect(all).toBeGreaterThan(100);
    expect(ofThem).toBe(0);
    connection.closeSync();
    instance.closeSync();
    for (const entry of await readdir(data, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const bytes = await readFile(path.join(entry.parentPath, entry.name));
      const text = String(entry.name.endsWith('.gz') ? gunzipSync(bytes) : bytes);
      expect([entry.name, text.includes(agent)]).toEqual([entry.name, false]);
    }
    expect(await storedEvents(data)).toEqual(
      asStored(account.truth.filter(({ agentId }) => agentId !== agent)),
    );
    const verified = await activity('replay', '--verify', '--data', data);
    expect(verified).toMatchObject({ code: 0, stdout: expect.stringContaining('Equal') });
    const runs = await activity('runs', '--data', data, '--json');
    const [record] = JSON.parse(runs.stdout);
    expect(record).toMatchObject({ job: 'erase', reason: expect.stringMatching(/^request 7 \(/) });
  });

  it('takes no reason that names the agent', async () => {
    const named = await activity(
      ...['erase', '--agent', 'x-9', '--data', data, '--reason', 'x-9 asked', '--yes'],
    );
    expect(named).toMatchObject({ code: 2, stderr: expect.stringContaining('names the agent') });
  });
});

describe('expire', () => {
  let data: string;
  beforeAll(async () => {
    data = await copied();
  });
  const expire = (...more: string[]) =>
    activity('expire', '--data', data, '--reason', 'works agreement', ...more);

  it('asks how long, and first, and lets go what is older', async () => {
    const [unsaid, unasked] = await Promise.all([expire('--yes'), expire('--keep-rows', '400d')]);
    expect(unsaid).toMatchObject({ code: 2, stderr: expect.stringContaining('--keep-rows') });
    expect(unasked).toMatchObject({ code: 2, stderr: expect.stringContaining('do not come back') });
    const before = (await storedEvents(data)).length;
    expect(before).toBeGreaterThan(50);
    // All of it happened longer ago than that.
    const { code, stdout } = await expire('--keep-rows', '35d', '--yes');
    expect(code).toBe(0);
    expect(Number(/^(\d+) rows/.exec(stdout)?.[1])).toBeGreaterThanOrEqual(before);
    expect(await storedEvents(data)).toEqual([]);
    const refused = await activity(
      ...['backfill', ...account.options, '--data', data],
      ...['--from', '2025-03-10', '--to', '2025-03-11'],
    );
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('expire') });
    // Its responses are still there, and bring nothing back.
    await activity('replay', '--data', data, '--reason', 'to see', '--yes');
    expect(await storedEvents(data)).toEqual([]);
  });
});
