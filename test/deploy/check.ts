import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { S3Client } from '@aws-sdk/client-s3';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { contactCentre } from '../../local/simulator/contact-centre.ts';
import { startSimulator } from '../../local/simulator/server.ts';
import { systemClock } from '../../shared/clock.ts';
import { functionNameOf } from '../../shared/deployed-names.ts';
import { credentialsWanted } from '../../shared/settings.ts';
import { invoke, lambdaNode } from '../infra/lambda-runtime.ts';
import { keysUnder, listedEvents, storedEvents } from '../infra/stored-events.ts';
import { checkCommandLine } from './command-line.ts';

/*
 * Deploys the stack with the unmodified CDK CLI onto an emulated AWS, and runs the deployed function
 * there against the simulator. DEPLOY_EMULATOR names a command that deploys the app of this folder,
 * fails unless every resource has an id, and with --keep leaves the emulator running and prints the
 * environment to use it as lines `export NAME=value`.
 */

const STACK = 'agent-activity-lake';
const accountId = 'deployed-account';
/** Beside it, never asked: one differs from it by case alone. */
const others = ['Deployed-account', 'another_Z'];
const client = { clientId: 'cs-deployed', clientSecret: 'a-secret-for-the-emulator-0123456789' };
const DAY_MS = 86_400_000;
/** The simulator bears any number, and the budget counts real minutes. */
const REQUESTS_PER_MINUTE = 6_000;
const DEPLOY_TIMEOUT_MS = 300_000;

const say = (line: string) => process.stdout.write(`${line}\n`);

function holds(what: string, condition: boolean, seen: unknown): void {
  if (!condition) throw new Error(`${what}: NO. Seen: ${JSON.stringify(seen)}`);
  say(`✓ ${what}`);
}

interface DeployedFunction {
  readonly FunctionName: string;
  readonly Runtime: string;
  readonly Environment: { readonly Variables: Record<string, string> };
}

async function deployedFunction(
  environment: Record<string, string>,
  variable: 'ACTIVITY_SETTINGS' | 'REPORT_SETTINGS',
): Promise<DeployedFunction> {
  const response = await fetch(`${environment.AWS_ENDPOINT_URL}/2015-03-31/functions/`, {
    // The emulator tells the service by the scope of the signature, and looks at nothing else of it.
    headers: {
      authorization:
        'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=0',
    },
  });
  const { Functions } = (await response.json()) as { Functions: DeployedFunction[] };
  const found = Functions.find(
    ({ FunctionName, Environment }) =>
      variable in Environment.Variables &&
      (variable === 'REPORT_SETTINGS' || FunctionName === functionNameOf(STACK, accountId)),
  );
  if (found === undefined) throw new Error(`No function with ${variable} was deployed.`);
  return found;
}

interface Template {
  readonly Resources: Readonly<
    Record<
      string,
      {
        readonly Type: string;
        readonly Metadata?: Record<string, string>;
        readonly Properties: { readonly Environment?: { readonly Variables: object } };
      }
    >
  >;
}

const resourcesIn = (file: string) =>
  Object.values((JSON.parse(readFileSync(join('cdk.out', file), 'utf8')) as Template).Resources);

/** The folder of a function's code in `cdk.out`, as the templates name it. */
function deployedBundle(variable: string): string {
  const ofLake = resourcesIn(`${STACK}.template.json`);
  const ofAccounts = ofLake
    .filter(({ Type }) => Type === 'AWS::CloudFormation::Stack')
    .flatMap(({ Metadata }) => resourcesIn(Metadata?.['aws:asset:path'] ?? ''));
  const fn = [...ofLake, ...ofAccounts].find(
    ({ Type, Properties }) =>
      Type === 'AWS::Lambda::Function' && variable in (Properties.Environment?.Variables ?? {}),
  );
  return join('cdk.out', fn?.Metadata?.['aws:asset:path'] ?? '');
}

async function deploy(emulator: string, url: string, start: string) {
  const accounts = JSON.stringify([
    { id: accountId, host: url, start },
    ...others.map((id) => ({ id, host: 'smartassist.kore.ai', schedule: '2h' })),
  ]);
  const settings = ['-c', `accounts=${accounts}`, '-c', `requestsPerMinute=${REQUESTS_PER_MINUTE}`];
  settings.push('-c', 'nightlyReport=announced');
  // A process group of its own, so that the emulator ends with it whatever happens.
  const tool = spawn(emulator, ['--keep', ...settings], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: DEPLOY_TIMEOUT_MS,
  });
  const exit = new Promise<number | null>((resolve, reject) => {
    tool.once('error', reject);
    tool.once('exit', resolve);
  });
  const output = text(tool.stdout as Readable);
  return { tool, code: await exit, output: await output };
}

async function check(emulator: string): Promise<void> {
  const toMs = Math.floor(systemClock.now() / 1_000) * 1_000 - 600_000;
  // Yesterday is read whole, so that it can be checked; the day before is for a backfill.
  const fromMs = Math.floor(toMs / DAY_MS) * DAY_MS - DAY_MS;
  const centre = contactCentre({ seed: 11, agents: 60, fromMs: fromMs - DAY_MS, toMs });
  const simulator = await startSimulator({ accountId, centre, ...client });
  let tool: ChildProcess | undefined;
  try {
    const deployed = await deploy(emulator, simulator.url, new Date(fromMs).toISOString());
    tool = deployed.tool;
    say(deployed.output.replace(/^outputs:.*/ms, '').trim());
    holds(
      'the CDK CLI deployed it, and every resource has an id',
      deployed.code === 0,
      deployed.code,
    );
    const exported = [...deployed.output.matchAll(/export (\w+)=(\S+)/g)];
    const aws = Object.fromEntries(exported.map(([, name, value]) => [name, value]));
    Object.assign(process.env, aws);

    const { Runtime, Environment } = await deployedFunction(aws, 'ACTIVITY_SETTINGS');
    const settings = JSON.parse(Environment.Variables.ACTIVITY_SETTINGS ?? '');
    const environment = { ...aws, ...Environment.Variables };
    const bundle = deployedBundle('ACTIVITY_SETTINGS');
    say(
      `  ${Runtime}, run here by ${spawnSync(lambdaNode, ['-v'], { encoding: 'utf8' }).stdout.trim()}`,
    );

    const unfilled = await invoke(bundle, environment, { job: 'pull' });
    holds(
      'until its secret is filled it waits, and says what is wanted',
      unfilled.result?.status === 'waiting' &&
        JSON.stringify(unfilled.result).includes(JSON.stringify(credentialsWanted).slice(1, -1)),
      unfilled,
    );
    await new SecretsManagerClient({}).send(
      new PutSecretValueCommand({
        SecretId: settings.credentialsSecret,
        SecretString: JSON.stringify(client),
      }),
    );

    const runs = await Promise.all([1, 2].map(() => invoke(bundle, environment, { job: 'pull' })));
    const outcomes = runs.map(({ result, errorMessage }) => result?.status ?? errorMessage);
    holds(
      `two at the same time end well: ${outcomes.join(', ')}`,
      outcomes.every((status) => status === 'succeeded' || status === 'superseded'),
      runs,
    );
    const s3 = new S3Client({});
    const truth = listedEvents(simulator.truth(fromMs, toMs));
    const stored = await storedEvents(s3, settings.bucket, accountId);
    holds(
      `each of the ${truth.length} events is stored, and stored once`,
      truth.length > 0 && JSON.stringify(stored) === JSON.stringify(truth),
      { stored: stored.length, listed: truth.length },
    );
    const landed = await keysUnder(s3, settings.bucket, `landing/account_id=${accountId}/`);
    holds(`${landed.length} responses landed`, landed.length > 0, landed);

    const derived = await keysUnder(s3, settings.bucket, `stays/account_id=${accountId}/`);
    holds(`the stays of ${derived.length} days are derived`, derived.length === 2, derived);
    const reporter = await deployedFunction(aws, 'REPORT_SETTINGS');
    const asked = { ...aws, ...reporter.Environment.Variables };
    const night = await invoke(deployedBundle('REPORT_SETTINGS'), asked, {
      ...{ accountId, reportTimeZone: 'UTC' },
    });
    holds(
      'the nightly report asks Athena, which here has no rows, so no day is whole',
      night.errorMessage === undefined && night.result === null,
      night,
    );

    const again = await invoke(bundle, environment, { job: 'pull' });
    holds(
      'a third run adds nothing',
      Number((again.result?.counts as { new?: number })?.new) === 0,
      again,
    );
    const directory = await invoke(bundle, environment, { job: 'directory' });
    holds('the directory is copied', directory.result?.status === 'succeeded', directory);

    await checkCommandLine({
      ...{ accountId, others, events: truth.length, fromMs, secret: client.clientSecret, holds },
      pullAsDeployed: () => invoke(bundle, environment, { job: 'pull' }),
    });
    const history = listedEvents(simulator.truth(fromMs - DAY_MS, toMs));
    const all = await storedEvents(s3, settings.bucket, accountId);
    holds(
      `with the backfill each of ${history.length} events is stored, and stored once`,
      JSON.stringify(all) === JSON.stringify(history),
      { stored: all.length, listed: history.length },
    );
  } finally {
    await simulator.stop();
    if (tool?.pid !== undefined) stopGroup(tool.pid);
  }
}

function stopGroup(pid: number): void {
  try {
    process.kill(-pid);
  } catch (error) {
    if ((error as { code?: string }).code !== 'ESRCH') throw error;
  }
}

/** Why it can't be done on this machine, or `undefined`. */
function missing(emulator: string | undefined): string | undefined {
  if (!emulator) return 'DEPLOY_EMULATOR does not name an emulator to deploy to';
  const { status } = spawnSync('python3', ['-c', 'import moto.server']);
  return status === 0
    ? undefined
    : "python3 with moto is not here (pip install 'moto[server]==5.2.1')";
}

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
