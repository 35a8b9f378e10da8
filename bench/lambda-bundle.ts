import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { build } from 'esbuild';
import { startLocalAws } from '../local/aws.ts';
import { contactCentre } from '../local/simulator/contact-centre.ts';
import { startSimulator } from '../local/simulator/server.ts';
import { systemClock } from '../shared/clock.ts';
import { type Invocation, invoke } from '../test/infra/lambda-runtime.ts';
import { median } from './timing.ts';

/*
 * What the function's memory and timeout rest on: how long its bundle takes to load, against the AWS
 * clients alone, and the memory and processor time of runs for small and very large accounts.
 * Run it after `npx cdk synth --quiet`, which makes the bundle, on an idle machine.
 */

const LOADS = 21;
const DAY_MS = 86_400_000;
/** The heap that Lambda leaves to Node.js of 1,024 MB. */
const HEAP = '--max-old-space-size=900';
const client = { clientId: 'cs-bench', clientSecret: 'a-secret-for-the-benchmark-0123456789' };

const say = (line: string) => process.stdout.write(`${line}\n`);

async function clientsAlone(folder: string): Promise<string> {
  await build({
    stdin: {
      contents: `
        import { S3Client, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
        import { SecretsManagerClient, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
        import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
        import { DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
        export const used = [S3Client, SecretsManagerClient, DynamoDBClient, DynamoDBDocumentClient, GetObjectCommand, PutObjectCommand, GetSecretValueCommand, GetCommand, PutCommand, UpdateCommand];
        export const handler = async () => ({});`,
      resolveDir: process.cwd(),
    },
    outfile: join(folder, 'index.mjs'),
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    // As in the function's bundle.
    external: ['ini', 'sso', 'process', 'web-identity', 'http', 'login']
      .map((name) => `@aws-sdk/credential-provider-${name}`)
      .concat('@smithy/credential-provider-imds'),
    banner: {
      js: `import{createRequire}from'node:module';const require=createRequire(import.meta.url);`,
    },
  });
  return folder;
}

async function loading(bundle: string, work: string): Promise<void> {
  const alone = await clientsAlone(join(work, 'clients'));
  const times = { bundle: [] as number[], alone: [] as number[] };
  const environment = { AWS_REGION: 'us-east-1' };
  for (let i = 0; i < LOADS; i++) {
    // Its settings are missing, so it fails at once: it is the loading that is measured.
    times.bundle.push((await invoke(bundle, environment, { job: 'pull' })).loadMs);
    times.alone.push((await invoke(alone, environment, {})).loadMs);
  }
  const [ours, theirs] = [median(times.bundle), median(times.alone)];
  say(
    `load: ${ours.toFixed(0)} ms, the clients alone ${theirs.toFixed(0)} ms: ${(ours / theirs).toFixed(2)} ×`,
  );
}

async function runs(bundle: string, dataDir: string, agents: number): Promise<void> {
  const accountId = `agents-${agents}`;
  const toMs = Math.floor(systemClock.now() / 1_000) * 1_000 - 120_000;
  const fromMs = toMs - DAY_MS;
  const centre = contactCentre({ seed: 5, agents, fromMs, toMs });
  const simulator = await startSimulator({ accountId, centre, ...client });
  const names = { bucket: 'lake', checkpointTable: 'checkpoint' };
  const aws = await startLocalAws({ dataDir, ...names });
  Object.assign(process.env, aws.environment);
  await new SecretsManagerClient({}).send(
    new CreateSecretCommand({ Name: accountId, SecretString: JSON.stringify(client) }),
  );
  const settings = {
    accountId,
    host: simulator.url,
    start: new Date(fromMs).toISOString(),
    requestsPerMinute: 10_000,
    credentialsSecret: accountId,
    ...names,
  };
  const environment = { ...aws.environment, ACTIVITY_SETTINGS: JSON.stringify(settings) };
  const pull = () => invoke(bundle, environment, { job: 'pull' }, { nodeOptions: [HEAP] });
  const row = (what: string, { result, cpuMs, peakMegabytes, errorMessage }: Invocation) =>
    say(
      `${centre.events.length} events a day, ${what}: ${result?.status ?? errorMessage}, ` +
        `${(cpuMs / 1_000).toFixed(1)} s of processor, ${peakMegabytes.toFixed(0)} MB, ` +
        `${result?.duration_ms} ms`,
    );
  row('first day', await pull());
  row('every 5 minutes', await pull());
  await simulator.stop();
  await aws.stop();
}

const asset = readdirSync('cdk.out').find((name) => name.startsWith('asset.'));
if (asset === undefined) throw new Error('Run `npx cdk synth --quiet` first: it makes the bundle.');
const work = mkdtempSync(join(tmpdir(), 'bench-'));
const measured = async () => {
  const bundle = join('cdk.out', asset);
  await loading(bundle, work);
  for (const agents of [50, 500, 3_000, 6_000]) await runs(bundle, join(work, `${agents}`), agents);
};
measured().finally(() => rmSync(work, { recursive: true }));
