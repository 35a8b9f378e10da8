import { Duration, type RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { ReadWriteType, Trail } from 'aws-cdk-lib/aws-cloudtrail';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { DeploymentSettings } from '../settings.ts';
import { PrivateBucket } from './private-bucket.ts';

/**
 * Who wrote or deleted which object of the lake, and who changed what it stands on, told by AWS and not by
 * this product: every write, whoever made it, in files whose order and content CloudTrail signs.
 */
export class AuditTrail extends Construct {
  readonly bucket: Bucket;

  constructor(
    scope: Construct,
    id: string,
    props: {
      readonly settings: DeploymentSettings;
      readonly lake: Bucket;
      readonly key: Key | undefined;
      readonly removalPolicy: RemovalPolicy;
    },
  ) {
    super(scope, id);
    const { settings, lake, key, removalPolicy } = props;
    this.bucket = new PrivateBucket(this, 'Records', {
      key,
      removalPolicy,
      lifecycleRules: [
        {
          expiration: Duration.days(settings.landingRetention),
          abortIncompleteMultipartUploadAfter: Duration.days(7),
        },
      ],
    });
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'It is the log. What CloudTrail wrote there it signs: validate-logs tells of changes.',
    });
    const trailName = `${settings.name}-writes`;
    if (key !== undefined) this.#letCloudTrailUse(key, trailName);
    const trail = new Trail(this, 'Trail', {
      trailName,
      bucket: this.bucket,
      ...(key !== undefined && { encryptionKey: key }),
      enableFileValidation: true,
      isMultiRegionTrail: false,
      includeGlobalServiceEvents: false,
      // The bucket's policy and lifecycle, the table, the keys, the trail itself. A trail can't leave out the rest of
      // the AWS account's; among them are no reads, so none of the many calls of Decrypt.
      managementEvents: ReadWriteType.WRITE_ONLY,
    });
    trail.addS3EventSelector([{ bucket: lake }], {
      includeManagementEvents: false,
      readWriteType: ReadWriteType.WRITE_ONLY,
    });
  }

  #letCloudTrailUse(key: Key, trailName: string): void {
    const stack = Stack.of(this);
    const trailArn = stack.formatArn({
      service: 'cloudtrail',
      resource: 'trail',
      resourceName: trailName,
    });
    key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'CloudTrailEncrypts',
        principals: [new ServicePrincipal('cloudtrail.amazonaws.com')],
        actions: ['kms:GenerateDataKey*', 'kms:Decrypt', 'kms:DescribeKey'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceArn': trailArn } },
      }),
    );
  }
}
