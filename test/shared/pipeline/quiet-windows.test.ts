import type { Behaviour } from '../../../local/simulator/behaviour.ts';
import { verify } from '../../../shared/jobs/replay.ts';
import { agentActivity } from '../../../shared/lake/tables.ts';
import { type SimulatedAccount, startTestLake, type TestLake } from './test-lake.ts';

const HOUR = 3_600_000;
const startMs = Date.parse('2024-11-20T00:00:00Z');
/** Nothing happens but in the second and the fifth hour. */
const events = [1, 4].map((hour) => ({
  agentId: `a-${hour}`,
  eventMs: startMs + (hour + 0.5) * HOUR,
  activity: 'Busy',
  reasonCode: null,
  seq: 0,
  listedAtMs: startMs + (hour + 0.5) * HOUR,
}));
const agents = [{ agentId: 'a-1', firstName: 'Tony', lastName: 'Stark' }];

let lake: TestLake;
beforeAll(async () => {
  lake = await startTestLake();
});
afterAll(() => lake.stop());

const open = (behaviour: Partial<Behaviour>, listed: typeof agents = agents) =>
  lake.simulated({
    events,
    agents: listed as never,
    behaviour,
    nowMs: () => startMs + 24 * HOUR,
    startMs,
    settings: { maxWindow: '1h', lookback: '0s' },
  });
const watermark = async (account: SimulatedAccount) =>
  (((await account.checkpoint())?.watermarkMs ?? 0) + 90_000 - startMs) / HOUR;

describe('a source that gives no list when there is nothing', () => {
  it.each(['204', '404', 'null', 'noList'] as const)(
    'and answers %s is read to the end, and what it gave is evidence of a whole day',
    async (nothing) => {
      const account = await open({ nothing });
      const { record } = await account.run({ nowMs: startMs + 6 * HOUR });
      expect(record).toMatchObject({ status: 'succeeded', counts: { windows: 6, new: 2 } });
      expect(await account.keys('landing')).toHaveLength(6);
      const days: number[] = [];
      await account.ask(startMs + 6 * HOUR, (run) =>
        verify(run, {}, ({ differences }) => void days.push(differences.length)),
      );
      expect(days.length).toBeGreaterThan(0);
      expect(new Set(days)).toEqual(new Set([0]));
    },
  );

  it('is not believed at first when it lists no agents either', async () => {
    const account = await open({ nothing: '204' }, []);
    const { record } = await account.run({ nowMs: startMs + 6 * HOUR });
    expect(record.failure?.message).toMatch(/the directory lists no agents/);
    expect(await account.rows(agentActivity)).toEqual([]);
  });

  it.each(['204', '404', 'null', 'noList'] as const)(
    'is not believed when it answers %s also for a window that had events',
    async (nothing) => {
      const account = await open({});
      await account.run({ nowMs: startMs + 3 * HOUR });
      account.simulator.respondWith((request) => {
        if (request.url?.includes('/agents?')) return undefined;
        if (nothing === '204') return { status: 204, body: '' };
        if (nothing === '404') return { status: 404, body: '{"errors":[{"msg":"No data"}]}' };
        return { status: 200, body: nothing === 'null' ? 'null' : '{}' };
      });
      const { record } = await account.run({ nowMs: startMs + 6 * HOUR });
      expect(record.status).toBe('failed');
      expect(record.failure?.message).toMatch(/which had events, is no longer answered with any/);
      expect(await watermark(account)).toBe(3);
    },
  );

  it('is asked again, so that one stray answer hides nothing', async () => {
    const account = await open({});
    await account.run({ nowMs: startMs + 3 * HOUR });
    account.simulator.respondWith([{ status: 204, body: '' }]);
    await account.run({ nowMs: startMs + 3.9 * HOUR });
    account.simulator.respondWith([{ status: 404, body: '{"errors":[{"msg":"No data"}]}' }]);
    const { record } = await account.run({ nowMs: startMs + 6 * HOUR });
    expect(record).toMatchObject({ status: 'succeeded', counts: { new: 1 } });
  });
});

describe('evidence of what is no answer', () => {
  it('is kept once, is no coverage, and is named', async () => {
    const account = await open({});
    await account.run({ nowMs: startMs + 3 * HOUR });
    const before = await account.keys('landing');
    account.simulator.respondWith(() => ({ status: 200, body: '<html>Sign in</html>' }));
    const [first] = [
      await account.run({ nowMs: startMs + 6 * HOUR }),
      await account.run({ nowMs: startMs + 7 * HOUR }),
    ];
    const kept = (await account.keys('landing')).filter((key) => !before.includes(key));
    expect(kept).toHaveLength(1);
    expect(first?.record.failure?.message).toContain(kept[0]);
    const landed = await account.ask(startMs + 7 * HOUR, ({ landing }) => landing.all());
    expect(landed.map(({ key }) => key).sort()).toEqual(before);
  });

  it('is not kept when it repeats the token', async () => {
    const account = await open({});
    account.simulator.respondWith(({ headers }) => ({
      status: 200,
      body: `<html>Sign in, ${headers.auth}</html>`,
    }));
    const { record } = await account.run({ nowMs: startMs + 6 * HOUR });
    expect(record.failure?.message).toMatch(/not JSON.*repeats the credentials/);
    expect(await account.keys('landing')).toEqual([]);
  });
});
