import { Aws, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';

/** What a service names as the context of its encryption, by which KMS tells what a key is used for. */
const CONTEXTS = {
  /** Where there are Bucket Keys, as here: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html */
  s3: 'aws:s3:arn',
  /** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html */
  dynamodb: 'aws:dynamodb:tableName',
  /** https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html */
  secretsmanager: 'SecretARN',
} as const;

/**
 * Lets a role read what a bucket, a table or a secret holds, under whatever key it was written. A template has no memory: after a
 * change of `encryption` it names another key or none, and what was written before is still under the
 * former one, which is kept.
 *
 * @param named the bucket's ARN, the table's name, the secret's ARN; may be a pattern
 */
export function readUnderFormerKeys(
  role: Role,
  service: keyof typeof CONTEXTS,
  named: string,
): void {
  role.addToPolicy(
    new PolicyStatement({
      actions: ['kms:Decrypt'],
      resources: [Stack.of(role).formatArn({ service: 'kms', resource: 'key', resourceName: '*' })],
      conditions: {
        StringEquals: { 'kms:ViaService': `${service}.${Aws.REGION}.${Aws.URL_SUFFIX}` },
        StringLike: { [`kms:EncryptionContext:${CONTEXTS[service]}`]: named },
      },
    }),
  );
  Validations.of(role).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:kms:<AWS::Region>:<AWS::AccountId>:key/*]',
    reason: 'Any key, but only through the one service, and only for what it holds there.',
  });
}
