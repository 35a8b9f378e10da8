import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { type Simulator, startSimulator } from '../../local/simulator/server.ts';
import {
  credentials,
  readyJwt,
  startTestLake,
  type TestLake,
} from '../shared/pipeline/test-lake.ts';
import type { Measured, MeasuredRun } from './measured-run.ts';

/*
 * A day of a million events, near half of them in its fullest four hours: each job that goes over days holds of it what
 * a row group and a response need, never an object for each event.
 */
const dayMs = Date.parse('2024-11-20T00:00:00Z');
const HOUR_MS = 3_600_000;
/** By hour. */
const EVENTS_A_SECOND = [...[1, 1, 1, 1, 1, 1, 8, 8], ...[32, 32, 32, 32, 20, 20, 20, 20]].concat([
  10, 10, 10, 10, 2, 2, 2, 2,
]);
const EVENTS = EVENTS_A_SECOND.reduce((sum, events) => sum + events * 3_600, 0);
const ACTIVITIES = ['Available', 'Busy', 'Away', 'Offline', 'notready'];
const MOST_MEGABYTES = 512;

/** What the source lists of a span: by a rule, for so many objects would take longer than the test. */
function answer(fromMs: number, toMs: number): string {
  const updates: string[] = [];
  const lastMs = Math.min(toMs, dayMs + 24 * HOUR_MS);
  for (let ms = Math.max(fromMs, dayMs); ms < lastMs; ms += 1_000) {
    const second = (ms - dayMs) / 1_000;
    const time = `11/20/2024 ${new Date(ms).toISOString().slice(11, 19)}`;
    for (let i = 0; i < (EVENTS_A_SECOND[Math.floor(second / 3_600)] ?? 0); i += 1) {
      updates.push(
        `{"AgentId":"agent-0000-4000-8000-${(second * 131 + i * 977) % 11_600}","EventTime":"${time}",` +
          `"Activity":"${ACTIVITIES[(second + i) % 5]}","ReasonCode":"${second % 3 === 0 ? 'Lunch' : ''}"}`,
      );
    }
  }
  return `{"AgentUpdates":[${updates.join()}]}`;
}

let lake: TestLake;
let simulator: Simulator;
let pulled: Measured;
beforeAll(async () => {
  lake = await startTestLake();
  simulator = await startSimulator({
    ...{ ...credentials, accountId: 'many' },
    centre: { agents: [], events: [] },
  });
  simulator.respondWith(({ url }) => {
    const asked = new URL(url ?? '', simulator.url).searchParams;
    const [from, to] = ['fromTimeStamp', 'toTimeStamp'].map((name) => asked.get(name) ?? '');
    return { status: 200, body: answer(Date.parse(from ?? ''), Date.parse(to ?? '')) };
  });
  pulled = await measured('pull');
});
afterAll(async () => {
  await simulator.stop();
  await lake.stop();
});

let hours = 27;

/** Runs a job an hour later than the one before. */
async function measured(job: string, settings = {}): Promise<Measured> {
  const told: MeasuredRun = {
    ...{ job, jwt: readyJwt, nowMs: dayMs + hours++ * HOUR_MS },
    settings: {
      ...{ bucket: 'lake', checkpointTable: 'checkpoint', credentialsSecret: 'none' },
      ...{ accountId: 'many', host: simulator.url, start: '2024-11-20', reconcileDays: 1 },
      ...{ maxWindow: '30m', requestsPerMinute: 100_000, ...settings },
    },
  };
  const script = ['--import', 'tsx', 'test/scale/measured-run.ts', JSON.stringify(told)];
  const run = spawn(process.execPath, script, { env: process.env });
  const [stdout, stderr] = await Promise.all([
    text(run.stdout),
    text(run.stderr),
    once(run, 'close'),
  ]);
  if (run.exitCode !== 0) throw new Error(stderr);
  const found: Measured = JSON.parse(stdout);
  expect(found.status).toBe('succeeded');
  expect(found.peakMegabytes).toBeLessThan(MOST_MEGABYTES);
  return found;
}

describe('a run over a day of a million events stays under 512 MB when it', () => {
  it('pulls them', () => {
    expect(EVENTS).toBeGreaterThan(1_000_000);
    expect(pulled.events).toBeGreaterThanOrEqual(EVENTS);
  });

  it('checks the day', async () => {
    expect((await measured('reconcile')).events).toBeGreaterThanOrEqual(EVENTS);
  });

  it('derives the two days that it is in another zone', async () => {
    await measured('derive', { reportTimeZone: 'Asia/Kolkata' });
  });

  it('verifies it', async () => {
    expect((await measured('verify')).differences).toEqual([0]);
  });

  it('makes it again after its block was lost', async () => {
    const block = path.join(lake.dataDir, 's3', 'lake', 'blocks', 'activity', 'account_id=many');
    await rm(path.join(block, 'dt=2024-11-20'), { recursive: true });
    expect((await measured('replay')).differences).toEqual([EVENTS]);
  });

  it('proves its checkpoint', async () => {
    await measured('prove');
  });

  it('finds all of them withdrawn, when the source lists nothing any more', async () => {
    simulator.respondWith(() => ({ status: 200, body: answer(0, 0) }));
    hours += 24;
    await measured('pull');
    expect((await measured('reconcile', { reconcileDays: 2 })).withdrawn).toBe(EVENTS);
  });
});
