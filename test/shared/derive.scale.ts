import fc from 'fast-check';
import { Killed, killedAt } from './pipeline/call-gate.ts';
import { openedIn } from './pipeline/late-account.ts';
import { startTestLake, type TestLake } from './pipeline/test-lake.ts';

const zones = ['UTC', 'Asia/Kathmandu', 'America/New_York', 'Pacific/Kiritimati'];

let lake: TestLake;
beforeAll(async () => {
  lake = await startTestLake();
});
afterAll(() => lake.stop());

describe('derive', () => {
  it('leaves the stays as they are after one more run, whatever came late or was killed', async () => {
    const disturbance = fc.record({
      zone: fc.constantFrom(...zones),
      lateHours: fc.integer({ min: 0, max: 6 }),
      hours: fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 2, maxLength: 5 }),
      killedAt: fc.array(fc.nat(80), { minLength: 5, maxLength: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(disturbance, async ({ zone, lateHours, hours, killedAt: calls }) => {
        const account = await openedIn(lake, { reportTimeZone: zone, lateHours });
        const at = [...hours].sort((a, b) => a - b);
        for (const [index, hour] of at.entries()) {
          const onCall = killedAt(calls[index] ?? 0, index % 2 === 0 ? 'before' : 'after');
          await account
            .run(hour, { onCall })
            .catch((error) => expect(error).toBeInstanceOf(Killed));
        }
        expect((await account.run(71)).record.status).toBe('succeeded');
        await account.expectStays();
      }),
      { numRuns: 30 },
    );
  });
});
