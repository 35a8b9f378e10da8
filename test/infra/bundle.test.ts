import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type LocalAws, startLocalAws } from '../../local/aws.ts';
import { contactCentre } from '../../local/simulator/contact-centre.ts';
import { type Simulator, startSimulator } from '../../local/simulator/server.ts';
import { systemClock } from '../../shared/clock.ts';
import { readBlock, writeBlock } from '../../shared/lake/block-format.ts';
import { agentActivity } from '../../shared/lake/tables.ts';
import { credentialsWanted } from '../../shared/settings.ts';
import { lookThrough } from '../looked-through.ts';
import {
  type Deployment,
  functionOf,
  lakeBucket,
  only,
  resolved,
  secretOf,
  synthesized,
} from './deployment.ts';
import { invoke, lambdaNode } from './lambda-runtime.ts';
import { keysUnder, listedEvents, storedBlocks, storedEvents } from './stored-events.ts';

const accountId = 'acct-1';
const client = { clientId: 'cs-bundle', clientSecret: 'a-secret-that-stays-a-secret-0123456789' };
const HOUR_MS = 3_600_000;
const toMs = Math.floor(systemClock.now() / 1_000) * 1_000 - 600_000;
const fromMs = toMs - 5 * HOUR_MS;
const version = execFileSync(lambdaNode, ['--version'], { encoding: 'utf8' }).trim();

let dataDir: string;
let simulator: Simulator;
let aws: LocalAws;
let deployment: Deployment;
let asset: string;
let environment: Record<string, string>;
const environmentBefore = { ...process.env };

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'bundle-'));
  const centre = contactCentre({ seed: 7, agents: 100, fromMs, toMs });
  simulator = await startSimulator({ accountId, centre, ...client });
  const account = { id: accountId, host: simulator.url, start: new Date(fromMs).toISOString() };
  deployment = synthesized({ accounts: [account] });
  const names = {
    [lakeBucket(deployment)[0]]: 'lake',
    [only(deployment, 'AWS::DynamoDB::GlobalTable')[0]]: 'checkpoint',
  };
  aws = await startLocalAws({ dataDir, bucket: 'lake', checkpointTable: 'checkpoint' });
  Object.assign(process.env, aws.environment);

  const { Variables } = functionOf(deployment, accountId)[1].Properties.Environment as {
    Variables: unknown;
  };
  environment = { ...resolved<Record<string, string>>(Variables, names), ...aws.environment };
  const folder = readdirSync(deployment.folder).find((name) => name.startsWith('asset.'));
  asset = join(deployment.folder, folder ?? '');
  const Name = `${secretOf(deployment, accountId)[1].Properties.Name}`;
  const SecretString = JSON.stringify(client);
  await new SecretsManagerClient({}).send(new CreateSecretCommand({ Name, SecretString }));
  await new SecretsManagerClient({}).send(new CreateSecretCommand({ Name: 'empty' }));
});

afterAll(async () => {
  await simulator.stop();
  await aws.stop();
  process.env = environmentBefore;
  rmSync(dataDir, { recursive: true });
});

describe(`the bundle as it is deployed, under Node.js ${version}`, () => {
  it('is one file of at most 650 KB', () => {
    expect(readdirSync(asset)).toEqual(['index.mjs']);
    expect(statSync(join(asset, 'index.mjs')).size).toBeLessThanOrEqual(650_000);
  });

  it('waits, and says exactly what is wanted, until the secret is filled', async () => {
    const settings = {
      ...JSON.parse(`${environment.ACTIVITY_SETTINGS}`),
      credentialsSecret: 'empty',
    };
    const empty = { ...environment, ACTIVITY_SETTINGS: JSON.stringify(settings) };
    const asked = simulator.requests.length;
    const { result, errorMessage } = await invoke(asset, empty, { job: 'pull' });
    expect(errorMessage).toBeUndefined();
    const message = expect.stringContaining(credentialsWanted);
    expect(result).toMatchObject({ status: 'waiting', failure: { message } });
    expect(simulator.requests).toHaveLength(asked);
  });

  it('stores each event once when two run at the same time', async () => {
    const runs = await Promise.all([1, 2].map(() => invoke(asset, environment, { job: 'pull' })));
    for (const { result, errorMessage, log } of runs) {
      expect(errorMessage).toBeUndefined();
      expect(['succeeded', 'superseded']).toContain(result?.status);
      expect(result?.code_version).toBe(environment.CODE_VERSION);
      lookThrough(log);
    }
    const truth = listedEvents(simulator.truth(fromMs, toMs));
    expect(truth.length).toBeGreaterThan(20);
    expect(await storedEvents(new S3Client({}), 'lake', accountId)).toEqual(truth);
  });

  it('writes the bytes that this Node.js makes of the same rows', async () => {
    await invoke(asset, environment, { job: 'pull' });
    const blocks = await storedBlocks(new S3Client({}), 'lake', accountId);
    expect(blocks.length).toBeGreaterThan(0);
    for (const bytes of blocks) {
      const here = writeBlock(agentActivity, readBlock(agentActivity, bytes));
      expect(Buffer.compare(here, bytes)).toBe(0);
    }
  });

  it('copies the directory', async () => {
    const { result } = await invoke(asset, environment, { job: 'directory' });
    expect(result?.status).toBe('succeeded');
    expect(await keysUnder(new S3Client({}), 'lake', 'agents/')).toEqual([
      `agents/account_id=${accountId}/current`,
    ]);
  });
});
