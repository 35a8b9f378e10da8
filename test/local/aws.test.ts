import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CreateTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
} from '@aws-sdk/client-secrets-manager';
import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import dynalite from 'dynalite';
import { type LocalAws, startLocalAws } from '../../local/aws.ts';
import { type AwsClients, awsClients } from '../../shared/aws.ts';
import { SettingsError } from '../../shared/errors.ts';

const lake = { bucket: 'lake', checkpointTable: 'checkpoint' };

let dataDir: string;
let running: LocalAws[];
const environmentBefore = { ...process.env };

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'local-aws-'));
  running = [];
});

afterEach(async () => {
  for (const aws of running) await aws.stop();
  process.env = { ...environmentBefore };
  rmSync(dataDir, { recursive: true });
});

async function start(): Promise<LocalAws> {
  const aws = await startLocalAws({ dataDir, ...lake });
  running.push(aws);
  return aws;
}

const clientsOf = (aws: LocalAws): AwsClients => {
  Object.assign(process.env, aws.environment);
  return awsClients();
};

const putObject = ({ s3 }: AwsClients, key: string, text: string) =>
  s3.send(new PutObjectCommand({ Bucket: lake.bucket, Key: key, Body: text }));

const getObject = async ({ s3 }: AwsClients, key: string) => {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: lake.bucket, Key: key }));
  return Body?.transformToString();
};

const item = (name: string) => ({ account_id: '7', item: name });

const getItem = async ({ db }: AwsClients, name: string) =>
  (await db.send(new GetCommand({ TableName: lake.checkpointTable, Key: item(name) }))).Item;

const filesUnder = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());

describe('the three services', () => {
  it('serve the lake to ordinary clients, whatever AWS configuration the person has', async () => {
    const aws = await start();
    Object.assign(process.env, {
      AWS_PROFILE: 'work',
      AWS_SESSION_TOKEN: 'token-of-work',
      AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true',
      AWS_USE_FIPS_ENDPOINT: 'true',
      AWS_CONFIG_FILE: join(dataDir, 'none'),
    });
    const clients = clientsOf(aws);
    await putObject(clients, 'a/b', 'text');
    expect(readFileSync(join(aws.bucketFolder, 'a/b'), 'utf8')).toBe('text');
    await clients.db.send(
      new PutCommand({ TableName: lake.checkpointTable, Item: { ...item('watermark'), at: 1 } }),
    );
    expect(await getItem(clients, 'watermark')).toEqual({ ...item('watermark'), at: 1 });
  });

  it('keep objects and items over a restart', async () => {
    const first = await start();
    const clients = clientsOf(first);
    await putObject(clients, 'key', 'kept');
    await clients.db.send(
      new PutCommand({ TableName: lake.checkpointTable, Item: { ...item('watermark'), at: 1 } }),
    );
    await first.stop();
    running = [];
    const again = clientsOf(await start());
    expect(await getObject(again, 'key')).toBe('kept');
    expect(await getItem(again, 'watermark')).toMatchObject({ at: 1 });
  });

  it('finish a checkpoint table whose creation was cut off', async () => {
    await (await start()).stop();
    running = [];
    const dying = dynalite({ path: join(dataDir, 'dynamodb'), createTableMs: 1_000 });
    await new Promise<void>((resolve) => dying.listen(0, '127.0.0.1', resolve));
    const db = new DynamoDBClient({
      endpoint: `http://127.0.0.1:${(dying.address() as AddressInfo).port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    });
    await db.send(
      new CreateTableCommand({
        TableName: 'cut-off',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: 'account_id', AttributeType: 'S' },
          { AttributeName: 'item', AttributeType: 'S' },
        ],
        KeySchema: [
          { AttributeName: 'account_id', KeyType: 'HASH' },
          { AttributeName: 'item', KeyType: 'RANGE' },
        ],
      }),
    );
    db.destroy();
    await new Promise((resolve) => dying.close(resolve));

    const aws = await startLocalAws({ dataDir, ...lake, checkpointTable: 'cut-off' });
    running.push(aws);
    const clients = clientsOf(aws);
    await clients.db.send(new PutCommand({ TableName: 'cut-off', Item: item('watermark') }));
  });

  it('let one of many conditional updates win', async () => {
    const { db } = clientsOf(await start());
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, run) =>
        db.send(
          new UpdateCommand({
            TableName: lake.checkpointTable,
            Key: item('watermark'),
            UpdateExpression: 'SET run = :run',
            ConditionExpression: 'attribute_not_exists(run)',
            ExpressionAttributeValues: { ':run': run },
          }),
        ),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('serve nobody without the access key of this process', async () => {
    const aws = await start();
    const stranger = clientsOf({
      ...aws,
      environment: { ...aws.environment, AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE' },
    });
    await expect(getObject(stranger, 'key')).rejects.toMatchObject({ name: 'InvalidAccessKeyId' });
    await expect(stranger.db.send(new ListTablesCommand({}))).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
    });
    await expect(
      stranger.secrets.send(new GetSecretValueCommand({ SecretId: 'any' })),
    ).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
  });

  it('go on when a client goes away in the middle of a request to DynamoDB', async () => {
    const aws = await start();
    const clients = clientsOf(aws);
    const { port } = new URL(aws.environment.AWS_ENDPOINT_URL_DYNAMODB as string);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n' +
        'X-Amz-Target: DynamoDB_20120810.ListTables\r\n' +
        `Authorization: AWS4-HMAC-SHA256 Credential=${aws.environment.AWS_ACCESS_KEY_ID}/x\r\n` +
        '\r\n{"Limit"',
      () => socket.resetAndDestroy(),
    );
    await once(socket, 'close');
    expect(await getItem(clients, 'watermark')).toBeUndefined();
  });
});

describe('secrets', () => {
  it('are given back by name and by ARN, the last value put', async () => {
    const { secrets } = clientsOf(await start());
    const { ARN } = await secrets.send(new CreateSecretCommand({ Name: 'lake/7' }));
    await secrets.send(new PutSecretValueCommand({ SecretId: 'lake/7', SecretString: 'one' }));
    const { VersionId } = await secrets.send(
      new PutSecretValueCommand({ SecretId: ARN, SecretString: 'two' }),
    );
    for (const SecretId of ['lake/7', ARN]) {
      expect(await secrets.send(new GetSecretValueCommand({ SecretId }))).toMatchObject({
        Name: 'lake/7',
        ARN,
        SecretString: 'two',
        VersionId,
      });
    }
    const described = await secrets.send(new DescribeSecretCommand({ SecretId: 'lake/7' }));
    expect(described).not.toHaveProperty('SecretString');
    expect(described.VersionIdsToStages).toEqual({ [VersionId as string]: ['AWSCURRENT'] });
  });

  it('fail as in AWS when there is no secret, no value, or one already', async () => {
    const { secrets } = clientsOf(await start());
    const get = () => secrets.send(new GetSecretValueCommand({ SecretId: 'lake/7' }));
    await expect(get()).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: "Secrets Manager can't find the specified secret.",
    });
    await secrets.send(new CreateSecretCommand({ Name: 'lake/7' }));
    await expect(get()).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message:
        "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
    });
    await expect(
      secrets.send(new CreateSecretCommand({ Name: 'lake/7', SecretString: 'x' })),
    ).rejects.toMatchObject({ name: 'ResourceExistsException' });
  });

  it('are never in a file', async () => {
    const aws = await start();
    const { secrets } = clientsOf(aws);
    const value = 'needle-in-the-folder';
    await secrets.send(new CreateSecretCommand({ Name: 'needle-name', SecretString: value }));
    await secrets.send(new PutSecretValueCommand({ SecretId: 'needle-name', SecretString: value }));
    await aws.stop();
    running = [];
    expect(filesUnder(dataDir).filter((path) => readFileSync(path).includes('needle'))).toEqual([]);
  });
});

describe('one folder, several processes', () => {
  it('a second start uses the servers of the first, and its stop leaves them', async () => {
    const first = await start();
    const second = await start();
    expect([first.owned, second.owned]).toEqual([true, false]);
    expect(second.environment).toEqual(first.environment);
    await second.stop();
    await putObject(clientsOf(first), 'key', 'still served');
  });

  it('of starts at the same instant one owns, and all reach it', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, start));
    expect(all.filter(({ owned }) => owned)).toHaveLength(1);
    await putObject(clientsOf(all[0] as LocalAws), 'key', 'shared');
    for (const aws of all) expect(await getObject(clientsOf(aws), 'key')).toBe('shared');
  });

  it('makes what a later start names and the first did not', async () => {
    await start();
    const other = await startLocalAws({ dataDir, bucket: 'other', checkpointTable: 'others' });
    const { s3, db } = clientsOf(other);
    await s3.send(new PutObjectCommand({ Bucket: 'other', Key: 'key', Body: 'x' }));
    await db.send(new PutCommand({ TableName: 'others', Item: item('watermark') }));
  });

  it('lets only this user read servers.json, and removes it at the end', async () => {
    const aws = await start();
    expect(statSync(join(dataDir, 'servers.json')).mode & 0o777).toBe(0o600);
    await aws.stop();
    running = [];
    expect(readdirSync(dataDir)).not.toContain('servers.json');
  });
});

it('is served where there is nothing but the objects, copied from another folder', async () => {
  await putObject(clientsOf(await start()), 'key', 'x');
  const copied = join(dataDir, 'copied');
  cpSync(join(dataDir, 's3'), join(copied, 's3'), { recursive: true });
  const copy = await startLocalAws({ dataDir: copied, ...lake });
  running.push(copy);
  expect(await getObject(clientsOf(copy), 'key')).toBe('x');
});

describe('a folder that will not do', () => {
  it.each([
    ['is a file', () => writeFileSync(join(dataDir, 'taken'), '')],
    [
      'holds something else',
      () => {
        mkdirSync(join(dataDir, 'taken'));
        writeFileSync(join(dataDir, 'taken', 'thesis.txt'), '');
      },
    ],
    [
      'is broken inside',
      () => {
        mkdirSync(join(dataDir, 'taken/servers.lock'), { recursive: true });
        writeFileSync(join(dataDir, 'taken/dynamodb'), '');
      },
    ],
  ])('is refused by name when it %s', async (_, make) => {
    make();
    const taken = join(dataDir, 'taken');
    const before = readdirSync(dataDir, { recursive: true }).filter(
      (name) => !/lock/.test(`${name}`),
    );
    const error = await startLocalAws({ dataDir: taken, ...lake }).catch((error) => error);
    expect(error).toBeInstanceOf(SettingsError);
    expect(error.message).toContain(taken);
    expect(readdirSync(dataDir, { recursive: true })).toEqual(expect.arrayContaining(before));
  });
});

describe('a process killed in the middle of its writes', () => {
  const child = join(__dirname, 'writing-process.ts');
  const keys = Array.from({ length: 8 }, (_, i) => `key-${i}`);

  /** Writes until it is killed; resolves with what it was told is stored when it had `count` answers. */
  async function killAfter(count: number, meanwhile: () => Promise<void>) {
    const process: ChildProcess = spawn(
      globalThis.process.execPath,
      ['--import', 'tsx', child, dataDir, ...keys],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const acknowledged = new Map<string, number>();
    let answers = 0;
    for await (const line of createInterface({ input: process.stdout as NodeJS.ReadableStream })) {
      const [name, version] = line.split(' ') as [string, string];
      acknowledged.set(name, Number(version));
      if (++answers === 1) await meanwhile();
      if (answers === count) process.kill('SIGKILL');
    }
    return acknowledged;
  }

  it('leaves every object and item old or new, and its folder to the next', async () => {
    for (const count of [1, 60, 150]) {
      const acknowledged = await killAfter(count, async () => {
        expect((await start()).owned).toBe(false);
      });
      const aws = await start();
      expect(aws.owned).toBe(true);
      const clients = clientsOf(aws);
      for (const [name, version] of acknowledged) {
        // The write after the last acknowledged one may have taken effect, or not.
        const possible = [version, version + 1];
        if (name === 'watermark') {
          expect(possible).toContain((await getItem(clients, name))?.version);
          continue;
        }
        const object = await clients.s3.send(
          new GetObjectCommand({ Bucket: lake.bucket, Key: name }),
        );
        const bytes = Buffer.from((await object.Body?.transformToByteArray()) ?? []);
        const stored = Number(object.Metadata?.version);
        expect(possible).toContain(stored);
        expect(bytes.equals(Buffer.alloc(300_000, `${name} ${stored} `))).toBe(true);
        expect(object.ETag).toBe(`"${createHash('md5').update(bytes).digest('hex')}"`);
      }
      expect(readdirSync(join(dataDir, 's3/.tmp'))).toEqual([]);
      await aws.stop();
      running = [];
    }
  });
});
