import { openAccount } from '../../../cli/account/account.ts';
import { isConnectionLost, type Place } from '../../../cli/places/place.ts';
import { jobs } from '../../../shared/jobs/scheduled.ts';
import { accountSettingsSchema, parseSettings } from '../../../shared/settings.ts';
import { heldCredentials } from '../../../shared/smartassist/credentials.ts';
import { CallGate, gatedClients, throughGate } from '../../shared/pipeline/call-gate.ts';
import { readyJwt, startTestLake, type TestLake } from '../../shared/pipeline/test-lake.ts';

const HOUR_MS = 3_600_000;
const startMs = Date.parse('2025-03-11T08:00:00Z');
const nowMs = startMs + 6 * HOUR_MS;
const event = {
  ...{ agentId: 'a-1', eventMs: startMs + HOUR_MS, listedAtMs: startMs + HOUR_MS, seq: 0 },
  ...{ activity: 'Busy', reasonCode: null },
};
const names = { bucket: 'lake', checkpointTable: 'checkpoint' };

let lake: TestLake;
beforeAll(async () => {
  process.env.AWS_MAX_ATTEMPTS = '1';
  lake = await startTestLake(names);
});
afterAll(() => lake.stop());

/** A pull on a folder whose servers of one kind end right before a call, and are there again afterwards. */
async function pulledThrough(lost: RegExp, atCall: number) {
  const simulated = await lake.simulated({ events: [event], nowMs: () => nowMs, startMs });
  const clients = gatedClients();
  let refusing = false;
  let seen = 0;
  const gate = new CallGate(async ({ name }, make) => {
    refusing ||= lost.test(name) && seen++ === atCall;
    if (!refusing || !lost.test(name)) return make();
    throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  });
  const place = {
    kind: 'folder',
    use: async (action) => {
      while (true) {
        try {
          return await action(clients);
        } catch (error) {
          if (!isConnectionLost(error)) throw error;
          refusing = false;
        }
      }
    },
  } as Place;
  const { accountId, simulator } = simulated;
  const input = { ...names, accountId, host: simulator.url, credentialsSecret: 'unused' };
  const start = new Date(startMs).toISOString();
  const settings = parseSettings(accountSettingsSchema, { ...input, start }, 'test');
  const account = openAccount(place, settings, heldCredentials({ jwt: readyJwt }));
  const { record } = await throughGate(gate, () => account.run(jobs.pull, { nowMs }));
  return { record, runs: await simulated.ledger(), calls: seen };
}

describe('a run that was cut off from the servers of its folder', () => {
  it.each([
    ['the object store', /^S3 /],
    ['the checkpoint table', /^DynamoDB /],
    ['all of them', /^(S3|DynamoDB) /],
  ])('has stopped, at whichever call, and is made again: %s', async (_what, lost) => {
    const { calls } = await pulledThrough(lost, Number.POSITIVE_INFINITY);
    expect(calls).toBeGreaterThan(2);
    for (let atCall = 0; atCall < calls; atCall++) {
      const { record, runs } = await pulledThrough(lost, atCall);
      expect(record.status).toBe('succeeded');
      for (const { status, failure } of runs) {
        expect(['succeeded', 'stopped', 'superseded']).toContain(status);
        expect(failure).toBeUndefined();
      }
    }
  });
});
