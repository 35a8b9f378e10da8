import { ArnFormat, type RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

/**
 * The one key of `encryption: kms`: of what is stored, what is asked, what is remembered and what is logged.
 * Who uses it is said where the permissions of each are; here is only what AWS does by itself.
 */
export class LakeKey extends Key {
  /** @param stackName begins the names of the groups of logs that are encrypted with it */
  constructor(
    scope: Construct,
    id: string,
    {
      stackName,
      removalPolicy,
    }: { readonly stackName: string; readonly removalPolicy: RemovalPolicy },
  ) {
    super(scope, id, {
      description: `${stackName}: all that the lake stores`,
      enableKeyRotation: true,
      removalPolicy,
    });
    const stack = Stack.of(this);
    const logGroups = stack.formatArn({
      ...{ service: 'logs', resource: 'log-group', resourceName: `${stackName}-*` },
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    // CloudWatch Logs has no role and no caller whose permissions would do: it asks the key's own policy.
    this.addToResourcePolicy(
      new PolicyStatement({
        sid: 'LogsAreEncrypted',
        principals: [new ServicePrincipal(`logs.${stack.region}.${stack.urlSuffix}`)],
        actions: [
          'kms:Encrypt',
          'kms:Decrypt',
          'kms:ReEncrypt*',
          'kms:GenerateDataKey*',
          'kms:DescribeKey',
        ],
        resources: ['*'],
        conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': logGroups } },
      }),
    );
  }
}
