import { Duration, type RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { Bucket, CfnBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { agentStay } from '../../shared/lake/agent-stay.ts';
import { REPORTS_FOLDER } from '../../shared/report/report-page.ts';
import type { DeploymentSettings } from '../settings.ts';
import { protectLake } from './lake-protection.ts';
import { PrivateBucket } from './private-bucket.ts';

/** The one bucket that holds blocks and the evidence for them. */
export class Lake extends Construct {
  readonly bucket: Bucket;

  constructor(
    scope: Construct,
    id: string,
    props: {
      readonly settings: DeploymentSettings;
      readonly key: Key | undefined;
      readonly removalPolicy: RemovalPolicy;
      /** Who alone may change evidence. Without one nobody may. */
      readonly eraser?: Role | undefined;
    },
  ) {
    super(scope, id);
    const { settings, key, removalPolicy } = props;
    this.bucket = new PrivateBucket(this, 'Bucket', {
      key,
      removalPolicy,
      versioned: true,
      // Always: to turn it on later would be to replace the bucket. Of itself it locks nothing, and nobody can
      // suspend the versions.
      objectLockEnabled: true,
      lifecycleRules: [
        {
          id: 'landing-expires',
          prefix: 'landing/',
          expiration: Duration.days(settings.landingRetention),
        },
        // They name agents, as rows do.
        ...(settings.keepRows === undefined
          ? []
          : [
              {
                id: 'reports-expire',
                prefix: `${REPORTS_FOLDER}/`,
                expiration: Duration.days(Number.parseInt(settings.keepRows, 10)),
              },
            ]),
        // Derived from what is kept: no evidence.
        ...[`blocks/${agentStay.folder}/`, `${agentStay.folder}/`].map((prefix, index) => ({
          id: `stays-expire-${index + 1}`,
          prefix,
          noncurrentVersionExpiration: Duration.days(1),
        })),
        {
          id: 'leftovers-expire',
          noncurrentVersionExpiration: Duration.days(settings.noncurrentRetention),
          abortIncompleteMultipartUploadAfter: Duration.days(7),
          expiredObjectDeleteMarker: true,
        },
      ],
    });
    this.#lock(settings.objectLock);
    protectLake(this.bucket, props.eraser);
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Server access logs are delivered at best effort, so they prove nothing. Who wrote what stands ' +
        'in the run ledger, in the log of every run and in the versions of the objects.',
    });
  }

  /** Said even when there is no rule, so that a rule that goes from the settings goes from the bucket. */
  #lock(lock: DeploymentSettings['objectLock']): void {
    (this.bucket.node.defaultChild as CfnBucket).objectLockConfiguration = {
      objectLockEnabled: 'Enabled',
      ...(lock !== undefined && {
        rule: { defaultRetention: { mode: lock.mode.toUpperCase(), days: lock.period } },
      }),
    };
  }
}
