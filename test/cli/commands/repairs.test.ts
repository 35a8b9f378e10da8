import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { ACCOUNT_ID, asStored, storedEvents } from '../activity-command.ts';
import { pulledAccount } from '../pulled-account.ts';

const account = pulledAccount();
const { on, json } = account;

describe('replay', () => {
  it('verifies, names what is missing when blocks are gone, and gives them back', async () => {
    const verify = () => on('replay', '--verify');
    expect(await verify()).toMatchObject({ code: 0, stdout: expect.stringContaining('Equal') });
    // A mistyped year is no proof.
    const nothing = await on('replay', '--verify', '--from', '2052-03-11');
    expect(nothing).toMatchObject({ code: 2, stderr: expect.stringContaining('no rows') });
    const lake = path.join(account.data, 's3/activity-lake/activity');
    expect((await readdir(lake, { recursive: true })).length).toBeGreaterThan(1);
    await rm(lake, { recursive: true });
    const spoilt = await verify();
    expect(spoilt).toMatchObject({ code: 1 });
    expect(spoilt.stdout).toMatch(/missing +agent_id=/);

    const replay = ['replay', '--reason', 'blocks were lost'];
    const unasked = await on(...replay);
    expect(unasked).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') });
    expect(await on(...replay, '--yes')).toMatchObject({ code: 0 });
    expect(await storedEvents(account.data)).toEqual(asStored(account.truth));
    const [repaired] = await json('runs');
    expect(repaired).toMatchObject({ job: 'replay', reason: 'blocks were lost' });
    expect(repaired.actor).toMatch(/.@./);
  });
});

describe('watermark set and gaps', () => {
  it('leave a gap when the watermark skips something, and none when it is pulled after all', async () => {
    const set = (...more: string[]) =>
      on('watermark', 'set', '--reason', 'a test', '--yes', ...more);
    const gaps = async () => (await json('gaps'))[0].gaps;
    expect(await set('--to', '2025-03-11T12:00:00Z')).toMatchObject({ code: 0 });
    expect(await set('--to', '2025-03-11T13:00:00Z')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--skip'),
    });
    // What is refused is no run.
    const [last] = await json('runs');
    expect(last).toMatchObject({ job: 'watermark-set', status: 'succeeded' });
    expect(await set('--to', '2025-03-11T13:00:00Z', '--skip')).toMatchObject({ code: 0 });
    const [status] = await json('status');
    expect(status.gaps).toEqual([
      { from: '2025-03-11T12:00:00.000Z', to: '2025-03-11T13:00:00.000Z' },
    ]);
    expect(await gaps()).toEqual([
      { kind: 'left out', from: '2025-03-11T12:00:00.000Z', to: '2025-03-11T13:00:00.000Z' },
    ]);
    await set('--to', '2025-03-11T12:00:00Z');
    expect(await gaps()).toEqual([]);
  });
});

describe('acknowledge-empty', () => {
  it('refuses a day that was not checked', async () => {
    const refused = await on(
      ...['acknowledge-empty', '--account-id', ACCOUNT_ID],
      ...['--day', '2025-03-11', '--reason', 'closed', '--yes'],
    );
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('not checked') });
  });
});
