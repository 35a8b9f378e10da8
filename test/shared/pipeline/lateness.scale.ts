import type { Behaviour } from '../../../local/simulator/behaviour.ts';
import { contactCentre } from '../../../local/simulator/contact-centre.ts';
import { startTestLake, type TestLake } from './test-lake.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** From one request to the next on the simulator's clock: late events come in between. */
const REQUEST_MS = 20_000;
const startMs = Date.parse('2024-11-20T06:00:00Z');
const centre = contactCentre({ seed: 7, agents: 60, fromMs: startMs, toMs: startMs + 6 * HOUR });

let lake: TestLake;
beforeAll(async () => {
  lake = await startTestLake();
});
afterAll(() => lake.stop());

/** Pulls of six hours: how many requests they took, and what was learned. */
async function sixHours(late: Behaviour['late']) {
  let tickMs = startMs;
  let asked = 0;
  const account = await lake.simulated({
    events: centre.events,
    behaviour: { late },
    nowMs: () => tickMs + asked * REQUEST_MS,
    startMs,
  });
  account.simulator.respondWith(() => {
    asked += 1;
    return undefined;
  });
  for (let minutes = 20; minutes <= 6 * 60; minutes += 20) {
    tickMs = startMs + minutes * MINUTE;
    asked = 0;
    const { record } = await account.run({ nowMs: tickMs });
    expect(record.status).toBe('succeeded');
  }
  const facts = (await account.checkpoint())?.facts;
  return { requests: account.simulator.requests.length, facts };
}

it('events that come while their window is read in halves are no limit, and cost few requests', async () => {
  const punctual = await sixHours(null);
  for (const late of [
    { share: 0.3, longestMs: 50 * MINUTE },
    { share: 0.6, longestMs: 5 * MINUTE },
  ]) {
    const { requests, facts } = await sixHours(late);
    expect(facts).toMatchObject({ rowCap: null, windowMs: null });
    expect(requests / punctual.requests).toBeLessThanOrEqual(1.3);
  }
});
