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
import { DAY_MS, isoDay } from '../../shared/activity/instant.ts';
import { type Column, dayColumn, type Table } from '../../shared/lake/table.ts';
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
      databaseName: databaseNameOf(settings),
      description: 'What every SmartAssist agent did, every event once',
      // Nothing but definitions, under a name that the next deployment needs.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    for (const table of tables) this.#add(table, settings, bucket);
  }

  #add(table: Table, settings: DeploymentSettings, bucket: Bucket): void {
    const day = dayColumn(table);
    const accountId = {
      name: 'account_id',
      type: Schema.STRING,
      comment: 'The SmartAssist account.',
    };
    const dayFolder = day === null ? '' : `${day.name}=\${${day.name}}/`;
    // West of Greenwich the first events are of the local day before.
    const leadMs = table.day === 'local' ? DAY_MS : 0;
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
      partitionKeys: day === null ? [accountId] : [accountId, { ...day, type: Schema.DATE }],
      partitionProjection: {
        // Disabled accounts too: their history stays readable.
        account_id: PartitionProjectionConfiguration.enum({
          values: settings.accounts.map(({ id }) => id),
        }),
        ...(day !== null && {
          [day.name]: PartitionProjectionConfiguration.date({
            min: isoDay(Date.parse(settings.earliestDate) - leadMs),
            max: 'NOW+1DAYS',
            format: 'yyyy-MM-dd',
            step: { interval: 1, intervalUnit: DateIntervalUnit.DAYS },
          }),
        }),
      },
      parameters: {
        'storage.location.template': `s3://${bucket.bucketName}/${table.folder}/account_id=\${account_id}/${dayFolder}`,
      },
      // Athena's word for client-side encryption.
      hasEncryptedData: false,
    });
  }
}

/** Of the database; its names have no hyphens. */
export function databaseNameOf({ name }: DeploymentSettings): string {
  return name.replaceAll('-', '_');
}
