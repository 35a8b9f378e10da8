import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type LocalAws, startLocalAws } from '../local/aws.ts';
import { type ContactCentre, contactCentre } from '../local/simulator/contact-centre.ts';
import { type Simulator, startSimulator } from '../local/simulator/server.ts';
import { buildFunctions } from '../packaging/functions.ts';
import { DAY_MS, HOUR_MS, isoInstant, MINUTE_MS } from '../shared/activity/instant.ts';
import { systemClock } from '../shared/clock.ts';
import { type Invocation, invoke, lambdaNode } from '../test/infra/lambda-runtime.ts';
import { atMost } from './aims.ts';

/*
 * What one function can do: the bundle as it is deployed, under the Node.js that Lambda runs, against the embedded servers and
 * the simulator, whose time and memory are not counted. Each account's day is pulled up to its busiest
 * hours; then come the ticks that merge into the fullest block of the day and derive it, and after midnight the check of the
 * whole day. A tick is tried with the least memory first, as much of it for the heap as Lambda gives, until it needs
 * no more than there is; what can be done only once has plenty, and so may need less than it took.
 *
 * What it takes in Lambda follows: a processor for each 1,769 MB, and never more than one for one thread.
 *
 *     npx tsx bench/capacity.ts [agents …]
 */
const MEMORIES = [256, 512, 1_024, 1_769, 3_008, 10_240] as const;
const MEGABYTES_A_PROCESSOR = 1_769;
/** To fill a lake with. */
const PLENTY = 3_008;
/** Of what the function has: the rest is for what is not the process's. */
const USABLE = 0.9;
/** Of Lambda; the function's own. */
const [LONGEST_SECONDS, TIMEOUT_SECONDS] = [900, 270];
const AIMED_AT = { agents: 6_000, megabytes: 512 };
const TICKS = 3;
const dayMs = Date.parse('2024-11-20T00:00:00Z');
/** Within the fullest four hours, after their busiest. */
const FULLEST_MS = dayMs + 11.5 * HOUR_MS;
const client = { clientId: 'cs-bench', clientSecret: 'a-secret-for-the-benchmark-0123456789' };

const say = (line: string) => process.stdout.write(`${line}\n`);

/** Of a function at whose clock it is another time. */
const clockShiftedBy = (ms: number) =>
  `--import=data:text/javascript,${encodeURIComponent(`
    const Real = Date;
    const now = () => Real.now() + ${ms};
    globalThis.Date = class extends Real {
      constructor(...given) { super(...(given.length === 0 ? [now()] : given)); }
      static now() { return now(); }
    };`)}`;

interface Account {
  readonly bundle: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Of the simulator. */
  readonly at: (nowMs: number) => void;
}

interface Tried {
  readonly megabytes: number;
  readonly run: Invocation;
}

async function tried(
  account: Account,
  job: string,
  atMs: number,
  megabytes: number,
): Promise<Tried> {
  account.at(atMs);
  const nodeOptions = [
    `--max-old-space-size=${Math.floor(megabytes * USABLE)}`,
    clockShiftedBy(atMs - systemClock.now()),
  ];
  const options = { nodeOptions, seconds: LONGEST_SECONDS };
  const run = await invoke(account.bundle, account.environment, { job }, options);
  return { megabytes, run };
}

const fits = ({ megabytes, run }: Tried) => run.peakMegabytes <= megabytes * USABLE;

/** With the least memory that is enough; the last try, where none is. */
async function withLeast(
  account: Account,
  job: string,
  atMs: () => number,
  from: number = MEMORIES[0],
): Promise<Tried> {
  let last: Tried | undefined;
  for (const megabytes of MEMORIES.filter((each) => each >= from)) {
    // Without memory Node.js ends, and there is no answer.
    last = await tried(account, job, atMs(), megabytes).catch(() => undefined);
    if (last !== undefined && fits(last)) break;
  }
  if (last === undefined) throw new Error(`${job} does not run with ${MEMORIES.at(-1)} MB.`);
  return last;
}

const leastFor = (run: Invocation) =>
  MEMORIES.find((megabytes) => fits({ megabytes, run })) ?? Number.POSITIVE_INFINITY;

/** Seconds that its processor time takes with so much memory. */
const secondsWith = (megabytes: number, { cpuMs }: Invocation) =>
  (cpuMs / 1_000) * Math.max(1, MEGABYTES_A_PROCESSOR / megabytes);

function row(events: number, agents: number, what: string, { megabytes, run }: Tried): void {
  const { result, errorMessage, cpuMs, peakMegabytes } = run;
  const seconds = MEMORIES.map((each) =>
    each < megabytes ? '' : secondsWith(each, run).toFixed(secondsWith(each, run) < 10 ? 1 : 0),
  );
  const cells = [
    ...[`${agents}`, `${events}`, what, `${result?.status ?? errorMessage}`],
    ...[(cpuMs / 1_000).toFixed(1), peakMegabytes.toFixed(0), ...seconds],
  ];
  say(`| ${cells.join(' | ')} |`);
}

async function measured(account: Account, { events }: ContactCentre, agents: number) {
  const show = (what: string, found: Tried) => row(events.length, agents, what, found);
  let nowMs = FULLEST_MS;
  const { run } = await tried(account, 'pull', nowMs, PLENTY);
  show('first run, half a day', { megabytes: leastFor(run), run });
  const next = () => {
    nowMs += 5 * MINUTE_MS;
    return nowMs;
  };
  const ticks: Tried[] = [];
  for (let index = 0; index < TICKS; index += 1) {
    ticks.push(await withLeast(account, 'pull', next, ticks[0]?.megabytes));
  }
  const byTime = ticks.sort((a, b) => a.run.cpuMs - b.run.cpuMs);
  show('tick, fullest block', byTime[TICKS >> 1] as Tried);
  nowMs = dayMs + DAY_MS + 3 * HOUR_MS;
  await tried(account, 'pull', nowMs, PLENTY);
  const check = await tried(account, 'reconcile', nowMs + MINUTE_MS, PLENTY);
  show('check of the day', { megabytes: leastFor(check.run), run: check.run });
  return { tick: byTime[TICKS >> 1] as Tried, check: check.run };
}

async function ofAccount(bundle: string, dataDir: string, agents: number): Promise<void> {
  const accountId = `agents-${agents}`;
  const centre = contactCentre({ seed: 5, agents, fromMs: dayMs, toMs: dayMs + DAY_MS });
  let nowMs = dayMs;
  const shifted = () => nowMs;
  let simulator: Simulator | undefined;
  let aws: LocalAws | undefined;
  try {
    simulator = await startSimulator({
      ...{ accountId, centre, ...client, nowMs: shifted, tokenClock: { now: shifted } },
    });
    const names = { bucket: 'lake', checkpointTable: 'checkpoint' };
    aws = await startLocalAws({ dataDir, ...names });
    Object.assign(process.env, aws.environment);
    await new SecretsManagerClient({}).send(
      new CreateSecretCommand({ Name: accountId, SecretString: JSON.stringify(client) }),
    );
    const settings = {
      ...{ accountId, host: simulator.url, start: isoInstant(dayMs), ...names },
      ...{ requestsPerMinute: 10_000, reconcileDays: 1, credentialsSecret: accountId },
    };
    const environment = { ...aws.environment, ACTIVITY_SETTINGS: JSON.stringify(settings) };
    const at = (ms: number) => {
      nowMs = ms;
    };
    const { tick, check } = await measured({ bundle, environment, at }, centre, agents);
    if (agents === AIMED_AT.agents) {
      const { megabytes } = AIMED_AT;
      const usable = Math.floor(megabytes * USABLE);
      const what = `${agents} agents with ${megabytes} MB`;
      atMost(`${what}, memory of a tick`, tick.run.peakMegabytes, usable, 'MB');
      atMost(`${what}, time of a tick`, secondsWith(megabytes, tick.run), TIMEOUT_SECONDS, 's');
      atMost(`${what}, memory of the nightly check`, check.peakMegabytes, usable, 'MB');
      atMost(
        `${what}, time of the nightly check`,
        secondsWith(megabytes, check),
        TIMEOUT_SECONDS,
        's',
      );
    }
  } finally {
    await simulator?.stop();
    await aws?.stop();
  }
}

const given = process.argv.slice(2).map(Number);
const work = mkdtempSync(join(tmpdir(), 'bench-capacity-'));
try {
  const version = execFileSync(lambdaNode, ['--version'], { encoding: 'utf8' }).trim();
  say(`Node.js ${version}. Seconds with so many MB; none where it needs more.\n`);
  const head = ['agents', 'events a day', '', 'ended', 'processor s', 'peak MB', ...MEMORIES];
  say(`| ${head.join(' | ')} |`);
  say(`|${head.map((_, index) => (index === 2 || index === 3 ? '---' : '---:')).join('|')}|`);
  await buildFunctions(join(work, 'functions'));
  const bundle = join(work, 'functions', 'activity');
  for (const agents of given.length > 0 ? given : [500, AIMED_AT.agents]) {
    await ofAccount(bundle, join(work, `${agents}`), agents);
  }
} finally {
  rmSync(work, { recursive: true });
}
