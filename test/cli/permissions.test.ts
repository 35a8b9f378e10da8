import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { Command } from 'commander';
import { program } from '../../cli/program.ts';
import { type LocalAws, startLocalAws } from '../../local/aws.ts';
import type { LoopbackServer } from '../../local/loopback-server.ts';
import { systemClock } from '../../shared/clock.ts';
import {
  ACCOUNT_ID,
  type Account,
  CLIENT_SECRET,
  FROM,
  startAccount,
  temporaryFolder,
} from './activity-command.ts';
import { startStandIn } from './deployed-stack.ts';
import { needed, neededBy } from './needed-permissions.ts';

/*
 * Runs each command on a stack, with everything it may do, and compares the calls it makes with the table of
 * docs/deploy.md. Here, because the servers decide no IAM: who follows the table would else be the first to know.
 */

const HOUR_MS = 3_600_000;
const STACK = ['--stack', 'lake'];
const ONE = [...STACK, '--account-id', ACCOUNT_ID];
const exported = join(tmpdir(), `activity-state-${process.pid}.json`);
const WHY = ['--reason', 'for the test', '--yes'];

/** Of every command, as the text above the table says. */
const OF_ALL = ['cloudformation:DescribeStacks'];
const OF_AN_ACCOUNT = [...OF_ALL, 'lambda:GetFunctionConfiguration'];
/** What is asked of Athena when somebody interrupts a query. */
const INTERRUPTED = ['athena:StopQueryExecution'];
const NOT_TRIED = new Map(['sql QUERY', 'ask', 'report'].map((name) => [name, INTERRUPTED]));

const environmentBefore = { ...process.env };
let account: Account;
let data: string;
let aws: LocalAws;
let standIn: LoopbackServer;
let reportTimeZone = 'UTC';
let laterMs = Date.parse('2025-03-12T05:00:00Z') - performance.now();

beforeAll(async () => {
  jest.spyOn(systemClock, 'now').mockImplementation(() => Math.floor(laterMs + performance.now()));
  // Each command here listens for the signals that would interrupt it.
  process.setMaxListeners(100);
  account = await startAccount();
  data = await temporaryFolder();
  aws = await startLocalAws({ dataDir: data, bucket: 'lake', checkpointTable: 'checkpoint' });
  const outputs = {
    ...{ LakeBucket: 'lake', CheckpointTable: 'checkpoint' },
    ...{ AthenaDatabase: 'lake', AthenaWorkgroup: 'lake' },
  };
  const settings = {
    ...{ accountId: ACCOUNT_ID, host: account.simulator.url, start: FROM },
    ...{ requestsPerMinute: 100_000, credentialsSecret: 'lake/credentials' },
    ...{ bucket: 'lake', checkpointTable: 'checkpoint' },
    get reportTimeZone() {
      return reportTimeZone;
    },
  };
  const stacks = { lake: { outputs, accounts: { [ACCOUNT_ID]: settings } } };
  standIn = await startStandIn(stacks, athena, (action) => needed.add(`cloudformation:${action}`));
  Object.assign(process.env, aws.environment, { AWS_ENDPOINT_URL: standIn.endpoint });
  const secrets = new SecretsManagerClient({});
  const named = { Name: 'lake/credentials', SecretId: 'lake/credentials' };
  const SecretString = JSON.stringify({ clientId: 'cs-test', clientSecret: CLIENT_SECRET });
  await secrets.send(new CreateSecretCommand(named));
  await secrets.send(new PutSecretValueCommand({ ...named, SecretString }));
  secrets.destroy();
});

afterAll(async () => {
  process.env = environmentBefore;
  await standIn.close();
  await aws.stop();
  await account.simulator.stop();
  await rm(exported, { force: true });
});

/** Every answer is without a row. */
function athena(operation: string): object {
  if (operation === 'StartQueryExecution') return { QueryExecutionId: 'q' };
  if (operation === 'GetQueryExecution') {
    return { QueryExecution: { Status: { State: 'SUCCEEDED' }, StatementType: 'DML' } };
  }
  const ResultSetMetadata = { ColumnInfo: [{ Name: 'day', Type: 'varchar' }] };
  return { ResultSet: { ResultSetMetadata, Rows: [{ Data: [{ VarCharValue: 'day' }] }] } };
}

async function loseCheckpoint(): Promise<void> {
  const db = new DynamoDBClient({});
  const Key = { account_id: { S: ACCOUNT_ID }, item: { S: 'checkpoint' } };
  await db.send(new DeleteItemCommand({ TableName: 'checkpoint', Key }));
  db.destroy();
}

const passes = (hours: number) => {
  laterMs += hours * HOUR_MS;
};
const moveTo = (zone: string) => {
  reportTimeZone = zone;
};
const lose = (folder: string) => rm(join(data, 's3/lake', folder), { recursive: true });

interface Trial {
  /** As the table calls it. */
  readonly name: string;
  readonly words: readonly string[];
  /** Gives it something to do. */
  readonly before?: () => unknown;
}

/** In an order in which each has something to do. */
const trials: readonly Trial[] = [
  { name: 'pull', words: ['pull', ...ONE] },
  { name: 'directory', words: ['directory', ...ONE] },
  {
    name: 'reconcile',
    words: ['reconcile', '--days', '1', ...ONE],
    before: async () => {
      // What was superseded may go after a day.
      passes(26);
      await neededBy(['pull', ...ONE]);
    },
  },
  { name: 'check', words: ['check', ...ONE] },
  { name: 'status', words: ['status', ...ONE] },
  { name: 'runs', words: ['runs', ...ONE] },
  { name: 'gaps', words: ['gaps', ...ONE] },
  { name: 'files', words: ['files', '--table', 'agent_activity', ...ONE] },
  { name: 'sql', words: ['sql', ...STACK] },
  { name: 'sql QUERY', words: ['sql', 'SELECT 1', ...STACK] },
  { name: 'ask', words: ['ask', 'timesheet', ...ONE] },
  { name: 'report', words: ['report', ...ONE] },
  {
    name: 'backfill',
    words: ['backfill', '--from', '2025-03-01', '--to', '2025-03-02', '--name', 'x', ...ONE],
  },
  { name: 'backfill --status', words: ['backfill', '--status', ...ONE] },
  { name: 'backfill --cancel', words: ['backfill', '--cancel', 'x', ...ONE, ...WHY] },
  { name: 'replay --verify', words: ['replay', '--verify', ...ONE] },
  { name: 'export', words: ['export', '--agent', 'a-1', '--json', ...ONE] },
  {
    name: 'acknowledge-empty',
    words: ['acknowledge-empty', '--day', '2025-03-12', ...ONE, ...WHY],
  },
  {
    name: 'acknowledge-empty',
    words: ['acknowledge-empty', '--day', '2025-03-10', ...ONE, ...WHY],
  },
  { name: 'derive', words: ['derive', ...ONE], before: () => moveTo('Asia/Tokyo') },
  {
    name: 'watermark set',
    words: ['watermark', 'set', '--to', '2025-03-12T20:00:00Z', ...ONE, ...WHY],
    before: () => moveTo('Asia/Kolkata'),
  },
  { name: 'replay', words: ['replay', ...ONE, ...WHY], before: () => lose('activity') },
  { name: 'state export', words: ['state', 'export', '--file', exported, ...ONE] },
  {
    name: 'state import',
    words: ['state', 'import', '--file', exported, '--replace', ...ONE, ...WHY],
    before: async () => {
      // One that the document does not know.
      await neededBy([
        'backfill',
        '--from',
        '2025-03-01',
        '--to',
        '2025-03-02',
        '--name',
        'y',
        ...ONE,
      ]);
      moveTo('Europe/Berlin');
      await loseCheckpoint();
    },
  },
  { name: 'state show', words: ['state', 'show', ...ONE] },
  {
    name: 'checkpoint rebuild',
    words: ['checkpoint', 'rebuild', '--replace', ...ONE, ...WHY],
    before: () => moveTo('UTC'),
  },
  {
    name: 'state show',
    words: ['state', 'show', ...ONE],
    before: loseCheckpoint,
  },
  { name: 'state export', words: ['state', 'export', ...ONE] },
  {
    name: 'backfill',
    words: ['backfill', '--from', '2025-03-01', '--to', '2025-03-02', ...ONE],
  },
  {
    name: 'checkpoint begin',
    words: ['checkpoint', 'begin', '--from', '2025-03-11T08:00:00Z', ...ONE, ...WHY],
    before: () => moveTo('Asia/Tokyo'),
  },
  {
    name: 'expire',
    words: ['expire', '--keep-rows', '35d', ...ONE, ...WHY],
    before: () => passes(60 * 24),
  },
];

/** Done with a role of its own, which `test/infra/constructs/erasure-role.test.ts` holds to what it does. */
const BY_ITS_ROLE = ['erase'];

/** What the table says of each command. */
function documented(): Map<string, readonly string[]> {
  const [, section = ''] = readFileSync('docs/deploy.md', 'utf8').split(
    '## The command line on a stack',
  );
  const rows = [...section.matchAll(/^\| (`.*) \|$/gm)].map(([, row = '']) =>
    row.split('|').map((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)),
  );
  return new Map(
    rows.flatMap(([names = [], table = [], bucket = [], more = []]) => {
      const permissions = [
        ...table.map((action) => `dynamodb:${action}`),
        ...bucket.map((action) => `s3:${action}`),
        ...more.filter((each) => each.includes(':')),
      ];
      return names.map((name) => [name, permissions] as const);
    }),
  );
}

describe('the permissions in docs/deploy.md', () => {
  it('are those that each command needs, all of them and no other', async () => {
    const byName = new Map<string, Set<string>>();
    for (const { name, words, before } of trials) {
      await before?.();
      const all = byName.get(name) ?? new Set(NOT_TRIED.get(name));
      for (const permission of await neededBy(words)) all.add(permission);
      byName.set(name, all);
    }
    const asTable = [...byName].map(([name, all]) => [
      name,
      [...all].filter((permission) => !OF_AN_ACCOUNT.includes(permission)).sort(),
    ]);
    const table = [...documented()].map(([name, all]) => [name, [...all].sort()]);
    expect(Object.fromEntries(table)).toEqual(Object.fromEntries(asTable));
    for (const [name, all] of byName) {
      const ofAll = name.startsWith('sql') ? OF_ALL : OF_AN_ACCOUNT;
      expect([name, OF_AN_ACCOUNT.filter((each) => all.has(each))]).toEqual([name, ofAll]);
    }
  });

  it('are another of CloudFormation when the account is not named', async () => {
    expect(await neededBy(['runs', ...STACK])).toEqual([
      'cloudformation:DescribeStacks',
      'cloudformation:ListStackResources',
      'dynamodb:Query',
    ]);
  });

  it('are told of every command that a stack takes', () => {
    const takesStack = ({ options }: Command) => options.some(({ long }) => long === '--stack');
    const leaves = program.commands.flatMap((command) =>
      takesStack(command)
        ? [command.name()]
        : command.commands.filter(takesStack).map((each) => `${command.name()} ${each.name()}`),
    );
    expect(leaves.length).toBeGreaterThan(15);
    const told = [...documented().keys()];
    expect([...told, ...BY_ITS_ROLE]).toEqual(expect.arrayContaining(leaves));
  });
});
