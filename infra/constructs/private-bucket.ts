import type { RemovalPolicy } from 'aws-cdk-lib';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, type BucketProps } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

/** As every bucket here is: closed to the public, encrypted, asked over TLS alone, and kept with its policy. */
export class PrivateBucket extends Bucket {
  constructor(
    scope: Construct,
    id: string,
    props: Pick<BucketProps, 'versioned' | 'lifecycleRules' | 'objectLockEnabled'> & {
      /** Without one S3 itself encrypts. */
      readonly key: Key | undefined;
      readonly removalPolicy: RemovalPolicy;
    },
  ) {
    const { key, removalPolicy, ...own } = props;
    super(scope, id, {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      ...(key === undefined
        ? { encryption: BucketEncryption.S3_MANAGED }
        : { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true }),
      removalPolicy,
      ...own,
    });
    // CloudFormation would keep the bucket and delete what protects it.
    this.policy?.applyRemovalPolicy(removalPolicy);
  }
}
