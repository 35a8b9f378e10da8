import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { Behaviour } from '../../../local/simulator/behaviour.ts';
import { contactCentre, type TruthEvent } from '../../../local/simulator/contact-centre.ts';
import { mentionsAgent } from '../../../shared/activity/agent-mentions.ts';
import { isRowOf } from '../../../shared/jobs/agent-holdings.ts';
import { eraseAgent, reasonOfErasure } from '../../../shared/jobs/erasure.ts';
import { verify } from '../../../shared/jobs/replay.ts';
import { jobs } from '../../../shared/jobs/scheduled.ts';
import { readBlock } from '../../../shared/lake/block-format.ts';
import { agentActivity, agents, rejectedActivity, tables } from '../../../shared/lake/tables.ts';
import type { LakeRun } from '../../../shared/run/lake-run.ts';
import { Killed, killedAt } from '../pipeline/call-gate.ts';
import { expectStaysOf } from '../pipeline/expected-stays.ts';
import {
  essence,
  essenceOfTruth,
  startTestLake,
  type TestAccount,
  type TestLake,
} from '../pipeline/test-lake.ts';

export const HOUR = 3_600_000;
export const startMs = Date.parse('2024-11-18T22:00:00Z');
export const centre = contactCentre({
  seed: 4,
  agents: 4,
  fromMs: startMs,
  toMs: startMs + 14 * HOUR,
});
export const endMs = startMs + 16 * HOUR;
/** Who did most, on both days. */
export const ann = centre.events.map(({ agentId }) => agentId).sort()[0] ?? '';
const others = centre.events.filter(({ agentId }) => agentId !== ann);
/** Without a status: nobody understands them. */
const broken = [
  ...centre.events.filter(({ agentId }) => agentId === ann).slice(0, 2),
  ...others.slice(0, 2),
].map((event): TruthEvent => ({ ...event, eventMs: event.eventMs + 1_000, activity: '' }));

let lake: TestLake;

/** To be called once by a file of tests. */
export function startErasures(): void {
  beforeAll(async () => {
    lake = await startTestLake();
  });
  afterAll(async () => {
    await lake.stop();
  });
}

export const erase = {
  name: 'erase',
  reason: reasonOfErasure('request 7', 'account', ann),
  work: (run: LakeRun) => eraseAgent(run, ann),
};

/** An account of two days, pulled in several runs that overlap; some of it withdrawn when it is checked. */
export async function pulled({
  behaviour = {},
  checked = false,
  runs = [7, 16],
}: {
  behaviour?: Partial<Behaviour>;
  checked?: boolean;
  runs?: readonly number[];
} = {}) {
  let nowMs = startMs;
  const account = await lake.simulated({
    ...{ events: [...centre.events, ...broken], agents: centre.agents },
    ...{ startMs, nowMs: () => nowMs, settings: { maxWindow: '6h' } },
    behaviour: { withdrawn: { share: 0.1, afterMs: 20 * HOUR }, ...behaviour },
  });
  const at = (ms: number, options: Partial<Parameters<TestAccount['run']>[0]> = {}) => {
    nowMs = ms;
    return account.run({ nowMs, clockMs: nowMs, ...options });
  };
  for (const hours of runs) await at(startMs + hours * HOUR);
  await at(endMs, { job: jobs.directory });
  if (checked) {
    await at(endMs + 30 * HOUR);
    await at(endMs + 30 * HOUR, { job: jobs.reconcile });
  }
  await lake.clients.s3.send(
    new PutObjectCommand({
      Bucket: 'lake',
      Key: `landing/account_id=${account.accountId}/dt=2024-11-18/refused_${'0'.repeat(64)}.gz`,
      Body: gzipSync(`<html>no access for ${ann}`),
    }),
  );
  await lake.clients.s3.send(
    new PutObjectCommand({
      Bucket: 'lake',
      Key: `reports/account_id=${account.accountId}/activity-report-x-2024-11-18.html`,
      Body: `<script>{"agentId":"${ann}"}</script>`,
    }),
  );
  return {
    ...account,
    at,
    lastMs: () => nowMs,
    erase: (options: Partial<Parameters<TestAccount['run']>[0]> = {}) =>
      account.run({ nowMs, clockMs: nowMs + HOUR, job: erase, ...options }),
    differences: async () => {
      const found: unknown[] = [];
      await account.ask(nowMs, (run) =>
        verify(run, {}, ({ differences }) => found.push(...differences)),
      );
      return found;
    },
  };
}

/** Every object of the lake that names the agent, whatever it is; blocks by their rows. */
export async function naming(account: TestAccount): Promise<readonly string[]> {
  const folder = join(lake.dataDir, 's3', 'lake');
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !file.includes(`account_id=${account.accountId}/`)) continue;
    const bytes = await readFile(file);
    const table = tables.find((each) => file.includes(`/blocks/${each.folder}/`));
    const names =
      table === undefined
        ? mentionsAgent(String(file.endsWith('.gz') ? gunzipSync(bytes) : bytes), ann)
        : readBlock(table, bytes).some((row) => isRowOf(row, ann));
    if (names) found.push(file.slice(folder.length));
  }
  return found;
}

export async function expectErased(account: TestAccount, untilMs = endMs) {
  expect(await naming(account)).toEqual([]);
  const stored = await account.rows(agentActivity);
  const happened = others.filter(({ eventMs }) => eventMs < untilMs - 90_000);
  expect(essence(stored)).toEqual(essenceOfTruth(happened));
  const rejected = broken.filter(({ agentId }) => agentId !== ann);
  expect(rejected.length).toBeGreaterThan(0);
  expect(await account.rows(rejectedActivity)).toHaveLength(rejected.length);
  const names = await account.rows(agents);
  expect(names.map(({ agent_id }) => agent_id)).toEqual(
    centre.agents
      .map(({ agentId }) => agentId)
      .filter((id) => id !== ann)
      .sort(),
  );
  await expectStaysOf(account);
}

export const ofLake = () => lake;

/** Positions of the calls of an erasure that write. */
export async function writesOfErasure(): Promise<readonly number[]> {
  const { gate } = await (await pulled({ runs: [16] })).erase();
  const writes = gate.calls.filter(({ writes }) => writes);
  expect(writes.length).toBeGreaterThan(20);
  return writes.map(({ index }) => index);
}

/** The process dies right after a call; then the command is given again. */
export async function killedAndMadeAgain(index: number): Promise<void> {
  const account = await pulled({ runs: [16] });
  const killed = await account.erase({ onCall: killedAt(index, 'after') }).catch((e) => e);
  expect([index, killed]).toEqual([index, expect.any(Killed)]);
  await account.erase();
  await expectErased(account);
  expect(await account.differences()).toEqual([]);
}
