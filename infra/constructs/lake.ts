import { Duration, type RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { agentStay } from '../../shared/lake/agent-stay.ts';
import { tables } from '../../shared/lake/tables.ts';
import type { DeploymentSettings } from '../settings.ts';

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
    },
  ) {
    super(scope, id);
    const { settings, key, removalPolicy } = props;
    this.bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      versioned: true,
      ...encryptedWith(key),
      removalPolicy,
      lifecycleRules: [
        {
          id: 'landing-expires',
          prefix: 'landing/',
          expiration: Duration.days(settings.landingRetention),
        },
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
    this.#protect();
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Server access logs are delivered at best effort, so they prove nothing. Who wrote what stands ' +
        'in the run ledger, in the log of every run and in the versions of the objects.',
    });
  }

  /**
   * Evidence and versions of blocks are written once; of evidence only the lifecycle, which no bucket
   * policy binds, takes anything away. Pointers change by compare-and-swap alone.
   */
  #protect(): void {
    const deny = (sid: string, action: string, prefixes: string[], absent: readonly string[]) =>
      this.bucket.addToResourcePolicy(
        new PolicyStatement({
          sid,
          effect: Effect.DENY,
          principals: [new AnyPrincipal()],
          actions: [action],
          resources: prefixes.map((prefix) => this.bucket.arnForObjects(`${prefix}/*`)),
          ...(absent.length > 0 && {
            conditions: { Null: Object.fromEntries(absent.map((key) => [key, 'true'])) },
          }),
        }),
      );
    // A write that says If-None-Match can't replace anything; copies and multipart uploads can't
    // say it, so they are refused too.
    deny('LandingIsNeverOverwritten', 's3:PutObject', ['landing'], ['s3:if-none-match']);
    deny('LandingIsNeverDeleted', 's3:DeleteObject*', ['landing'], []);
    deny('VersionsAreNeverOverwritten', 's3:PutObject', ['blocks'], ['s3:if-none-match']);
    const pointers = tables.map(({ folder }) => folder);
    deny('PointersAreSwapped', 's3:PutObject', pointers, ['s3:if-match', 's3:if-none-match']);
  }
}

/** How a bucket of this stack is encrypted: with the key, if there is one, else by S3 itself. */
export function encryptedWith(key: Key | undefined) {
  return key === undefined
    ? { encryption: BucketEncryption.S3_MANAGED }
    : { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true };
}
