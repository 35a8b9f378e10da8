import { RemovalPolicy } from 'aws-cdk-lib';
import {
  Database,
  DataFormat,
  DateIntervalUnit,
  InputFormat,
  OutputFormat,
  PartitionProjectionConfiguration,
  S3Table,
  S3TableStorage,
  Schema,
  SerializationLibrary,
} from 'aws-cdk-lib/aws-glue';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Column, Table } from '../../shared/lake/table.ts';
import { tables } from '../../shared/lake/tables.ts';
import type { DeploymentSettings } from '../settings.ts';

const GLUE_TYPES = {
  string: Schema.STRING,
  timestamp: Schema.TIMESTAMP,
  int: Schema.INTEGER,
  bigint: Schema.BIG_INT,
  boolean: Schema.BOOLEAN,
} as const satisfies Record<Column['type'], unknown>;

/**
 * The object in a partition's folder is read as lines of addresses, and the Parquet files are at these: as
 * AWS has it for the inventories of S3. The folder itself holds no row, so a superseded version is never
 * read beside the current one.
 */
const THROUGH_POINTERS = new DataFormat({
  inputFormat: new InputFormat('org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat'),
  outputFormat: OutputFormat.HIVE_IGNORE_KEY_TEXT,
  serializationLibrary: SerializationLibrary.PARQUET,
});

/** The lake's tables as Athena sees them. Partitions are computed, so nothing ever registers one. */
export class LakeTables extends Construct {
  readonly database: Database;

  constructor(
    scope: Construct,
    id: string,
    { settings, bucket }: { readonly settings: DeploymentSettings; readonly bucket: Bucket },
  ) {
    super(scope, id);
    this.database = new Database(this, 'Database', {
      databaseName: settings.name.replaceAll('-', '_'),
      description: 'What every SmartAssist agent did, every event once',
      // Nothing but definitions, under a name that the next deployment needs.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    for (const table of tables) this.#add(table, settings, bucket);
  }

  #add(table: Table, settings: DeploymentSettings, bucket: Bucket): void {
    const byDay = table.day !== null;
    const accountId = {
      name: 'account_id',
      type: Schema.STRING,
      comment: 'The SmartAssist account.',
    };
    const dt = {
      name: 'dt',
      type: Schema.DATE,
      comment: `UTC day of ${table.day?.join(', else of ')}.`,
    };
    const day = byDay ? `dt=\${dt}/` : '';
    new S3Table(this, table.name, {
      database: this.database,
      tableName: table.name,
      description: table.comment,
      storage: S3TableStorage.fromBucket(bucket),
      s3Prefix: `${table.folder}/`,
      dataFormat: THROUGH_POINTERS,
      columns: table.columns.map(({ name, type, comment }) => ({
        name,
        type: GLUE_TYPES[type],
        comment,
      })),
      partitionKeys: byDay ? [accountId, dt] : [accountId],
      partitionProjection: {
        // Disabled accounts too: their history stays readable.
        account_id: PartitionProjectionConfiguration.enum({
          values: settings.accounts.map(({ id }) => id),
        }),
        ...(byDay && {
          dt: PartitionProjectionConfiguration.date({
            min: new Date(settings.earliestDate).toISOString().slice(0, 10),
            max: 'NOW+1DAYS',
            format: 'yyyy-MM-dd',
            step: { interval: 1, intervalUnit: DateIntervalUnit.DAYS },
          }),
        }),
      },
      parameters: {
        'storage.location.template': `s3://${bucket.bucketName}/${table.folder}/account_id=\${account_id}/${day}`,
      },
      // Athena's word for client-side encryption.
      hasEncryptedData: false,
    });
  }
}
