import { AnyPrincipal, Effect, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { tables } from '../../shared/lake/tables.ts';

interface Denial {
  readonly sid: string;
  readonly actions: readonly string[];
  /** Patterns of keys. */
  readonly of: readonly string[];
  /** The denial holds for a request that has none of these. */
  readonly without?: readonly string[];
  /** It does not hold for the role that erases, where there is one. */
  readonly butEraser?: true;
}

const pointerFolders = tables.map(({ folder }) => folder);

/*
 * A write that says If-None-Match can't replace anything. What can't say it is refused: multipart uploads,
 * forms, plain copies.
 */
const denials: readonly Denial[] = [
  {
    sid: 'LandingIsNeverOverwritten',
    actions: ['s3:PutObject'],
    of: ['landing/*'],
    without: ['s3:if-none-match'],
    butEraser: true,
  },
  {
    sid: 'LandingIsNeverDeleted',
    actions: ['s3:DeleteObject*'],
    of: ['landing/*'],
    butEraser: true,
  },
  {
    // Under a key that is then deleted, nobody could read it any more.
    sid: 'LandingIsNeverReEncrypted',
    actions: ['s3:UpdateObjectEncryption'],
    of: ['landing/*'],
  },
  {
    sid: 'VersionsAreNeverOverwritten',
    actions: ['s3:PutObject'],
    of: ['blocks/*'],
    without: ['s3:if-none-match'],
  },
  {
    sid: 'PointersAreSwapped',
    actions: ['s3:PutObject'],
    of: pointerFolders.map((folder) => `${folder}/*`),
    without: ['s3:if-match', 's3:if-none-match'],
  },
  {
    // Without its pointer a block is taken for one that was never written: its rows would be gone.
    sid: 'PointersAreNeverDeleted',
    actions: ['s3:DeleteObject*'],
    of: pointerFolders.map((folder) => `${folder}/*/current`),
  },
  {
    // Replicas come by actions of their own, past all that is said of PutObject and DeleteObject.
    sid: 'NothingIsReplicatedHither',
    actions: [
      's3:ReplicateObject',
      's3:ReplicateDelete',
      's3:ReplicateTags',
      's3:ObjectOwnerOverrideToBucketOwner',
    ],
    of: ['*'],
  },
];

/**
 * What nobody may do to the lake's objects, whatever else allows it, as long as the bucket's policy stands: evidence
 * and versions of blocks are written once, and pointers change by compare-and-swap alone. No policy of a
 * bucket binds its lifecycle.
 *
 * @param eraser may rewrite and delete evidence, and nothing else of it
 */
export function protectLake(bucket: Bucket, eraser: Role | undefined): void {
  for (const { sid, actions, of, without, butEraser } of denials) {
    const conditions = {
      ...(without && { Null: Object.fromEntries(without.map((key) => [key, 'true'])) }),
      ...(butEraser && eraser && { ArnNotEquals: { 'aws:PrincipalArn': eraser.roleArn } }),
    };
    bucket.addToResourcePolicy(
      new PolicyStatement({
        sid,
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: [...actions],
        resources: of.map((pattern) => bucket.arnForObjects(pattern)),
        conditions,
      }),
    );
  }
}
