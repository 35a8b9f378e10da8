import { cp, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { asStored, storedEvents, temporaryFolder } from '../activity-command.ts';
import { inProcess } from '../in-process.ts';
import { pulledAccount } from '../pulled-account.ts';

const account = pulledAccount();
let agent: string;

beforeAll(async () => {
  agent = account.truth[0]?.agentId ?? '';
  const { code } = await account.on('directory', ...account.options);
  expect(code).toBe(0);
});

const ofAgent = () => account.truth.filter(({ agentId }) => agentId === agent);

describe('export', () => {
  it('says what is held of an agent, and writes it', async () => {
    const folder = path.join(await temporaryFolder(), 'ann');
    const { code, stdout } = await account.on('export', '--agent', agent, '--out', folder);
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
    const { code, stdout } = await account.on('export', '--agent', 'nobody', '--json');
    expect(code).toBe(0);
    const { account_id, agent_id, exported_at, ...held } = JSON.parse(stdout);
    expect(Object.keys(held)).toEqual(expect.arrayContaining(['agent_activity', 'responses']));
    expect(Object.values(held).flat()).toEqual([]);
  });
});

/** The folder once more, for what takes something out of it. */
async function copied(): Promise<string> {
  const folder = await temporaryFolder();
  await cp(account.data, folder, { recursive: true });
  return folder;
}

describe('erase', () => {
  let data: string;
  beforeAll(async () => {
    data = await copied();
  });
  const erase = (...more: string[]) =>
    inProcess('erase', '--agent', agent, '--data', data, '--reason', 'request 7', ...more);

  it('asks first, and leaves nothing that DuckDB or anybody else finds', async () => {
    const unasked = await erase();
    expect(unasked).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') });
    const { code, stdout } = await erase('--yes');
    expect(code).toBe(0);
    expect(stdout).toMatch(/Erased: \d+ rows removed, and the stays .*; \d+ responses? rewritten/);
    const held = await inProcess('export', '--agent', agent, '--data', data, '--json');
    const { account_id, agent_id, exported_at, ...lists } = JSON.parse(held.stdout);
    expect(Object.keys(lists)).toEqual(expect.arrayContaining(['agent_activity', 'responses']));
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
    const again = await inProcess('erase', '--agent', 'a-nobody', '--data', data, '--reason', 'x');
    expect(again.stderr).toContain('Nothing is held of an agent a-nobody');
    const verified = await inProcess('replay', '--verify', '--data', data);
    expect(verified).toMatchObject({ code: 0, stdout: expect.stringContaining('Equal') });
    const runs = await inProcess('runs', '--data', data, '--json');
    const [record] = JSON.parse(runs.stdout);
    expect(record).toMatchObject({ job: 'erase', reason: expect.stringMatching(/^request 7 \(/) });
  });

  it('takes no reason that names the agent', async () => {
    const named = await inProcess(
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
    inProcess('expire', '--data', data, '--reason', 'works agreement', ...more);

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
    const refused = await inProcess(
      ...['backfill', ...account.options, '--data', data],
      ...['--from', '2025-03-10', '--to', '2025-03-11'],
    );
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('expire') });
    // Its responses are still there, and bring nothing back.
    await inProcess('replay', '--data', data, '--reason', 'to see', '--yes');
    expect(await storedEvents(data)).toEqual([]);
  });
});
