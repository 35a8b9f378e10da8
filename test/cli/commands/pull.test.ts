import { once } from 'node:events';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { readBlock } from '../../../shared/lake/block-format.ts';
import { agentActivity } from '../../../shared/lake/tables.ts';
import {
  ACCOUNT_ID,
  type Account,
  activity,
  asStored,
  CLIENT_SECRET,
  type Ended,
  FROM,
  NOW,
  type Started,
  start,
  startAccount,
  storedEvents,
  temporaryFolder,
  writeCredentials,
} from '../activity-command.ts';
import { inProcess } from '../in-process.ts';

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
    const again = await inProcess(...pull('--now', NOW, '--lookback', '12h'));
    expect(again.code).toBe(0);
    expect(before).not.toEqual([]);
    expect(await blocks()).toEqual(before);
  });

  it('needs no options but the folder after the first one, which keeps no secret', async () => {
    const kept = await readFile(path.join(data, 'accounts.json'), 'utf8');
    expect(kept).not.toContain(CLIENT_SECRET);
    expect(JSON.parse(kept)).toMatchObject([{ id: ACCOUNT_ID, host: account.simulator.url }]);
    const [alone, otherwise] = await Promise.all([
      inProcess('pull', '--data', data, '--now', NOW, '--json'),
      inProcess('pull', '--data', data, '--host', 'not a host'),
    ]);
    expect(alone.code).toBe(0);
    const at = expect.stringMatching(/^20.*Z$/);
    expect(JSON.parse(alone.stdout)).toMatchObject({
      ...{ at, account_id: ACCOUNT_ID, end: 'done', new: 0 },
    });
    expect(otherwise).toMatchObject({ code: 2, stderr: expect.stringContaining('not a host') });
  });

  it('says in a dry run what it would ask for, and asks nothing', async () => {
    const asked = account.simulator.requests.length;
    const { code, stdout } = await inProcess('pull', '--data', data, '--now', NOW, '--dry-run');
    expect(code).toBe(0);
    // In one window, or in those that the source was found to answer whole.
    for (const end of ['18:58:30Z', '19:58:30Z']) expect(stdout).toContain(`2025-03-11 ${end}`);
    expect(account.simulator.requests).toHaveLength(asked);
  });

  it('says that --from is ignored where a history has begun, and no sooner', async () => {
    const later = await inProcess(...pull('--now', NOW, '--from', '2025-03-11T09:00:00Z'));
    expect(later.code).toBe(0);
    expect(later.stderr).toContain('--from');
    expect(pulled.stderr).not.toContain('--from');
  });

  it('ends with exit code 2 when only the run finds a setting wrong', async () => {
    const [folder, tooEarly] = [await temporaryFolder(), ['--from', '2023-01-01']];
    const { code, stderr } = await inProcess(...pull('--now', NOW, '--data', folder, ...tooEarly));
    expect(code).toBe(2);
    expect(stderr).toContain('--earliest-date');
  });

  it('warns of a --now that is ahead of the real clock, and with --quiet says nothing else', async () => {
    const folder = await temporaryFolder();
    const now = new Date(Date.now() + 48 * 3_600_000).toISOString();
    const ahead = [...account.options, '--data', folder, '--now', now, '--quiet'];
    const { stdout, stderr } = await inProcess('pull', ...ahead);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^warning: --now .*\n$/);
    // What was pulled is known from then on, though nothing says so.
    const kept = await readFile(path.join(folder, 'accounts.json'), 'utf8');
    expect(JSON.parse(kept)).toMatchObject([{ id: ACCOUNT_ID }]);
    expect(pulled.stderr).not.toContain('--now');
  });

  it('is found again by other tools through `files`, without superseded versions', async () => {
    const files = async (...more: string[]) => {
      const { code, stdout } = await inProcess('files', '--data', data, ...more);
      expect(code).toBe(0);
      return stdout.split('\n').slice(0, -1);
    };
    const table = ['--table', 'agent_activity'];
    const [all, before, as] = await Promise.all([
      files(...table),
      files(...table, '--to', '2025-03-10'),
      files(...table, '--from', '2025-03-11', '--to', '2025-03-11', '--json'),
    ]);
    expect(all).toHaveLength(1);
    const rows = readBlock(agentActivity, await readFile(all[0] ?? ''));
    expect(rows).toHaveLength(account.truth.length);
    expect(before).toEqual([]);
    expect(JSON.parse(as.join('\n'))).toEqual([
      { account_id: ACCOUNT_ID, dt: '2025-03-11', file: all[0] },
    ]);
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
    const { code, stdout } = await inProcess('status', '--data', data, '--json');
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

  it('say so of an account of which the directory alone was copied', async () => {
    const folder = await temporaryFolder();
    const copied = await inProcess('directory', ...account.options, '--data', folder);
    expect(copied.code).toBe(0);
    const { stdout } = await inProcess('status', '--data', folder, '--json');
    expect(JSON.parse(stdout)).toMatchObject([
      { account_id: ACCOUNT_ID, watermark: null, last_run: { job: 'directory' } },
    ]);
    expect((await inProcess('status', '--data', folder)).code).toBe(0);
  });

  it('list the runs, newest first', async () => {
    const { code, stdout } = await inProcess('runs', '--data', data, '--json', '--limit', '1000');
    expect(code).toBe(0);
    const runs: { run_id: string; started_at: string; counts: { new: number } }[] =
      JSON.parse(stdout);
    expect(runs.map((run) => run.started_at)).toEqual(
      runs
        .map((run) => run.started_at)
        .toSorted()
        .toReversed(),
    );
    const first = runs.at(-1);
    expect(first?.counts.new).toBe(account.truth.length);
    const shown = await inProcess('runs', 'show', first?.run_id.slice(0, 8) ?? '', '--data', data);
    expect(shown).toMatchObject({ code: 0 });
    expect(shown.stdout).toContain(`dt=${FROM.slice(0, 10)}/00000001-`);
    expect(shown.stdout).toContain('Events stored for the first time.');
  });

  it('answer a query', async () => {
    const query = `SELECT count(*) AS n, min(dt) AS first, min(account_id) AS account, NULL AS nothing
      FROM agent_activity`;
    const { code, stdout, stderr } = await inProcess('sql', query, '--data', data, '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual([
      { n: account.truth.length, first: '2025-03-11', account: ACCOUNT_ID, nothing: null },
    ]);
  });

  it('explain a wrong query', async () => {
    const { code, stdout, stderr } = await inProcess(
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
  /** It has gone round so many times more. */
  async function rounds({ process }: Started, count: number): Promise<void> {
    // Each says what it did in a line of JSON.
    for (let seen = 0; seen < count; ) {
      const [bytes] = await once(process.stdout, 'data');
      seen += String(bytes).split('\n').length - 1;
    }
  }

  it('ends with exit code 0 when it is interrupted', async () => {
    const folder = await temporaryFolder();
    const options = ['pull', ...account.options, '--data', folder, '--json'];
    const every = start(...options, '--every', '1h');
    await rounds(every, 1);
    every.process.kill('SIGINT');
    expect(await every.ended).toMatchObject({ code: 0, signal: null });
  });

  it('keeps its credentials when another process is given wrong ones', async () => {
    const folder = await temporaryFolder();
    const wrong = await writeCredentials({ clientId: 'cs-test', clientSecret: 'wrong' });
    const options = ['pull', ...account.options, '--data', folder, '--json'];
    const every = start(...options, '--every', '1s');
    await rounds(every, 1);
    expect((await activity(...options, '--credentials', wrong)).code).toBe(1);
    await rounds(every, 2);
    every.process.kill('SIGINT');
    await every.ended;
    const { stdout } = await inProcess('runs', '--data', folder, '--json', '--limit', '1000');
    const runs: { status: string }[] = JSON.parse(stdout);
    expect(runs.filter(({ status }) => status === 'failed')).toHaveLength(1);
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
