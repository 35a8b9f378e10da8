import { ArnFormat, type RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

/**
 * The one key of `encryption: kms`: of what is stored, what is asked, what is remembered and what is logged.
 * Who uses it is said where the permissions of each are; here is only what AWS does by itself.
 */
export class LakeKey extends Key {
  constructor(
    scope: Construct,
    id: string,
    { name, removalPolicy }: { readonly name: string; readonly removalPolicy: RemovalPolicy },
  ) {
    super(scope, id, {
      description: `${name}: all that the lake stores`,
      enableKeyRotation: true,
      removalPolicy,
    });
    const stack = Stack.of(this);
    // They have no names of their own, so CloudFormation begins them with that of the stack.
    const logGroups = stack.formatArn({
      service: 'logs',
      resource: 'log-group',
      resourceName: `${stack.stackName}-*`,
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
