import { cp, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import {
  ACCOUNT_ID,
  type Account,
  asStored,
  CLIENT_SECRET,
  FROM,
  NOW,
  startAccount,
  storedEvents,
  temporaryFolder,
} from '../activity-command.ts';
import { inProcess, type Said } from '../in-process.ts';

let account: Account;
beforeAll(async () => {
  account = await startAccount();
});
afterAll(() => account.simulator.stop());

const EARLIER = '2025-03-11T15:00:00Z';

/** Whatever is asked of a lake without a checkpoint leads to what brings it back. */
async function expectToldOfLoss(on: (...words: string[]) => Promise<Said>): Promise<void> {
  for (const words of [['status'], ['gaps'], ['state', 'show']]) {
    const { stdout } = await on(...words);
    expect(stdout).toMatch(/the checkpoint is lost: `.+ checkpoint rebuild --reason … --data /);
  }
  const why = ['--reason', 'a test', '--yes'];
  for (const words of [
    ['pull', '--dry-run', ...account.options],
    ['reconcile', ...account.options],
    ['backfill', '--from', '2025-03-01', '--to', '2025-03-02', ...account.options],
    ['watermark', 'set', '--to', FROM, ...why],
    ['derive', '--all'],
    ['state', 'export'],
  ]) {
    const { code, stderr } = await on(...words);
    expect(code).toBe(1);
    expect(stderr).toContain('the table has no checkpoint of it');
    expect(stderr).toMatch(/`.+ checkpoint rebuild --reason … --data /);
  }
}

it('a folder whose dynamodb/ is gone refuses to begin anew, and comes back whole', async () => {
  const data = await temporaryFolder();
  const on = (...words: string[]) => inProcess(...words, '--data', data);
  const pull = (now: string) => on('pull', ...account.options, '--from', FROM, '--now', now);
  expect(await pull(EARLIER)).toMatchObject({ code: 0 });
  const stored = await storedEvents(data);
  await rm(path.join(data, 'dynamodb'), { recursive: true });

  expect(await pull(NOW)).toMatchObject({
    ...{ code: 1, stderr: expect.stringContaining('checkpoint rebuild') },
  });
  await rm(path.join(data, 'dynamodb'), { recursive: true });
  await expectToldOfLoss(on);

  const rebuild = ['checkpoint', 'rebuild', '--reason', 'the table was lost'];
  const unasked = await on(...rebuild);
  expect(unasked).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') });
  expect(unasked.stdout).toContain('read up to 2025-03-11 14:58:30Z');
  expect(await on(...rebuild, '--yes')).toMatchObject({ code: 0 });
  const [told] = JSON.parse((await on('runs', '--json')).stdout);
  expect(told).toMatchObject({ job: 'checkpoint-rebuild', reason: 'the table was lost' });

  expect(await storedEvents(data)).toEqual(stored);
  expect(await pull(NOW)).toMatchObject({ code: 0 });
  expect(await storedEvents(data)).toEqual(asStored(account.truth));

  // To verify writes nothing: no run stands in the ledger for it.
  const runs = (await on('runs', '--json')).stdout;
  expect(await on('replay', '--verify')).toMatchObject({ code: 0 });
  expect((await on('runs', '--json')).stdout).toBe(runs);
});

it('goes on in a copy of the folder without its dynamodb/ from a state that was exported', async () => {
  const data = await temporaryFolder();
  const copy = await temporaryFolder();
  const file = path.join(await temporaryFolder(), 'state.json');
  const pull = (folder: string, now: string) =>
    inProcess('pull', ...account.options, '--data', folder, '--from', FROM, '--now', now);
  expect(await pull(data, EARLIER)).toMatchObject({ code: 0 });
  expect(await inProcess('state', 'export', '--data', data, '--file', file)).toMatchObject({
    code: 0,
  });
  const document = await readFile(file, 'utf8');
  expect(JSON.parse(document)).toMatchObject({
    ...{ format: 'agent-activity-state/1', account_id: ACCOUNT_ID, exported_from: data },
    ...{ checkpoint: { watermark: '2025-03-11T14:58:30.000Z', pinned_account_id: ACCOUNT_ID } },
  });
  expect(document).not.toContain(CLIENT_SECRET);

  await cp(path.join(data, 's3'), path.join(copy, 's3'), { recursive: true });
  const importing = ['state', 'import', '--file', file, '--data', copy, '--reason', 'a copy'];
  expect(await inProcess(...importing)).toMatchObject({
    ...{ code: 2, stderr: expect.stringContaining('--yes') },
    stdout: expect.stringContaining('read up to 2025-03-11 14:58:30Z; no checkpoint is here'),
  });
  expect(await inProcess(...importing, '--yes')).toMatchObject({ code: 0 });
  expect(await inProcess(...importing)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('there already'),
  });
  const [ran, ...others] = JSON.parse((await inProcess('runs', '--data', copy, '--json')).stdout);
  expect(ran).toMatchObject({ job: 'state-import', reason: 'a copy', status: 'succeeded' });
  expect(others).toEqual([]);
  expect(await pull(copy, NOW)).toMatchObject({ code: 0 });
  expect(await storedEvents(copy)).toEqual(asStored(account.truth));
});
