import fc from 'fast-check';
import type { Behaviour } from '../../../local/simulator/behaviour.ts';
import { contactCentre } from '../../../local/simulator/contact-centre.ts';
import { type Simulator, startSimulator } from '../../../local/simulator/server.ts';
import { agentActivity } from '../../../shared/lake/tables.ts';
import { credentials, essence, essenceOfTruth, startTestLake, type TestLake } from './test-lake.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const startMs = Date.parse('2024-11-03T03:00:00Z');
const endMs = startMs + 12 * HOUR;
/** A day in which New York's clocks go back, with several changes inside one second. */
const centre = contactCentre({ seed: 7, agents: 30, fromMs: startMs, toMs: endMs });

let lake: TestLake;
let numbered = 0;
beforeAll(async () => {
  lake = await startTestLake();
});
afterAll(async () => {
  await lake.stop();
});

const behaviours: fc.Arbitrary<Partial<Behaviour>> = fc.record({
  late: fc.constantFrom(null, { share: 0.2, longestMs: 50 * MINUTE }),
  repeatedShare: fc.constantFrom(0, 0.3),
  order: fc.constantFrom('oldestFirst', 'newestFirst'),
  fromBound: fc.constantFrom('inclusive', 'exclusive'),
  toBound: fc.constantFrom('inclusive', 'exclusive'),
  rowCap: fc.option(
    fc.record({
      rows: fc.constantFrom(37, 100, 128, 250, 300),
      keep: fc.constantFrom('oldest', 'newest'),
      announcedBy: fc.constantFrom('nothing', 'nothing', 'hasMore', 'totalCount'),
    }),
    { nil: null },
  ),
  nothing: fc.constantFrom('list', '204', '404', 'null', 'noList'),
  casing: fc.constantFrom('pascal', 'camel'),
  eventTime: fc.constantFrom('documented', 'iso'),
  timeZone: fc.constantFrom('UTC', 'America/New_York', 'Asia/Kolkata'),
});

describe('whatever the source does within its contract', () => {
  it('the stored rows are the truth, once each, after runs at any times', async () => {
    await fc.assert(
      fc.asyncProperty(
        behaviours,
        fc.array(fc.integer({ min: 5, max: 240 }), { minLength: 1, maxLength: 6 }),
        fc.constantFrom('20m', '1h', '6h'),
        async (behaviour, pauses, maxWindow) => {
          numbered += 1;
          const accountId = `behaviour-${numbered}`;
          let nowMs = startMs + 5 * MINUTE;
          const simulator: Simulator = await startSimulator({
            ...credentials,
            accountId,
            centre,
            behaviour,
            nowMs: () => nowMs,
          });
          try {
            const account = await lake.account({
              accountId,
              host: simulator.url,
              start: new Date(startMs).toISOString(),
              maxWindow,
              sourceTimeZone: behaviour.timeZone,
            });
            for (const minutes of pauses) {
              nowMs += minutes * MINUTE;
              const { record } = await account.run({ nowMs });
              expect(record.failure).toBeUndefined();
              expect(record.status).toBe('succeeded');
            }
            // Late events arrive behind the watermark: the lookback of the next run finds them.
            const state = await account.checkpoint();
            nowMs = Math.max(nowMs, (state?.watermarkMs ?? 0) + 55 * MINUTE);
            await account.run({ nowMs });

            const settledMs = nowMs - 90_000;
            const listed = simulator
              .truth(startMs - 2_000, settledMs)
              .filter(({ eventMs, listedAtMs }) => eventMs >= startMs && listedAtMs <= nowMs);
            const stored = essence(await account.rows(agentActivity)).filter(
              ({ event_time }) => event_time < settledMs,
            );
            expect(stored).toEqual(essenceOfTruth(listed));
          } finally {
            await simulator.stop();
          }
        },
      ),
      { numRuns: 12, endOnFailure: true },
    );
  });
});
