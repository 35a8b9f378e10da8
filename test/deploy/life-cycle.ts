import { readFileSync } from 'node:fs';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DeleteBucketPolicyCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { functionNameOf, secretNameOf } from '../../shared/deployed-names.ts';
import { activity } from '../cli/activity-command.ts';
import type { Invocation } from '../infra/lambda-runtime.ts';
import { deployedFunction, deployedFunctions, listed, STACK } from './deployed-functions.ts';
import { cdk, deploy } from './emulated-aws.ts';
import { type Holds, newIn } from './first-runs.ts';

interface Lived {
  readonly accountId: string;
  /** Those deployed, the one with rows first; it has one beside it to be disabled, and one to be taken out. */
  readonly accounts: readonly { readonly id: string }[];
  readonly bucket: string;
  /** The arguments of the CDK CLI that deploy it, with some settings changed. */
  readonly settings: (changed?: Readonly<Record<string, unknown>>) => readonly string[];
  readonly holds: Holds;
  /** Invokes the account's function as its schedule does. */
  readonly run: (job: string) => Promise<Invocation>;
  readonly everyEventOnce: (when: string) => Promise<unknown>;
}

/** Settings change, an account is disabled, one taken out; the stack is destroyed, and comes back. */
export async function checkLifeCycle(lived: Lived): Promise<void> {
  await changes(lived);
  const before = await watermark(lived.accountId);
  await destroy(lived);
  await comesBack(lived);
  const after = await watermark(lived.accountId);
  lived.holds('its watermark went on from where it was', after >= before, { before, after });
}

async function watermark(accountId: string): Promise<string> {
  const of = ['--stack', STACK, '--account-id', accountId, '--json'];
  return JSON.parse((await activity('status', ...of)).stdout)[0].watermark;
}

async function changes({ accounts, settings, bucket, holds, run, ...lived }: Lived): Promise<void> {
  const [kept, disabled, removed] = accounts;
  const stay = [kept, { ...disabled, enabled: false }];
  await deploy(settings({ accounts: stay, lookback: '2h' }));
  const { Environment } = await deployedFunction('ACTIVITY_SETTINGS', lived.accountId);
  const now = JSON.parse(Environment.Variables.ACTIVITY_SETTINGS ?? '');
  holds(
    'a setting changes, the bucket and the table stay',
    now.lookback === '2h' && now.bucket === bucket && now.checkpointTable === `${STACK}-checkpoint`,
    now,
  );
  const names = (await deployedFunctions()).map(({ FunctionName }) => FunctionName);
  holds(
    'the account that was taken out has no function, the others have',
    [kept, disabled].every((each) => names.includes(functionNameOf(STACK, each?.id ?? ''))) &&
      !names.includes(functionNameOf(STACK, removed?.id ?? '')),
    names,
  );
  const { Schedules = [] } = await listed('scheduler', '/schedules');
  const states = (Schedules as { Name: string; State: string }[]).map(({ Name, State }) =>
    [/Account(\w+?)-/.exec(Name)?.[1], State].join(' '),
  );
  holds(
    'the schedules of the disabled account are off, those of the other on',
    new Set(states).size === 2 && states.filter((each) => each.endsWith(' DISABLED')).length === 3,
    states,
  );
  const pulled = await run('pull');
  holds('a pull with the new setting adds nothing', newIn(pulled) === 0, pulled);
  await lived.everyEventOnce('after these changes');
}

async function destroy({ settings, bucket, holds, everyEventOnce }: Lived): Promise<void> {
  await cdk('destroy', '--force', ...settings());
  const { Buckets = [] } = await new S3Client({}).send(new ListBucketsCommand({}));
  const { TableNames = [] } = await new DynamoDBClient({}).send(new ListTablesCommand({}));
  const functions = await deployedFunctions();
  holds(
    'destroyed, nothing runs any more; the bucket and the table stay',
    functions.length === 0 &&
      Buckets.some(({ Name }) => Name === bucket) &&
      TableNames.includes(`${STACK}-checkpoint`),
    { functions, Buckets, TableNames },
  );
  await everyEventOnce('in the bucket that stayed');
}

/** By the commands of the runbook, its own `cdk import` among them; the secrets stayed, so they are named. */
async function comesBack({ accounts, settings, bucket, holds, run, ...lived }: Lived) {
  const runbook = readFileSync('docs/runbook.md', 'utf8');
  const [, mapping = ''] = /cdk import --resource-mapping-inline '([^']+)'/.exec(runbook) ?? [];
  const named = mapping.replace('BUCKET', bucket).replace('NAME', STACK);
  const withSecrets = accounts.map((account) => ({
    ...account,
    secret: secretNameOf(STACK, account.id),
  }));
  await cdk('import', '--resource-mapping-inline', named, ...settings({ accounts: withSecrets }));
  await new S3Client({}).send(new DeleteBucketPolicyCommand({ Bucket: bucket }));
  // What the CLI made of these settings for the import.
  await deploy(['--app', 'cdk.out']);

  const pulled = await run('pull');
  holds(
    'taken back into a new stack, the pull goes on and finds nothing new',
    pulled.result?.status === 'succeeded' && newIn(pulled) === 0,
    pulled,
  );
  await lived.everyEventOnce('in the new stack');
  const account = ['--stack', STACK, '--account-id', lived.accountId];
  const [{ gaps }] = JSON.parse((await activity('gaps', ...account, '--json')).stdout);
  holds('it has no gaps', gaps.length === 0, gaps);
}
