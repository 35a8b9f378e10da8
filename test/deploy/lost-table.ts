import {
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { activity } from '../cli/activity-command.ts';
import type { Invocation } from '../infra/lambda-runtime.ts';
import { STACK } from './deployed-functions.ts';
import { type Holds, newIn } from './first-runs.ts';

interface Lost {
  readonly accountId: string;
  readonly holds: Holds;
  /** Invokes the account's function as its schedule does. */
  readonly run: (job: string) => Promise<Invocation>;
  readonly everyEventOnce: (when: string) => Promise<unknown>;
}

/** The table is deleted, and an empty one is made, as the runbook has it: the checkpoint comes from the lake. */
export async function checkLostTable({ accountId, holds, run, everyEventOnce }: Lost) {
  const on = (...args: string[]) => activity(...args, '--stack', STACK, '--account-id', accountId);
  const status = async () => JSON.parse((await on('status', '--json')).stdout)[0];
  const before = await status();
  await emptied(`${STACK}-checkpoint`);

  const failed = await run('pull');
  holds(
    'without its checkpoint no run begins an empty history',
    failed.errorType === 'CheckpointLostError',
    failed,
  );
  const words = ['--reason', 'the table was deleted', '--yes'];
  const rebuilt = await on('checkpoint', 'rebuild', ...words);
  holds('checkpoint rebuild: from the lake alone', rebuilt.code === 0, rebuilt);
  const proved = await status();
  holds('it proves no more than was read', proved.watermark <= before.watermark, {
    before,
    proved,
  });
  const pulled = await run('pull');
  const after = await status();
  holds(
    'the pull after it catches up, and finds nothing new',
    newIn(pulled) === 0 && after.watermark >= before.watermark,
    { pulled, after },
  );
  await everyEventOnce('with the checkpoint rebuilt');
  const verified = await on('replay', '--verify');
  holds('the rows say what the responses say', verified.code === 0, verified);
}

async function emptied(TableName: string): Promise<void> {
  const client = new DynamoDBClient({});
  await client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: false }));
  await client.send(new DeleteTableCommand({ TableName }));
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['account_id', 'item'].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S',
      })),
      KeySchema: [
        { AttributeName: 'account_id', KeyType: 'HASH' },
        { AttributeName: 'item', KeyType: 'RANGE' },
      ],
    }),
  );
}
