import { ArnFormat, type CfnElement, Names, Stack, Validations } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { pointerKey, versionsPrefix } from '../../shared/lake/block-keys.ts';
import { tables } from '../../shared/lake/tables.ts';
import type { DeploymentSettings } from '../settings.ts';
import { allowKeyOfCheckpoint } from './checkpoint.ts';
import { readUnderFormerKeys } from './former-keys.ts';
import { allowInterfaces } from './own-network.ts';

/** What the function of one account may do: what it does, with what belongs to that account. */
export class AccountRole extends Construct {
  readonly role: Role;

  constructor(
    scope: Construct,
    id: string,
    props: {
      readonly accountId: string;
      readonly functionName: string;
      readonly bucket: Bucket;
      readonly key: Key | undefined;
      readonly checkpointTable: TableV2;
      /** Of the secret with its credentials; may be a pattern. */
      readonly secretArn: string;
      readonly logGroup: LogGroup;
      readonly failedRuns: Queue;
      readonly vpc: DeploymentSettings['vpc'];
    },
  ) {
    super(scope, id);
    const {
      accountId,
      functionName,
      bucket,
      key,
      checkpointTable,
      secretArn,
      logGroup,
      failedRuns,
    } = props;
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `Pulls the agent activity of account ${accountId}`,
    });
    const allow = (sid: string, actions: string[], resources: string[]) => {
      const statement = new PolicyStatement({ sid, actions, resources });
      this.role.addToPolicy(statement);
      return statement;
    };

    const all = tables.map((table) => ({ table, accountId, day: table.day && '*' }));
    const versions = all.map((block) => `${versionsPrefix(block)}*.parquet`);
    const landing = `landing/account_id=${accountId}/dt=*/*.json.gz`;
    const objects = [...all.map(pointerKey), ...versions, landing];
    const arnsOf = (names: readonly string[]) => names.map((name) => bucket.arnForObjects(name));
    // A conditional PUT needs s3:GetObject too; landing is asked for its metadata.
    allow('SwapBlocksAndLand', ['s3:GetObject', 's3:PutObject'], arnsOf(objects));
    // The bucket keeps versions of objects, so what the nightly job removes can be brought back.
    allow('RemoveSuperseded', ['s3:DeleteObject'], arnsOf(versions));
    // Without it S3 answers 403, not 404, for a block that does not exist yet. A condition on the
    // prefix would undo that: a GET has none.
    allow('TellMissingFromForbidden', ['s3:ListBucket'], [bucket.bucketArn]);
    allow(
      'KeepCheckpoint',
      ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:Query'],
      [checkpointTable.tableArn],
    ).addCondition('ForAllValues:StringEquals', { 'dynamodb:LeadingKeys': [accountId] });
    allow('ReadCredentials', ['secretsmanager:GetSecretValue'], [secretArn]);
    allow('BeginLog', ['logs:CreateLogStream'], [logGroup.logGroupArn]);
    // All accounts share the log group. Lambda calls a stream there DATE/FUNCTION[VERSION]ID.
    const streams = `log-stream:*/${functionName}[*`;
    const streamsArn = Stack.of(this).formatArn({
      service: 'logs',
      resource: 'log-group',
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      resourceName: `${logGroup.logGroupName}:${streams}`,
    });
    allow('WriteLog', ['logs:PutLogEvents'], [streamsArn]);
    allow('Trace', ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], ['*']);
    allow('HandOverFailedRuns', ['sqs:SendMessage'], [failedRuns.queueArn]);
    if (key) {
      allow('UseKey', ['kms:Decrypt', 'kms:GenerateDataKey'], [key.keyArn]);
      allowKeyOfCheckpoint(this.role, key);
    }
    readUnderFormerKeys(this.role, 's3', bucket.bucketArn);
    readUnderFormerKeys(this.role, 'dynamodb', checkpointTable.tableName);
    readUnderFormerKeys(this.role, 'secretsmanager', secretArn);

    allowInterfaces(props.vpc, this.role);
    this.#acknowledge(bucket, objects, { logGroup, streams });
  }

  #acknowledge(
    bucket: Bucket,
    objects: readonly string[],
    { logGroup, streams }: { readonly logGroup: LogGroup; readonly streams: string },
  ): void {
    const acknowledge = (finding: string, reason: string) =>
      Validations.of(this.role).acknowledge({ id: `AwsSolutions-IAM5[${finding}]`, reason });
    // What belongs to another stack is a parameter of this one, which the CDK names so.
    const given = (resource: Bucket | LogGroup, attribute: 'Arn' | 'Ref') =>
      `<referenceto${Names.nodeUniqueId((resource.node.defaultChild as CfnElement).node)}${attribute}>`;
    for (const name of objects.filter((name) => name.includes('*'))) {
      acknowledge(
        `Resource::${given(bucket, 'Arn')}/${name}`,
        'One object for each day, and for each response: the days can not be listed beforehand.',
      );
    }
    const group = `arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:${given(logGroup, 'Ref')}`;
    acknowledge(
      `Resource::${group}:${streams}`,
      'Lambda names the streams of a log by the day, the function, and an id of its own.',
    );
    acknowledge('Resource::*', 'X-Ray knows no resources: its two actions take "*" alone.');
  }
}
