import { readFileSync } from 'node:fs';
import { Aws } from 'aws-cdk-lib';
import {
  CfnTable,
  type Database,
  DataFormat,
  S3Table,
  S3TableStorage,
  Schema,
} from 'aws-cdk-lib/aws-glue';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { packageFile } from '../../shared/package-files.ts';
import { accountOffsets, accountOffsetsSql } from '../../shared/views/account-offsets.ts';
import { activityGroups, activityGroupsSql } from '../../shared/views/activity-groups.ts';
import { SCHEDULE_FOLDER, schedule, scheduleFiles } from '../../shared/views/schedule.ts';
import type { View } from '../../shared/views/view.ts';
import { views } from '../../shared/views/views.ts';
import { athenaView } from '../athena-view.ts';
import type { DeploymentSettings } from '../settings.ts';
import { databaseNameOf } from './lake-tables.ts';

/**
 * What analysts query: the views of `sql/views`, and what these read beside the tables. Glue does not look
 * into the text of a view, so they may be made in any order.
 */
export class AnalystViews extends Construct {
  constructor(
    scope: Construct,
    id: string,
    props: {
      readonly settings: DeploymentSettings;
      readonly database: Database;
      readonly bucket: Bucket;
    },
  ) {
    super(scope, id);
    const { settings, database, bucket } = props;
    const add = (view: View, sql: string) =>
      new CfnTable(this, view.name, {
        catalogId: Aws.ACCOUNT_ID,
        databaseName: database.databaseName,
        tableInput: athenaView(view, sql, databaseNameOf(settings)),
      });
    // Disabled accounts too: their history stays readable.
    add(activityGroups, activityGroupsSql(settings.accounts));
    add(accountOffsets, accountOffsetsSql(settings.accounts, Date.parse(settings.earliestDate)));
    for (const view of [schedule, ...views]) {
      add(view, readFileSync(packageFile(`sql/views/${view.name}.sql`), 'utf8').trim());
    }
    new S3Table(this, scheduleFiles.name, {
      database,
      tableName: scheduleFiles.name,
      description: scheduleFiles.row,
      storage: S3TableStorage.fromBucket(bucket),
      s3Prefix: `${SCHEDULE_FOLDER}/`,
      dataFormat: DataFormat.CSV,
      columns: scheduleFiles.columns.map(({ name, meaning }) => ({
        name,
        type: Schema.STRING,
        comment: meaning,
      })),
      parameters: { 'skip.header.line.count': '1' },
      partitionKeys: [],
      // Athena's word for client-side encryption.
      hasEncryptedData: false,
    });
  }
}
