import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import {
  ACCOUNT_ID,
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
let data: string;

beforeAll(async () => {
  account = await startAccount();
  data = await temporaryFolder();
  const pulled = await activity(
    ...['pull', ...account.options, '--data', data, '--from', FROM, '--now', NOW],
  );
  expect(pulled.code).toBe(0);
});

afterAll(() => account.simulator.stop());

const json = async (...args: string[]) => JSON.parse((await activity(...args, '--json')).stdout);

describe('replay', () => {
  it('verifies, names what is missing when blocks are gone, and gives them back', async () => {
    const verify = () => activity('replay', '--verify', '--data', data);
    expect(await verify()).toMatchObject({ code: 0, stdout: expect.stringContaining('Equal') });
    // A mistyped year is no proof.
    const nothing = await activity('replay', '--verify', '--data', data, '--from', '2052-03-11');
    expect(nothing).toMatchObject({ code: 2, stderr: expect.stringContaining('no rows') });
    const lake = path.join(data, 's3/activity-lake/activity');
    expect((await readdir(lake, { recursive: true })).length).toBeGreaterThan(1);
    await rm(lake, { recursive: true });
    const spoilt = await verify();
    expect(spoilt).toMatchObject({ code: 1 });
    expect(spoilt.stdout).toMatch(/missing +agent_id=/);

    const replay = ['replay', '--data', data, '--reason', 'blocks were lost'];
    const unasked = await activity(...replay);
    expect(unasked).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') });
    expect(await activity(...replay, '--yes')).toMatchObject({ code: 0 });
    expect(await storedEvents(data)).toEqual(asStored(account.truth));
    const [repaired] = await json('runs', '--data', data);
    expect(repaired).toMatchObject({ job: 'replay', reason: 'blocks were lost' });
    expect(repaired.actor).toMatch(/.@./);
  });
});

describe('watermark set and gaps', () => {
  it('leave a gap when the watermark skips something, and none when it is pulled after all', async () => {
    const set = (...more: string[]) =>
      activity('watermark', 'set', '--data', data, '--reason', 'a test', '--yes', ...more);
    const gaps = async () => (await json('gaps', '--data', data))[0].gaps;
    expect(await set('--to', '2025-03-11T12:00:00Z')).toMatchObject({ code: 0 });
    expect(await set('--to', '2025-03-11T13:00:00Z')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--skip'),
    });
    // What is refused is no run.
    const [last] = await json('runs', '--data', data);
    expect(last).toMatchObject({ job: 'watermark-set', status: 'succeeded' });
    expect(await set('--to', '2025-03-11T13:00:00Z', '--skip')).toMatchObject({ code: 0 });
    const [status] = await json('status', '--data', data);
    expect(status.gaps).toEqual([
      { from: '2025-03-11T12:00:00.000Z', to: '2025-03-11T13:00:00.000Z' },
    ]);
    expect(await gaps()).toEqual([
      { kind: 'left out', from: '2025-03-11T12:00:00.000Z', to: '2025-03-11T13:00:00.000Z' },
    ]);
    await set('--to', '2025-03-11T12:00:00Z');
    expect(await gaps()).toEqual([]);
  });

  it('say which option is missing', async () => {
    const [noTo, noReason, noDay] = await Promise.all([
      activity('watermark', 'set', '--data', data, '--reason', 'a test'),
      activity('watermark', 'set', '--data', data, '--to', FROM),
      activity('acknowledge-empty', '--data', data, '--day', '2025-02-30', '--reason', 'none'),
    ]);
    expect(noTo).toMatchObject({ code: 2, stderr: expect.stringContaining('--to') });
    expect(noReason).toMatchObject({ code: 2, stderr: expect.stringContaining('--reason') });
    expect(noDay).toMatchObject({ code: 2, stderr: expect.stringContaining('--day') });
  });
});

describe('acknowledge-empty', () => {
  it('refuses a day that was not checked', async () => {
    const refused = await activity(
      ...['acknowledge-empty', '--data', data, '--account-id', ACCOUNT_ID],
      ...['--day', '2025-03-11', '--reason', 'closed', '--yes'],
    );
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('not checked') });
  });
});
