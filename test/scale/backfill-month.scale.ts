import { contactCentre } from '../../local/simulator/contact-centre.ts';
import { draw } from '../../local/simulator/draw.ts';
import { startSimulator } from '../../local/simulator/server.ts';
import { jobs } from '../../shared/jobs/scheduled.ts';
import { agentActivity } from '../../shared/lake/tables.ts';
import { credentials, startTestLake } from '../shared/pipeline/test-lake.ts';

/*
 * Too long for every day: a month of 500 agents, about a million events, by a source that fails two in
 * a hundred requests, in runs of a Lambda function's length. `npm run test:scale`.
 */

const DAY = 86_400_000;
const fromMs = Date.parse('2024-10-20T00:00:00Z');
const toMs = fromMs + 30 * DAY;
const LAMBDA_MS = 270_000;

it('a backfill of 30 days for 500 agents ends complete, though two in a hundred requests fail', async () => {
  const lake = await startTestLake();
  const centre = contactCentre({ seed: 30, agents: 500, fromMs, toMs });
  const accountId = 'month';
  const simulator = await startSimulator({
    ...{ ...credentials, accountId, centre, behaviour: { repeatedShare: 0.01 } },
    nowMs: () => toMs + DAY,
  });
  let [requests, failed] = [0, 0];
  simulator.respondWith(() => {
    requests += 1;
    const fate = draw('fails', requests);
    if (fate >= 0.02) return undefined;
    failed += 1;
    return { status: fate < 0.01 ? 503 : 500, body: '{"errors":[{"msg":"try again"}]}' };
  });
  try {
    const start = new Date(toMs).toISOString();
    const account = await lake.account({
      ...{ accountId, host: simulator.url, start, requestsPerMinute: 30, maxResponseMegabytes: 8 },
    });
    const run = { nowMs: toMs + DAY, timeMs: LAMBDA_MS, job: jobs.backfill };
    const span = { fromMs, toMs, positionMs: fromMs };
    await account.ask(run.nowMs, ({ backfills }) =>
      backfills.add({ ...span, name: 'month', status: 'active', addedAtMs: 0, by: 'test' }),
    );
    const statuses: string[] = [];
    while (statuses.at(-1) !== 'succeeded') {
      const { record } = await account.run(run);
      statuses.push(record.status);
      expect(record.failure).toBeUndefined();
    }
    expect(statuses.length).toBeGreaterThan(1);
    expect(failed).toBeGreaterThan(requests / 100);

    const seen = new Set<string>();
    let stored = 0;
    for (const rows of (await account.blocks(agentActivity)).values()) {
      for (const { agent_id, event_time, activity, reason_code, occurrence } of rows) {
        seen.add(`${agent_id} ${event_time} ${activity} ${reason_code} ${occurrence}`);
        stored += 1;
      }
    }
    expect(stored).toBe(seen.size);
    const told = new Map<string, number>();
    for (const { agentId, eventMs, activity, reasonCode } of centre.events) {
      const change = `${agentId} ${eventMs} ${activity} ${reasonCode}`;
      const occurrence = (told.get(change) ?? 0) + 1;
      told.set(change, occurrence);
      if (!seen.delete(`${change} ${occurrence}`)) throw new Error(`missing: ${change}`);
    }
    expect(seen.size).toBe(0);
    process.stdout.write(
      `${stored} events, ${requests} requests, ${failed} failed, runs: ${statuses.join(', ')}\n`,
    );
  } finally {
    await simulator.stop();
    await lake.stop();
  }
}, 600_000);
