import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import {
  ACCOUNT_ID,
  type Account,
  activity,
  asStored,
  CLIENT_SECRET,
  type Ended,
  FROM,
  NOW,
  start,
  startAccount,
  storedEvents,
  temporaryFolder,
} from './activity-command.ts';

// Processes are started, and the machine may be slow.
jest.setTimeout(120_000);

let account: Account;
let data: string;
let pulled: Ended;

const pull = (...more: string[]) =>
  ['pull', ...account.options, '--data', data, '--from', FROM, ...more] as const;

beforeAll(async () => {
  account = await startAccount({
    repeatedShare: 0.1,
    order: 'newestFirst',
    rowCap: { rows: 150, keep: 'oldest', announcedBy: 'nothing' },
  });
  data = await temporaryFolder();
  pulled = await activity(...pull('--now', NOW));
});

afterAll(() => account.simulator.stop());

describe('pull', () => {
  it('stores each event once, though the source repeats rows and cuts its answers', async () => {
    expect(pulled).toMatchObject({ code: 0, signal: null });
    expect(await storedEvents(data)).toEqual(asStored(account.truth));
  });

  it('writes no block when it pulls again what is stored', async () => {
    const before = await blocks();
    const again = await activity(...pull('--now', NOW, '--lookback', '12h'));
    expect(again.code).toBe(0);
    expect(before).not.toEqual([]);
    expect(await blocks()).toEqual(before);
  });

  it('keeps the credentials out of every file and line', async () => {
    expect(pulled.stdout + pulled.stderr).not.toContain(CLIENT_SECRET);
    for (const file of await filesIn(data)) {
      expect({ file, secret: (await readFile(file)).includes(CLIENT_SECRET) }).toEqual({
        file,
        secret: false,
      });
    }
  });

  it('takes two accounts into one folder at the same time', async () => {
    const other = await startAccount({}, 'acc-2');
    const shared = await temporaryFolder();
    try {
      const both = await Promise.all(
        [account, other].map(({ options }) =>
          activity('pull', ...options, '--data', shared, '--from', FROM, '--now', NOW),
        ),
      );
      expect(both.map(({ code }) => code)).toEqual([0, 0]);
      expect(await storedEvents(shared)).toEqual(asStored(account.truth));
      expect(await storedEvents(shared, 'acc-2')).toEqual(asStored(other.truth));
    } finally {
      await other.simulator.stop();
    }
  });
});

describe('status, runs and sql', () => {
  it('say how far the account is', async () => {
    const { code, stdout } = await activity('status', '--data', data, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([
      {
        account_id: ACCOUNT_ID,
        watermark: '2025-03-11T19:58:30.000Z',
        start: '2025-03-11T08:00:00.000Z',
        events: account.truth.length,
        rejected: 0,
        learned: { pinned_account_id: ACCOUNT_ID },
        last_run: { status: 'succeeded' },
      },
    ]);
  });

  it('list the runs, newest first', async () => {
    const { code, stdout } = await activity('runs', '--data', data, '--json', '--limit', '1000');
    expect(code).toBe(0);
    const runs: { started_at: string; counts: { new: number } }[] = JSON.parse(stdout);
    expect(runs.map((run) => run.started_at)).toEqual(
      runs
        .map((run) => run.started_at)
        .toSorted()
        .toReversed(),
    );
    expect(runs.at(-1)?.counts.new).toBe(account.truth.length);
  });

  it('answer a query', async () => {
    const query = `SELECT count(*) AS n, min(dt) AS first, min(account_id) AS account, NULL AS nothing
      FROM agent_activity`;
    const { code, stdout } = await activity('sql', query, '--data', data, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual([
      { n: account.truth.length, first: '2025-03-11', account: ACCOUNT_ID, nothing: null },
    ]);
  });

  it('explain a wrong query', async () => {
    const { code, stdout, stderr } = await activity(
      'sql',
      'SELECT * FROM agentactivity',
      '--data',
      data,
    );
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('agent_activity');
  });
});

describe('pull --every', () => {
  it('ends with exit code 0 when it is interrupted', async () => {
    const folder = await temporaryFolder();
    const { process, ended } = start('pull', ...account.options, '--data', folder, '--every', '1h');
    process.stderr.on('data', (bytes) => {
      if (String(bytes).includes('Next pull')) process.kill('SIGINT');
    });
    expect(await ended).toMatchObject({ code: 0, signal: null });
  });
});

async function blocks() {
  const files = (await filesIn(data)).filter((file) => file.endsWith('.parquet'));
  return Promise.all(
    files.map(async (file) => {
      const { ino, mtimeMs } = await stat(file);
      return { file, ino, mtimeMs };
    }),
  );
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}
