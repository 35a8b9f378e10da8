import {
  type Account,
  activity,
  asStored,
  FROM,
  NOW,
  start,
  startAccount,
  storedEvents,
  temporaryFolder,
} from '../activity-command.ts';
import { inProcess } from '../in-process.ts';

let account: Account;

beforeAll(async () => {
  account = await startAccount();
});

afterAll(() => account.simulator.stop());

describe('backfill into a folder', () => {
  it('goes on after SIGKILL and stores each event once', async () => {
    const data = await temporaryFolder();
    const span = ['--from', FROM, '--to', '2025-03-11T18:00:00.5Z', '--max-window', '1h'];
    const pull = ['pull', ...account.options, '--data', data];
    const unpulled = await inProcess('backfill', ...account.options, '--data', data, ...span);
    expect(unpulled).toMatchObject({ code: 2, stderr: expect.stringContaining('never pulled') });
    await inProcess(...pull, '--from', '2025-03-11T19:00:00Z', '--now', NOW);
    const backfill = ['backfill', ...account.options, '--data', data, ...span];
    const { process, ended } = start(...backfill, '--reason', 'the year-end report');
    let requests = 0;
    account.simulator.respondWith(() => {
      requests += 1;
      if (requests === 4) process.kill('SIGKILL');
      return undefined;
    });
    expect(await ended).toMatchObject({ signal: 'SIGKILL' });
    account.simulator.respondWith(() => undefined);

    const cancel = ['backfill', '--cancel', '20250311T080000Z_20250311T180001Z', '--data', data];
    const unasked = await inProcess(...cancel, '--reason', 'a mistake');
    expect(unasked).toMatchObject({ code: 2 });
    expect(unasked.stderr).toContain('--yes');

    const again = await activity(...backfill);
    expect(again).toMatchObject({ code: 0 });
    expect(again.stderr).toContain('goes on at');
    expect(await storedEvents(data)).toEqual(asStored(account.truth));

    const [listed, runs, done] = await Promise.all([
      inProcess('backfill', '--status', '--data', data, '--json'),
      inProcess('runs', '--data', data, '--json'),
      inProcess(...backfill),
    ]);
    expect(JSON.parse(listed.stdout)).toMatchObject([
      { status: 'done', to: '2025-03-11T18:00:01.000Z', position: '2025-03-11T18:00:01.000Z' },
    ]);
    const recorded: { job: string; reason?: string; actor?: string }[] = JSON.parse(runs.stdout);
    const adding = recorded.filter(({ job }) => job === 'backfill-add');
    expect(adding).toMatchObject([{ reason: 'the year-end report', actor: /.@./ }].map(matching));
    expect(done).toMatchObject({ code: 0 });
    expect(done.stdout).toContain('already');
  });
});

const matching = ({ actor, ...rest }: { actor: RegExp; reason: string }) => ({
  ...rest,
  actor: expect.stringMatching(actor),
});
