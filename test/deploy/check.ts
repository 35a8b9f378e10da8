import { spawnSync } from 'node:child_process';
import { S3Client } from '@aws-sdk/client-s3';
import { contactCentre } from '../../local/simulator/contact-centre.ts';
import { startSimulator } from '../../local/simulator/server.ts';
import { systemClock } from '../../shared/clock.ts';
import { invoke, lambdaNode } from '../infra/lambda-runtime.ts';
import { keysUnder, listedEvents, storedEvents } from '../infra/stored-events.ts';
import { checkCommandLine } from './command-line.ts';
import { deployedBundle, deployedFunction } from './deployed-functions.ts';
import { deployedOnEmulator, type EmulatedAws, missing } from './emulated-aws.ts';
import { checkFirstRuns } from './first-runs.ts';
import { checkLifeCycle } from './life-cycle.ts';
import { checkLostTable } from './lost-table.ts';

/*
 * Deploys the stack with the unmodified CDK CLI onto an emulated AWS, and runs the deployed function
 * there against the simulator; changes the deployment, destroys it and takes it back.
 */

const accountId = 'deployed-account';
/** Beside it, never asked: one differs from it by case alone. */
const others = ['Deployed-account', 'another_Z'] as const;
const client = { clientId: 'cs-deployed', clientSecret: 'a-secret-for-the-emulator-0123456789' };
const DAY_MS = 86_400_000;
/** The simulator bears any number, and the budget counts real minutes. */
const REQUESTS_PER_MINUTE = 6_000;

const say = (line: string) => process.stdout.write(`${line}\n`);

function holds(what: string, condition: boolean, seen: unknown): void {
  if (!condition) throw new Error(`${what}: NO. Seen: ${JSON.stringify(seen)}`);
  say(`✓ ${what}`);
}

async function check(emulator: string): Promise<void> {
  const toMs = Math.floor(systemClock.now() / 1_000) * 1_000 - 600_000;
  // Yesterday is read whole, so that it can be checked; the day before is for a backfill.
  const fromMs = Math.floor(toMs / DAY_MS) * DAY_MS - DAY_MS;
  const centre = contactCentre({ seed: 11, agents: 60, fromMs: fromMs - DAY_MS, toMs });
  const simulator = await startSimulator({ accountId, centre, ...client });
  const accounts = [
    { id: accountId, host: simulator.url, start: new Date(fromMs).toISOString() },
    ...others.map((id) => ({ id, host: 'smartassist.kore.ai', schedule: '2h' })),
  ];
  const settings = (changed: Readonly<Record<string, unknown>> = {}) =>
    Object.entries({
      ...{ accounts, requestsPerMinute: REQUESTS_PER_MINUTE, nightlyReport: 'announced' },
      ...changed,
    }).flatMap(([name, value]) => ['-c', `${name}=${asContext(value)}`]);
  let aws: EmulatedAws | undefined;
  try {
    aws = await deployedOnEmulator(emulator, settings());
    say(aws.output);
    holds('the CDK CLI deployed it, and every resource has an id', aws.code === 0, aws.code);
    Object.assign(process.env, aws.environment);
    const { environment } = aws;

    const { Runtime } = await deployedFunction('ACTIVITY_SETTINGS', accountId);
    const { stdout } = spawnSync(lambdaNode, ['-v'], { encoding: 'utf8' });
    say(`  ${Runtime}, run here by ${stdout.trim()}`);
    const run = async (job: string) => {
      const { Environment } = await deployedFunction('ACTIVITY_SETTINGS', accountId);
      const given = { ...environment, ...Environment.Variables };
      return invoke(deployedBundle('ACTIVITY_SETTINGS'), given, { job });
    };
    const { bucket, credentialsSecret } = JSON.parse(
      (await deployedFunction('ACTIVITY_SETTINGS', accountId)).Environment.Variables
        .ACTIVITY_SETTINGS ?? '',
    );
    const s3 = new S3Client({});
    const everyEventOnce = async (when: string, sinceMs: number) => {
      const truth = listedEvents(simulator.truth(sinceMs, toMs));
      const stored = await storedEvents(s3, bucket, accountId);
      holds(
        `${when} each of ${truth.length} events is stored, and stored once`,
        truth.length > 0 && JSON.stringify(stored) === JSON.stringify(truth),
        { stored: stored.length, listed: truth.length },
      );
      return truth.length;
    };

    await checkFirstRuns({
      ...{ accountId, client, credentialsSecret, environment, holds, run },
      keysUnder: (folder) => keysUnder(s3, bucket, `${folder}/account_id=${accountId}/`),
      everyEventOnce: () => everyEventOnce('after two runs at once', fromMs),
    });
    await checkCommandLine({
      ...{ accountId, others, fromMs, secret: client.clientSecret, holds },
      events: simulator.truth(fromMs, toMs).length,
      pullAsDeployed: () => run('pull'),
    });
    const stored = (when: string) => everyEventOnce(when, fromMs - DAY_MS);
    await stored('with the backfill');
    const deployment = { accountId, accounts, bucket, settings };
    await checkLifeCycle({ ...deployment, holds, run, everyEventOnce: stored });
    await checkLostTable({ accountId, holds, run, everyEventOnce: stored });
  } finally {
    await simulator.stop();
    aws?.stop();
  }
}

/** `-c` takes text: lists as JSON. */
const asContext = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

const emulator = process.env.DEPLOY_EMULATOR;
const reason = missing(emulator);
if (reason !== undefined) {
  say(`Skipped, nothing was checked: ${reason}.`);
} else {
  check(emulator as string).catch((error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  });
}
