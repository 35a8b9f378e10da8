import { AthenaClient } from '@aws-sdk/client-athena';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { awsClients } from '../../shared/aws.ts';
import { systemClock } from '../../shared/clock.ts';
import { athenaQueries } from '../../shared/queries/athena.ts';
import { rememberFailedCalls } from './aws-calls.ts';
import { accountsOf, findStack, settingsOf } from './deployed-stack.ts';
import type { Place } from './place.ts';

/** As shared/aws.ts: a silent connection is given up. Milliseconds. */
const requestHandler = { connectionTimeout: 5_000, socketTimeout: 30_000 };

/**
 * A deployed stack as a place, with the AWS credentials and region of the caller's environment.
 *
 * @throws StackError when there is none of that name, or it is none of ours
 */
export async function openStack(name: string): Promise<Place> {
  const clients = awsClients();
  const more = {
    cloudformation: new CloudFormationClient({ requestHandler }),
    lambda: new LambdaClient({ requestHandler }),
    sts: new STSClient({ requestHandler }),
    athena: new AthenaClient({ requestHandler }),
  };
  for (const client of Object.values({ ...clients, ...more })) rememberFailedCalls(client);
  const { bucket, checkpointTable, ...athena } = await findStack(name, more);
  const asked = new Map<string, ReturnType<typeof settingsOf>>();
  const deployed = (accountId: string) => {
    const settings = asked.get(accountId) ?? settingsOf(athena.workgroup, accountId, more);
    asked.set(accountId, settings);
    return settings;
  };
  return {
    kind: 'stack',
    name: `The stack ${name}`,
    bucket,
    checkpointTable,
    accounts: () => accountsOf(name, more),
    holds: async (accountId) => (await deployed(accountId)) !== null,
    deployed,
    person: async () => {
      const { Arn } = await more.sts.send(new GetCallerIdentityCommand({}));
      return Arn ?? 'unknown';
    },
    use: (action) => action(clients),
    queries: async () => athenaQueries({ client: more.athena, clock: systemClock, ...athena }),
    addressOf: (key) => `s3://${bucket}/${key}`,
    close: async () => {
      for (const client of Object.values({ ...clients, ...more })) {
        client.config.requestHandler.destroy?.();
      }
    },
  };
}
