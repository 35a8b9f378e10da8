import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Behaviour } from '../local/simulator/behaviour.ts';
import { contactCentre, type TruthEvent } from '../local/simulator/contact-centre.ts';
import { startSimulator } from '../local/simulator/server.ts';
import type { AgentActivityRow } from '../shared/activity/event.ts';
import { jobs } from '../shared/jobs/scheduled.ts';
import { agentActivity } from '../shared/lake/tables.ts';
import { credentials, startTestLake } from '../test/shared/pipeline/test-lake.ts';

/**
 * What this product and a careful script lose, and store twice, of the same two days of 100 agents: the
 * script that one writes in an afternoon, with retries, an overlap, a key and atomic files.
 *
 *     npx tsx bench/script.ts        (needs Python 3, as PYTHON or python3)
 */
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

const HOUR_MS = 3_600_000;
const FROM_MS = Date.parse('2026-01-28T00:00:00Z');
const TO_MS = FROM_MS + 48 * HOUR_MS;
const EVERY_MS = HOUR_MS;

const sources: Readonly<Record<string, Partial<Behaviour>>> = {
  'as documented': {},
  'late by up to 40 minutes, rows repeated': {
    late: { share: 0.05, longestMs: 40 * 60_000 },
    repeatedShare: 0.03,
  },
  'late by up to 3 hours': { late: { share: 0.05, longestMs: 3 * HOUR_MS } },
  'cut to 200 rows without a word': {
    rowCap: { rows: 200, keep: 'newest', announcedBy: 'nothing' },
  },
};

const centre = contactCentre({ seed: 3, agents: 100, fromMs: FROM_MS, toMs: TO_MS });
const keyOf = (agent: string, atMs: number, activity: string, reason: string | null) =>
  JSON.stringify([agent, atMs, activity, reason ?? '']);
const truth = centre.events.map((event: TruthEvent) =>
  keyOf(event.agentId, event.eventMs, event.activity, event.reasonCode),
);

/** How many of what happened are not stored, and how many more are stored than happened. */
function compared(stored: readonly string[]): string {
  const left = new Map<string, number>();
  for (const key of truth) left.set(key, (left.get(key) ?? 0) + 1);
  for (const key of stored) left.set(key, (left.get(key) ?? 0) - 1);
  const counts = [...left.values()];
  const lost = counts.filter((n) => n > 0).reduce((sum, n) => sum + n, 0);
  const twice = counts.filter((n) => n < 0).reduce((sum, n) => sum - n, 0);
  return `${lost} lost (${((100 * lost) / truth.length).toFixed(1)} %), ${twice} twice`;
}

function pulls(): number[] {
  const times = [];
  for (let atMs = FROM_MS + EVERY_MS; atMs <= TO_MS + 6 * HOUR_MS; atMs += EVERY_MS)
    times.push(atMs);
  return times;
}

/** After the pulls, and after the nightly check. */
async function ours(behaviour: Partial<Behaviour>): Promise<readonly [string, string]> {
  const lake = await startTestLake();
  let nowMs = FROM_MS;
  const account = await lake.simulated({
    ...{ ...centre, behaviour, nowMs: () => nowMs, startMs: FROM_MS },
  });
  const stored = async () => {
    const rows = await account.rows<AgentActivityRow>(agentActivity);
    return compared(
      rows.map((row) => keyOf(row.agent_id, row.event_time, row.activity, row.reason_code)),
    );
  };
  for (nowMs of pulls()) await account.run({ nowMs, clockMs: nowMs });
  const pulled = await stored();
  const { record } = await account.run({ nowMs, clockMs: nowMs, job: jobs.reconcile });
  if (record.status !== 'succeeded') throw new Error('The nightly check did not end.');
  const checked = await stored();
  await lake.stop();
  return [pulled, checked];
}

async function script(behaviour: Partial<Behaviour>): Promise<string> {
  let nowMs = FROM_MS;
  const source = { ...credentials, accountId: 'a', centre, behaviour, nowMs: () => nowMs };
  const simulator = await startSimulator(source);
  const folder = mkdtempSync(join(tmpdir(), 'script-'));
  for (nowMs of pulls()) {
    const [now, start] = [nowMs, FROM_MS].map((ms) =>
      new Date(ms).toISOString().replace('.000Z', '+00:00'),
    );
    const args = ['bench/careful_script.py', simulator.url, 'a', `${now}`, `${start}`, folder];
    const child = spawn(process.env.PYTHON ?? 'python3', args, {
      env: { ...process.env, TOKEN: credentials.readyJwt },
      stdio: 'inherit',
    });
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error('The script failed.');
  }
  await simulator.stop();
  const days = readdirSync(folder).filter((name) => name.endsWith('.json'));
  const rows = days.flatMap((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
  rmSync(folder, { recursive: true });
  return compared(
    rows.map(([agent, at, activity, reason]) =>
      keyOf(agent, Date.parse(`${at}Z`), activity, reason),
    ),
  );
}

async function main(): Promise<void> {
  const lines = readFileSync('bench/careful_script.py', 'utf8').split('\n');
  const code = lines.filter((line) => line.trim() !== '' && !/^("""|#)/.test(line)).length;
  process.stdout.write(
    `${truth.length} events of two days and 100 agents, a pull an hour; a script of ${code} lines\n\n`,
  );
  for (const [name, behaviour] of Object.entries(sources)) {
    process.stdout.write(`The source is ${name}\n`);
    process.stdout.write(`  the script:    ${await script(behaviour)}\n`);
    const [pulled, checked] = await ours(behaviour);
    process.stdout.write(`  this product:  ${pulled}; after the nightly check ${checked}\n`);
  }
}

await main();
