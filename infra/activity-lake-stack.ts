import { CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { AccountPipeline } from './constructs/account-pipeline.ts';
import { Checkpoint } from './constructs/checkpoint.ts';
import { Dashboard } from './constructs/dashboard.ts';
import { FailedWork } from './constructs/failed-work.ts';
import { Lake } from './constructs/lake.ts';
import { LakeTables } from './constructs/lake-tables.ts';
import { QueryWorkgroup } from './constructs/query-workgroup.ts';
import type { DeploymentSettings } from './settings.ts';

/**
 * Everything that runs in AWS: one lake, one checkpoint table, and a pipeline for each account.
 * Ids of constructs are part of the contract: to change one is to replace what it names.
 */
export class ActivityLakeStack extends Stack {
  constructor(scope: Construct, settings: DeploymentSettings) {
    super(scope, settings.name, {
      description: 'Agent Activity Lake: Kore.ai SmartAssist agent activity as Parquet for Athena',
    });
    const removalPolicy =
      settings.removalPolicy === 'destroy' ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN;
    const key =
      settings.encryption === 'kms'
        ? new Key(this, 'Key', {
            description: `${settings.name}: the lake and the results of queries`,
            enableKeyRotation: true,
            removalPolicy,
          })
        : undefined;

    const lake = new Lake(this, 'Lake', { settings, key, removalPolicy });
    const { database } = new LakeTables(this, 'Tables', { settings, bucket: lake.bucket });
    const { workgroup } = new QueryWorkgroup(this, 'Queries', { settings, key, removalPolicy });
    const { table } = new Checkpoint(this, 'Checkpoint', { removalPolicy });
    const failedWork = new FailedWork(this, 'FailedWork', { settings });

    const dashboard = new Dashboard(this, 'Dashboard', {
      dashboardName: settings.name,
      failedWork,
    });

    new CfnOutput(this, 'LakeBucket', { value: lake.bucket.bucketName });
    new CfnOutput(this, 'AthenaDatabase', { value: database.databaseName });
    new CfnOutput(this, 'AthenaWorkgroup', { value: workgroup.name });
    new CfnOutput(this, 'DashboardLink', { value: dashboard.url });
    new CfnOutput(this, 'CheckpointTable', { value: table.tableName });
    new CfnOutput(this, 'FailedRuns', { value: failedWork.failedRuns.queueUrl });
    new CfnOutput(this, 'UndeliveredRuns', { value: failedWork.undeliveredRuns.queueUrl });

    for (const account of settings.accounts) {
      const pipeline = new AccountPipeline(this, `Account-${account.id}`, {
        account,
        settings,
        bucket: lake.bucket,
        key,
        checkpointTable: table,
        failedWork,
        removalPolicy,
      });
      dashboard.addAccount(account.name ?? account.id, pipeline.function);
    }
  }
}
