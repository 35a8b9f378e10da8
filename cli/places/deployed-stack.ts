import {
  type CloudFormationClient,
  DescribeStacksCommand,
  paginateListStackResources,
} from '@aws-sdk/client-cloudformation';
import {
  GetFunctionConfigurationCommand,
  type LambdaClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import * as v from 'valibot';
import {
  accountOfStack,
  functionNameOf,
  isAccountStack,
  lakeOutputs,
} from '../../shared/deployed-names.ts';
import { type AccountSettingsInput, accountSettingsSchema } from '../../shared/settings.ts';
import { StackError } from '../errors.ts';

interface Clients {
  readonly cloudformation: CloudFormationClient;
  readonly lambda: LambdaClient;
}

/** What of a deployed stack the command line works with. */
interface DeployedStack {
  readonly bucket: string;
  readonly checkpointTable: string;
  readonly database: string;
  readonly workgroup: string;
}

/** @throws StackError when there is none of that name, or it is none of ours */
export async function findStack(
  name: string,
  { cloudformation }: Pick<Clients, 'cloudformation'>,
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
  const [{ Outputs = [], StackStatus } = {}] = Stacks;
  const output = (key: string): string => {
    const value = Outputs.find(({ OutputKey }) => OutputKey === key)?.OutputValue;
    if (value !== undefined) return value;
    throw new StackError(
      `The stack "${name}" has no output ${key}. It is no Agent Activity Lake, or not deployed to its end: its status is ${StackStatus}.`,
      'Check --stack. If it is the right one, deploy it again: `npx cdk deploy`.',
    );
  };
  return {
    bucket: output(lakeOutputs.bucket),
    checkpointTable: output(lakeOutputs.checkpointTable),
    database: output(lakeOutputs.database),
    workgroup: output(lakeOutputs.workgroup),
  };
}

/** The accounts of a stack, in the order of their ids: each has a stack within it. */
export async function accountsOf(
  name: string,
  { cloudformation: client }: Pick<Clients, 'cloudformation'>,
): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const page of paginateListStackResources({ client }, { StackName: name })) {
    for (const {
      ResourceType,
      ResourceStatus,
      LogicalResourceId = '',
    } of page.StackResourceSummaries ?? []) {
      if (ResourceType !== 'AWS::CloudFormation::Stack') continue;
      if (!isAccountStack(LogicalResourceId)) continue;
      if (ResourceStatus !== 'DELETE_COMPLETE') found.push(accountOfStack(LogicalResourceId));
    }
  }
  return found.sort();
}

/**
 * The settings of an account as its function has them; `null` when the stack has no such account.
 *
 * @param lake its name, which is that of its workgroup; its stack may be called otherwise
 * @throws StackError when this version does not understand them
 */
export async function settingsOf(
  lake: string,
  accountId: string,
  { lambda }: Pick<Clients, 'lambda'>,
): Promise<AccountSettingsInput | null> {
  const name = functionNameOf(lake, accountId);
  const command = new GetFunctionConfigurationCommand({ FunctionName: name });
  const found = await lambda.send(command).catch((error: unknown) => {
    if (error instanceof ResourceNotFoundException) return null;
    throw error;
  });
  if (found === null) return null;
  const wrong = (problem: string) =>
    new StackError(
      `The function ${name} can't be read by this version: ${problem}.`,
      'Use the version that was deployed, or deploy this one: `npx cdk deploy`.',
    );
  let given: unknown;
  try {
    given = JSON.parse(found.Environment?.Variables?.ACTIVITY_SETTINGS ?? '');
  } catch {
    throw wrong('its ACTIVITY_SETTINGS is missing or not JSON');
  }
  const { success, issues } = v.safeParse(accountSettingsSchema, given);
  if (success) return given as AccountSettingsInput;
  throw wrong(`of its settings "${v.getDotPath(issues[0])}" is not allowed: ${issues[0].message}`);
}
