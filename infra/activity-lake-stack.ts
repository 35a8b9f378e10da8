import { CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { AccountAlarms } from './constructs/account-alarms.ts';
import { AccountPipeline } from './constructs/account-pipeline.ts';
import { AlarmTopic } from './constructs/alarm-topic.ts';
import { AnalystViews } from './constructs/analyst-views.ts';
import { AuditTrail } from './constructs/audit-trail.ts';
import { Checkpoint } from './constructs/checkpoint.ts';
import { Dashboard } from './constructs/dashboard.ts';
import { FailedWork } from './constructs/failed-work.ts';
import { Lake } from './constructs/lake.ts';
import { LakeTables } from './constructs/lake-tables.ts';
import { NightlyReports } from './constructs/nightly-reports.ts';
import { QueryWorkgroup } from './constructs/query-workgroup.ts';
import { SavedAthenaQueries } from './constructs/saved-athena-queries.ts';
import { SavedLogQueries } from './constructs/saved-log-queries.ts';
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
    new AnalystViews(this, 'Views', { settings, database, bucket: lake.bucket });
    const queries = new QueryWorkgroup(this, 'Queries', { settings, key, removalPolicy });
    const { workgroup } = queries;
    const { table } = new Checkpoint(this, 'Checkpoint', { removalPolicy });
    const alarmTopic = new AlarmTopic(this, 'Alarms', { email: settings.alarmEmail });
    const failedWork = new FailedWork(this, 'FailedWork', {
      stackName: settings.name,
      topic: alarmTopic,
    });
    const pipelines = settings.accounts.map((account) => ({
      account,
      pipeline: new AccountPipeline(this, `Account-${account.id}`, {
        account,
        settings,
        bucket: lake.bucket,
        key,
        checkpointTable: table,
        failedWork,
        removalPolicy,
      }),
    }));
    // A disabled account has no runs: nothing to watch, and nothing new to show.
    const watched = pipelines
      .filter(({ account }) => account.enabled)
      .map(({ account, pipeline }) => ({
        account,
        function: pipeline.function,
        alarms: new AccountAlarms(this, `Alarms-${account.id}`, {
          account,
          settings,
          topic: alarmTopic,
        }).heard,
      }));
    const dashboard = new Dashboard(this, 'Dashboard', {
      stackName: settings.name,
      failedWork,
      accounts: watched,
    });
    new SavedLogQueries(this, 'LogQueries', {
      folder: settings.name,
      logGroups: pipelines.map(({ pipeline }) => pipeline.logGroup),
    });
    const inWorkgroup = { database: database.databaseName, workgroup };
    new SavedAthenaQueries(this, 'AuditQueries', {
      ...{ folder: 'audit', page: 'docs/audit.md', ...inWorkgroup },
    });
    new SavedAthenaQueries(this, 'Questions', {
      ...{ folder: 'questions', page: 'docs/analysts.md', ...inWorkgroup },
    });
    if (settings.nightlyReport !== 'off') {
      new NightlyReports(this, 'NightlyReports', {
        ...{ settings, bucket: lake.bucket, key, database, queries, failedWork, removalPolicy },
        topic: alarmTopic,
      });
    }
    if (settings.auditTrail) {
      const trail = new AuditTrail(this, 'AuditTrail', {
        settings,
        lake: lake.bucket,
        key,
        removalPolicy,
      });
      new CfnOutput(this, 'AuditTrailBucket', { value: trail.bucket.bucketName });
    }

    new CfnOutput(this, 'LakeBucket', { value: lake.bucket.bucketName });
    new CfnOutput(this, 'AthenaDatabase', { value: database.databaseName });
    new CfnOutput(this, 'AthenaWorkgroup', { value: workgroup.name });
    new CfnOutput(this, 'DashboardLink', { value: dashboard.url });
    new CfnOutput(this, 'AlarmTopic', { value: alarmTopic.topic.topicArn });
    new CfnOutput(this, 'CheckpointTable', { value: table.tableName });
    new CfnOutput(this, 'FailedRuns', { value: failedWork.failedRuns.queueUrl });
    new CfnOutput(this, 'UndeliveredRuns', { value: failedWork.undeliveredRuns.queueUrl });
  }
}
