import { ArnFormat, CfnOutput, Duration, Stack, Validations } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { AccountRootPrincipal, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { agentStay } from '../../shared/lake/agent-stay.ts';
import {
  agentActivity,
  agents,
  etlRuns,
  rejectedActivity,
  withdrawnActivity,
} from '../../shared/lake/tables.ts';
import { REPORTS_FOLDER } from '../../shared/report/report-page.ts';
import { allowKeyOfCheckpoint } from './checkpoint.ts';
import { readUnderFormerKeys } from './former-keys.ts';

/** The tables that name agents. */
const named = [agentActivity, rejectedActivity, withdrawnActivity, agentStay, agents];

/**
 * Who may rewrite responses and remove versions for good, which no function may: a person assumes it for
 * `activity erase`, as far as IAM lets them.
 */
export class ErasureRole extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.role = new Role(this, 'Role', {
      assumedBy: new AccountRootPrincipal(),
      description: 'Erases an agent from the lake: for people, by the command erase',
      maxSessionDuration: Duration.hours(4),
    });
    new CfnOutput(Stack.of(this), 'ErasureRole', { value: this.role.roleArn });
  }

  /** What the command does, on what the lake's stack has. */
  allowOn(lake: {
    readonly stackName: string;
    readonly bucket: Bucket;
    readonly checkpointTable: TableV2;
    readonly key: Key | undefined;
  }): void {
    const { stackName, bucket, checkpointTable, key } = lake;
    const allow = (sid: string, actions: string[], resources: string[]) =>
      this.role.addToPolicy(new PolicyStatement({ sid, actions, resources }));
    const blocks = named.map(({ folder }) => `blocks/${folder}/*`);
    const pointers = named.map(({ folder }) => `${folder}/*`);
    const removable = ['landing/*', ...blocks, `${REPORTS_FOLDER}/*`];
    const runs = [`${etlRuns.folder}/*`, `blocks/${etlRuns.folder}/*`];
    const arnsOf = (names: readonly string[]) => names.map((name) => bucket.arnForObjects(name));
    allow('List', ['s3:ListBucket', 's3:ListBucketVersions'], [bucket.bucketArn]);
    allow('Read', ['s3:GetObject'], arnsOf([...removable, ...pointers, ...runs]));
    allow('ReadOlder', ['s3:GetObjectVersion'], arnsOf(removable));
    allow('Rewrite', ['s3:PutObject'], arnsOf(['landing/*', ...blocks, ...pointers]));
    allow('RemoveForGood', ['s3:DeleteObjectVersion'], arnsOf(removable));
    allow(
      'RememberWhom',
      ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:Query'],
      [checkpointTable.tableArn],
    );
    allow(
      'FindTheLake',
      ['cloudformation:DescribeStacks', 'cloudformation:ListStackResources'],
      [Stack.of(this).stackId],
    );
    const functions = Stack.of(this).formatArn({
      service: 'lambda',
      resource: 'function',
      resourceName: `${stackName}-*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    allow('ReadSettings', ['lambda:GetFunctionConfiguration'], [functions]);
    if (key) {
      allow('UseKey', ['kms:Decrypt', 'kms:GenerateDataKey'], [key.keyArn]);
      allowKeyOfCheckpoint(this.role, key);
    }
    readUnderFormerKeys(this.role, 's3', bucket.bucketArn);
    readUnderFormerKeys(this.role, 'dynamodb', checkpointTable.tableName);
    this.#acknowledge(bucket, [...removable, ...pointers, ...runs], stackName);
  }

  #acknowledge(bucket: Bucket, objects: readonly string[], stackName: string): void {
    const acknowledge = (finding: string, reason: string) =>
      Validations.of(this.role).acknowledge({ id: `AwsSolutions-IAM5[${finding}]`, reason });
    const { Ref: bucketId } = Stack.of(this).resolve(bucket.bucketName) as { Ref: string };
    for (const name of objects) {
      acknowledge(
        `Resource::<${bucketId}.Arn>/${name}`,
        'An agent may be named in any response and in any block: that is what is looked for.',
      );
    }
    acknowledge(
      `Resource::arn:<AWS::Partition>:lambda:<AWS::Region>:<AWS::AccountId>:function:${stackName}-*`,
      'The functions of the accounts, whose settings it reads.',
    );
  }
}
