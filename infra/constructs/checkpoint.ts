import { type RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AttributeType, type CfnGlobalTable, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

/**
 * Watermark, request budget and run ledger of every account, one table. It has a name, which is taken as long as
 * the table of a destroyed stack is there: a deployment beside it fails, and begins no empty history.
 */
export class Checkpoint extends Construct {
  readonly table: TableV2;

  constructor(
    scope: Construct,
    id: string,
    props: {
      readonly stackName: string;
      readonly key: Key | undefined;
      readonly removalPolicy: RemovalPolicy;
    },
  ) {
    super(scope, id);
    const { stackName, key, removalPolicy } = props;
    // On demand, which is what TableV2 is unless told otherwise.
    this.table = new TableV2(this, 'Table', {
      tableName: `${stackName}-checkpoint`,
      partitionKey: { name: 'account_id', type: AttributeType.STRING },
      sortKey: { name: 'item', type: AttributeType.STRING },
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: 'expires_at',
      // With it a first deployment that fails could not be taken back. A table that somebody deletes is in a
      // backup of AWS's for 35 days.
      deletionProtection: false,
      removalPolicy,
    });
    if (key) this.#encryptWith(key);
  }

  /** The construct's own way wants to know the region, which only the deployment does. */
  #encryptWith(key: Key): void {
    const template = this.table.node.defaultChild as CfnGlobalTable;
    template.sseSpecification = { sseEnabled: true, sseType: 'KMS' };
    template.addPropertyOverride('Replicas.0.SSESpecification', { KMSMasterKeyId: key.keyArn });
  }
}

/** What DynamoDB asks a key for, in the name of whoever reads and writes items; beside decrypting. */
export function allowKeyOfCheckpoint(role: Role, key: Key): void {
  role.addToPolicy(
    new PolicyStatement({
      sid: 'UseKeyOfCheckpoint',
      actions: ['kms:DescribeKey', 'kms:Encrypt', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'],
      resources: [key.keyArn],
      // It ends otherwise in China.
      conditions: {
        StringLike: { 'kms:ViaService': `dynamodb.${Stack.of(role).region}.amazonaws.com*` },
      },
    }),
  );
}
