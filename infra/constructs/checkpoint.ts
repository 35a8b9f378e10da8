import type { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';

/** Watermark, request budget and run ledger of every account, one table. */
export class Checkpoint extends Construct {
  readonly table: TableV2;

  constructor(
    scope: Construct,
    id: string,
    { removalPolicy }: { readonly removalPolicy: RemovalPolicy },
  ) {
    super(scope, id);
    // On demand, which is what TableV2 is unless told otherwise.
    this.table = new TableV2(this, 'Table', {
      partitionKey: { name: 'account_id', type: AttributeType.STRING },
      sortKey: { name: 'item', type: AttributeType.STRING },
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: 'expires_at',
      // With it a first deployment that fails could not be taken back. A table that somebody deletes is in a
      // backup of AWS's for 35 days.
      deletionProtection: false,
      removalPolicy,
    });
  }
}
