import { Duration, type RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { DeploymentSettings } from '../settings.ts';
import { PrivateBucket } from './private-bucket.ts';

const RESULTS_KEPT = Duration.days(7);
const GIGABYTE = 1_000_000_000;

/**
 * Where analysts query. Results have a bucket of their own: an analyst must write there, and need not
 * be able to write anywhere in the lake; and the lake's bucket would keep their old versions.
 */
export class QueryWorkgroup extends Construct {
  readonly workgroup: CfnWorkGroup;
  /** Where the answers go. */
  readonly results: Bucket;

  constructor(
    scope: Construct,
    id: string,
    props: {
      readonly settings: DeploymentSettings;
      readonly key: Key | undefined;
      readonly removalPolicy: RemovalPolicy;
    },
  ) {
    super(scope, id);
    const { settings, key, removalPolicy } = props;
    this.results = new PrivateBucket(this, 'Results', {
      key,
      removalPolicy,
      lifecycleRules: [
        { expiration: RESULTS_KEPT, abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
    });
    Validations.of(this.results).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'Copies of rows for a week. Who asked what stands in the history of Athena.',
    });
    this.workgroup = new CfnWorkGroup(this, 'Workgroup', {
      name: settings.name,
      description: `Queries of the lake; one that reads more than ${settings.athenaScanLimitGigabytes} GB is cancelled`,
      recursiveDeleteOption: true,
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        publishCloudWatchMetricsEnabled: true,
        bytesScannedCutoffPerQuery: settings.athenaScanLimitGigabytes * GIGABYTE,
        engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
        resultConfiguration: {
          outputLocation: `s3://${this.results.bucketName}/`,
          expectedBucketOwner: Stack.of(this).account,
          encryptionConfiguration:
            key === undefined
              ? { encryptionOption: 'SSE_S3' }
              : { encryptionOption: 'SSE_KMS', kmsKey: key.keyArn },
        },
      },
    });
  }
}
