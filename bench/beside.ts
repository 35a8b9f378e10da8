import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Behaviour } from '../local/simulator/behaviour.ts';
import { contactCentre, type TruthEvent } from '../local/simulator/contact-centre.ts';
import { startSimulator } from '../local/simulator/server.ts';
import { HOUR_MS } from '../shared/activity/instant.ts';
import { jobs } from '../shared/jobs/scheduled.ts';
import { agentActivity } from '../shared/lake/tables.ts';
import { credentials, startTestLake } from '../test/shared/pipeline/test-lake.ts';

/**
 * What this product and others lose, and store twice, of the same two days of 100 agents, pulled once an hour. Each of the
 * others as its own documentation shows it for such an API, with an hour's overlap and a key of all the fields there are.
 *
 *     npx tsx bench/beside.ts [name …]        (PYTHON has what bench/beside/requirements.txt names; the script needs Python 3 alone)
 */
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

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
    const rows = await account.rows(agentActivity);
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

/** The others, each a program of `bench/beside/`: one process for all its pulls. */
const others: Readonly<Record<string, { readonly program: string; readonly needs: string }>> = {
  'a careful script': { program: 'careful_script.py', needs: 'json' },
  dlt: { program: 'dlt_pipeline.py', needs: 'dlt' },
  'Airbyte’s CDK': { program: 'airbyte_source.py', needs: 'airbyte_cdk' },
  'Meltano’s SDK': { program: 'singer_tap.py', needs: 'singer_sdk' },
};
const PYTHON = process.env.PYTHON ?? 'python3';

async function other(program: string, behaviour: Partial<Behaviour>): Promise<string> {
  let nowMs = FROM_MS;
  const source = { ...credentials, accountId: 'a', centre, behaviour, nowMs: () => nowMs };
  const simulator = await startSimulator(source);
  const folder = mkdtempSync(join(tmpdir(), 'beside-'));
  const iso = (ms: number) => new Date(ms).toISOString().replace('.000', '');
  const args = [join('bench/beside', program), simulator.url, 'a', iso(FROM_MS), folder];
  const child = spawn(PYTHON, args, {
    env: { ...process.env, TOKEN: credentials.readyJwt },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  const told = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  for (nowMs of pulls()) {
    child.stdin.write(`${iso(nowMs)}\n`);
    let line = await told.next();
    // They say more than they are asked.
    while (line.done !== true && line.value !== 'pulled') line = await told.next();
    if (line.done === true) throw new Error(`${program} ended before it had pulled everything.`);
  }
  child.stdin.end();
  for await (const _ of told);
  const [code] = await closed;
  if (code !== 0) throw new Error(`${program} failed.`);
  await simulator.stop();
  const rows: string[][] = JSON.parse(readFileSync(join(folder, 'rows.json'), 'utf8'));
  rmSync(folder, { recursive: true });
  return compared(
    rows.map(([agent = '', at, activity = '', reason = '']) =>
      keyOf(agent, Date.parse(`${at}Z`), activity, reason),
    ),
  );
}

async function main(): Promise<void> {
  const asked = process.argv.slice(2);
  const named = Object.entries(others).filter(
    ([name]) => asked.length === 0 || asked.includes(name),
  );
  const isThere = (needs: string) => spawnSync(PYTHON, ['-c', `import ${needs}`]).status === 0;
  const compete = named.filter(([, { needs }]) => isThere(needs));
  process.stdout.write(`${truth.length} events of two days and 100 agents, a pull an hour\n`);
  for (const [name] of named.filter((each) => !compete.includes(each))) {
    process.stdout.write(`${name} is not here: bench/beside/requirements.txt has it\n`);
  }
  process.stdout.write('\n');
  for (const [name, behaviour] of Object.entries(sources)) {
    process.stdout.write(`The source is ${name}\n`);
    for (const [title, { program }] of compete) {
      process.stdout.write(`  ${`${title}:`.padEnd(18)} ${await other(program, behaviour)}\n`);
    }
    const [pulled, checked] = await ours(behaviour);
    process.stdout.write(`  this product:      ${pulled}; after the nightly check ${checked}\n`);
  }
}

await main();
