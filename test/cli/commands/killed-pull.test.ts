import {
  activity,
  asStored,
  FROM,
  NOW,
  start,
  startAccount,
  storedEvents,
  temporaryFolder,
} from '../activity-command.ts';

const KILLS = 3;
const SEED = 20250311;

describe('pull killed with SIGKILL', () => {
  it('stores each event once when it is started again', async () => {
    const account = await startAccount({ repeatedShare: 0.1 });
    const data = await temporaryFolder();
    // Without lookback nothing mends what a run lost when it was killed.
    const windows = ['--from', FROM, '--now', NOW, '--max-window', '10m', '--lookback', '0s'];
    const pull = ['pull', ...account.options, '--data', data, ...windows];
    const draw = draws(SEED);
    let killed = 0;
    try {
      while (killed < KILLS) {
        // At one of its requests, or up to 30 ms later: while it lands, merges or advances.
        const { process, ended } = start(...pull);
        const [request, laterMs] = [1 + Math.floor(draw() * 6), Math.floor(draw() * 30)];
        let seen = 0;
        account.simulator.respondWith(() => {
          seen += 1;
          if (seen === request) setTimeout(() => process.kill('SIGKILL'), laterMs);
          return undefined;
        });
        const { code, signal } = await ended;
        expect({ code, signal }).toEqual({ code: null, signal: 'SIGKILL' });
        killed += 1;
      }
      account.simulator.respondWith(() => undefined);
      expect(await activity(...pull)).toMatchObject({ code: 0 });
      expect(await storedEvents(data)).toEqual(asStored(account.truth));
    } finally {
      await account.simulator.stop();
    }
  });
});

/** Always the same numbers in [0, 1) for the same seed (mulberry32). */
function draws(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
