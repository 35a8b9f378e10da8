import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { explainedByAws } from '../../cli/failure/aws-failure.ts';
import { accountIn } from '../../cli/places/open-place.ts';
import { openStack } from '../../cli/places/stack-place.ts';
import { type LocalAws, startLocalAws } from '../../local/aws.ts';
import type { LoopbackServer } from '../../local/loopback-server.ts';
import { selfSigned } from '../shared/self-signed.ts';
import {
  ACCOUNT_ID,
  type Account,
  activity,
  asStored,
  CLIENT_SECRET,
  type Ended,
  FROM,
  NOW,
  startAccount,
  storedEvents,
  temporaryFolder,
} from './activity-command.ts';
import { CALLER, startStandIn } from './deployed-stack.ts';

const BUCKET = 'activity-lake';
const RESOURCES = {
  LakeBucket: BUCKET,
  CheckpointTable: 'checkpoint',
  AthenaDatabase: 'lake_database',
};

const environmentBefore = { ...process.env };
let account: Account;
let data: string;
let aws: LocalAws;
let standIn: LoopbackServer;

beforeAll(async () => {
  account = await startAccount();
  data = await temporaryFolder();
  aws = await startLocalAws({ dataDir: data, bucket: BUCKET, checkpointTable: 'checkpoint' });
  const settings = (accountId: string) => ({
    ...{ accountId, host: account.simulator.url, start: FROM, requestsPerMinute: 100_000 },
    ...{ bucket: BUCKET, checkpointTable: 'checkpoint', credentialsSecret: 'lake/credentials' },
  });
  const lake = (name: string, accounts: Record<string, object | null>) => ({
    outputs: { ...RESOURCES, AthenaWorkgroup: name },
    accounts,
  });
  const stacks = {
    lake: lake('lake', { [ACCOUNT_ID]: settings(ACCOUNT_ID) }),
    // Somebody's own stack, with a lake of another name in it. Nobody may look at the last account: what is asked of
    // another does not ask of it.
    lakes: lake('centre', { b_Z: settings('b_Z'), 'a-1': settings('a-1'), unseen: null }),
    other: { outputs: { LakeBucketName: 'somebody-elses' }, accounts: {} },
    newer: lake('newer', { n: { ...settings('n'), yetUnknown: 1 } }),
  };
  standIn = await startStandIn(stacks, athena);
  Object.assign(process.env, aws.environment, { AWS_ENDPOINT_URL: standIn.endpoint });
  const secrets = new SecretsManagerClient({});
  await secrets.send(new CreateSecretCommand({ Name: 'lake/credentials' }));
  await secrets.send(
    new PutSecretValueCommand({
      SecretId: 'lake/credentials',
      SecretString: JSON.stringify({ clientId: 'cs-test', clientSecret: CLIENT_SECRET }),
    }),
  );
  secrets.destroy();
});

afterAll(async () => {
  process.env = environmentBefore;
  await standIn.close();
  await aws.stop();
  await account.simulator.stop();
});

function athena(operation: string, input: Record<string, unknown>): object {
  if (operation === 'StartQueryExecution') {
    return { QueryExecutionId: `${input.WorkGroup}: ${input.QueryString}` };
  }
  if (operation === 'GetQueryExecution') {
    return { QueryExecution: { Status: { State: 'SUCCEEDED' }, StatementType: 'DML' } };
  }
  const row = (...cells: string[]) => ({ Data: cells.map((VarCharValue) => ({ VarCharValue })) });
  const ColumnInfo = [
    { Name: 'asked', Type: 'varchar' },
    { Name: 'n', Type: 'bigint' },
  ];
  return {
    ResultSet: {
      ResultSetMetadata: { ColumnInfo },
      Rows: [row('asked', 'n'), row(String(input.QueryExecutionId), '7')],
    },
  };
}

const on = (stack: string, ...args: string[]) => activity(...args, '--stack', stack);

describe('with --stack', () => {
  let pulled: Ended;
  beforeAll(async () => {
    pulled = await on('lake', 'pull', '--now', NOW);
    expect(pulled).toMatchObject({ code: 0 });
  });

  it('pulls, counts, asks and records who did it, as on a folder', async () => {
    expect(pulled.stdout + pulled.stderr).not.toContain(CLIENT_SECRET);
    expect(await storedEvents(data)).toEqual(asStored(account.truth));

    // Other letters are another account, which was deployed once.
    const left = ACCOUNT_ID.toUpperCase();
    const s3 = new S3Client({});
    const Key = `activity/account_id=${left}/dt=2026-01-01/current`;
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: 's3://…' }));
    s3.destroy();

    const [status, runs, answer] = await Promise.all([
      on('lake', 'status', '--json'),
      on('lake', 'runs', '--json'),
      on('lake', 'sql', 'SELECT 7', '--json'),
    ]);
    expect(JSON.parse(status.stdout)).toMatchObject([
      {
        account_id: ACCOUNT_ID,
        events: account.truth.length,
        rejected: 0,
      },
    ]);
    expect(status.stderr).toMatch(
      new RegExp(`^The account ${left} has rows here.* account ${ACCOUNT_ID} is another`, 'm'),
    );
    expect(JSON.parse(runs.stdout)).toContainEqual(
      expect.objectContaining({ job: 'pull', actor: CALLER }),
    );
    expect(JSON.parse(answer.stdout)).toEqual([{ asked: 'lake: SELECT 7', n: 7 }]);
  });

  it('adds a backfill for the scheduled runs, and cancels it, with who and why', async () => {
    const span = ['--from', '2025-01-01', '--to', '2025-02-01', '--reason', 'the audit'];
    const added = await on('lake', 'backfill', ...span);
    expect(added).toMatchObject({ code: 0 });
    expect(added.stderr).toContain('about 124 requests');
    const cancel = ['backfill', '--cancel', '20250101_20250201'];
    expect(await on('lake', ...cancel, '--yes')).toMatchObject({ code: 2 });
    const cancelled = await on('lake', ...cancel, '--reason', 'enough', '--yes');
    expect(cancelled).toMatchObject({ code: 0 });

    const [listed, runs] = await Promise.all([
      on('lake', 'backfill', '--status', '--json'),
      on('lake', 'runs', '--json', '--limit', '2'),
    ]);
    expect(JSON.parse(listed.stdout)).toMatchObject([
      { name: '20250101_20250201', status: 'cancelled', by: CALLER },
    ]);
    expect(JSON.parse(runs.stdout)).toMatchObject([
      { job: 'backfill-cancel', status: 'succeeded', actor: CALLER, reason: 'enough' },
      { job: 'backfill-add', status: 'succeeded', actor: CALLER, reason: 'the audit' },
    ]);
  });

  it('asks for the account when there are several, and takes what the options change', async () => {
    const { code, stderr } = await on('lakes', 'check');
    expect({ code, named: /a-1, b_Z, unseen/.test(stderr) }).toEqual({ code: 2, named: true });
    const wrongHost = ['--account-id', 'b_Z', '--host', 'http://127.0.0.1:9'];
    const elsewhere = await on('lakes', 'check', ...wrongHost);
    expect(elsewhere.stderr).toContain('http://127.0.0.1:9');
  });
});

describe('a stack that can’t be used', () => {
  it.each([
    ['missing', /no stack "missing" in the region us-east-1/],
    ['other', /"other".* has no output LakeBucket/],
  ])('is refused: %s', async (name, message) => {
    await expect(openStack(name)).rejects.toMatchObject({ name: 'StackError', message });
  });

  it('is refused when its account was deployed by a newer version', async () => {
    const { deployed } = await openStack('newer');
    await expect(deployed('n')).rejects.toMatchObject({
      ...{ name: 'StackError', message: expect.stringMatching(/newer-n.*"yetUnknown"/) },
    });
  });

  it('names the accounts there are when one is asked for that there is not', async () => {
    await expect(accountIn(await openStack('lakes'), 'A-1')).rejects.toMatchObject({
      message: expect.stringMatching(/holds nothing of account A-1, only of a-1, b_Z, unseen/),
    });
  });

  it('names the permission that is missing', async () => {
    const { deployed } = await openStack('lakes');
    const error = await deployed('unseen').catch((thrown: unknown) => thrown);
    const { message, nextAction } = explainedByAws(error) ?? {};
    expect(message).toContain('lambda:GetFunctionConfiguration');
    expect(nextAction).toContain('docs/deploy.md');
  });

  it('says what of the AWS configuration is missing', async () => {
    const { AWS_REGION, AWS_ACCESS_KEY_ID } = process.env;
    const advice = async () => {
      const error = await openStack('lake').catch((thrown: unknown) => thrown);
      return explainedByAws(error)?.nextAction;
    };
    try {
      delete process.env.AWS_REGION;
      expect(await advice()).toContain('AWS_REGION');
      Object.assign(process.env, { AWS_REGION, AWS_ACCESS_KEY_ID: '' });
      expect(await advice()).toContain('AWS_PROFILE');
    } finally {
      Object.assign(process.env, { AWS_REGION, AWS_ACCESS_KEY_ID });
    }
  });

  it('says why AWS can’t be reached, and what to do', async () => {
    const server = createServer(selfSigned('localhost', [2020, 2120]));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const { AWS_ENDPOINT_URL } = process.env;
    process.env.AWS_ENDPOINT_URL = `https://localhost:${port}`;
    const { code, stderr } = await on('lake', 'status');
    process.env.AWS_ENDPOINT_URL = AWS_ENDPOINT_URL;
    server.close();
    expect(code).toBe(1);
    expect(stderr).toMatch(/CloudFormation can't be reached.*DEPTH_ZERO_SELF_SIGNED_CERT/);
    expect(stderr).toContain('NODE_EXTRA_CA_CERTS');
  });
});
