import {
  type CloudFormationClient,
  DescribeStacksCommand,
  type Output,
} from '@aws-sdk/client-cloudformation';
import { GetFunctionConfigurationCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import * as v from 'valibot';
import { type AccountSettingsInput, accountSettingsSchema } from '../shared/settings.ts';
import { StackError } from './errors.ts';

/** What of a deployed stack the command line works with. */
export interface DeployedStack {
  readonly bucket: string;
  readonly checkpointTable: string;
  readonly database: string;
  readonly workgroup: string;
  /** The settings of each account as its function has them, by the account's id. */
  readonly accounts: ReadonlyMap<string, AccountSettingsInput>;
}

/** @throws StackError when there is none of that name, or it is none of ours */
export async function findStack(
  name: string,
  { cloudformation, lambda }: { cloudformation: CloudFormationClient; lambda: LambdaClient },
): Promise<DeployedStack> {
  const { Stacks = [] } = await cloudformation
    .send(new DescribeStacksCommand({ StackName: name }))
    .catch(async (error: Error) => {
      if (error.name !== 'ValidationError') throw error;
      const region = await cloudformation.config.region();
      throw new StackError(
        `There is no stack "${name}" in the region ${region}: ${error.message}.`,
        'Check --stack, and the region and AWS account: `aws cloudformation describe-stacks`, AWS_REGION, AWS_PROFILE.',
      );
    });
  const { functions, ...resources } = resourcesOf(Stacks[0]?.Outputs ?? [], (missing) => {
    throw new StackError(
      `The stack "${name}" has no output ${missing}. It is no Agent Activity Lake, or not deployed to its end: its status is ${Stacks[0]?.StackStatus}.`,
      'Check --stack. If it is the right one, deploy it again: `npx cdk deploy`.',
    );
  });
  const settings = await Promise.all(functions.map((name) => settingsOf(lambda, name)));
  const accounts = new Map(
    settings
      .map((each) => [each.accountId, each] as const)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
  );
  return { ...resources, accounts };
}

/** Names of resources from the outputs: CDK puts the path before a nested one, and a hash behind it. */
export function resourcesOf(outputs: readonly Output[], onMissing: (output: string) => never) {
  const all = (output: string) => {
    const key = new RegExp(`${output}([0-9A-F]{8})?$`);
    const values = outputs
      .filter(({ OutputKey = '' }) => key.test(OutputKey))
      .map(({ OutputValue = '' }) => OutputValue);
    return values.length > 0 ? values : onMissing(output);
  };
  const one = (output: string) => all(output)[0] ?? onMissing(output);
  return {
    bucket: one('LakeBucket'),
    checkpointTable: one('CheckpointTable'),
    database: one('AthenaDatabase'),
    workgroup: one('AthenaWorkgroup'),
    functions: all('FunctionName'),
  };
}

async function settingsOf(lambda: LambdaClient, name: string): Promise<AccountSettingsInput> {
  const command = new GetFunctionConfigurationCommand({ FunctionName: name });
  const { Environment } = await lambda.send(command);
  const wrong = (problem: string) =>
    new StackError(
      `The function ${name} can't be read by this version: ${problem}.`,
      'Use the version that was deployed, or deploy this one: `npx cdk deploy`.',
    );
  let given: unknown;
  try {
    given = JSON.parse(Environment?.Variables?.ACTIVITY_SETTINGS ?? '');
  } catch {
    throw wrong('its ACTIVITY_SETTINGS is missing or not JSON');
  }
  const { success, issues } = v.safeParse(accountSettingsSchema, given);
  if (success) return given as AccountSettingsInput;
  throw wrong(`of its settings "${v.getDotPath(issues[0])}" is not allowed: ${issues[0].message}`);
}
