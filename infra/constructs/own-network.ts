import { ArnFormat, Stack, Validations } from 'aws-cdk-lib';
import { Effect, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { CfnFunction, IFunction } from 'aws-cdk-lib/aws-lambda';
import type { DeploymentSettings } from '../settings.ts';

type Network = DeploymentSettings['vpc'];

/** What Lambda does with the role of a function, to reach a network: as its managed policy has it, but for the logs. */
const ON_INTERFACES = [
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];
/** Of these IAM knows no resources. */
const LOOKING = ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets'];

/** Has the function reach all that it reaches through the customer's own network, if there is one to be used. */
export function reachThrough(vpc: Network, fn: IFunction): void {
  if (vpc === undefined) return;
  const { subnets, securityGroups } = vpc;
  const template = fn.node.defaultChild as CfnFunction;
  template.vpcConfig = { subnetIds: [...subnets], securityGroupIds: [...securityGroups] };
}

/** Lets Lambda make the network interfaces that the function needs, and the function's own code none. */
export function allowInterfaces(vpc: Network, role: Role): void {
  if (vpc === undefined) return;
  // As wide as AWS documents it: Lambda checks the role before there is an interface with an id.
  const anyOfAccount = Stack.of(role).formatArn({
    service: 'ec2',
    resource: '*',
    resourceName: '*',
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
  const add = (statement: PolicyStatement) => role.addToPolicy(statement);
  add(
    new PolicyStatement({
      sid: 'ReachNetwork',
      actions: ON_INTERFACES,
      resources: [anyOfAccount],
    }),
  );
  add(new PolicyStatement({ sid: 'SeeNetwork', actions: LOOKING, resources: ['*'] }));
  // Calls that come from the code of a function say of which; those of Lambda itself don't.
  add(
    new PolicyStatement({
      sid: 'CodeLeavesNetworkAlone',
      effect: Effect.DENY,
      actions: [...ON_INTERFACES, ...LOOKING],
      resources: ['*'],
      conditions: { Null: { 'lambda:SourceFunctionArn': 'false' } },
    }),
  );
  const acknowledge = (finding: string, reason: string) =>
    Validations.of(role).acknowledge({ id: `AwsSolutions-IAM5[Resource::${finding}]`, reason });
  acknowledge(
    'arn:<AWS::Partition>:ec2:<AWS::Region>:<AWS::AccountId>:*/*',
    'Lambda names the interfaces; the code of the function is denied all of it.',
  );
  acknowledge('*', 'Actions that look at networks, and X-Ray, know no resources.');
}
