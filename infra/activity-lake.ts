import { Aws, CfnCondition, CfnOutput, Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { lakeOutputs } from '../shared/deployed-names.ts';
import { AccountStack } from './account-stack.ts';
import { AccountDashboard } from './constructs/account-dashboard.ts';
import { AlarmTopic } from './constructs/alarm-topic.ts';
import { AnalystViews } from './constructs/analyst-views.ts';
import { AuditTrail } from './constructs/audit-trail.ts';
import { Checkpoint } from './constructs/checkpoint.ts';
import { ErasureRole } from './constructs/erasure-role.ts';
import { FailedWork } from './constructs/failed-work.ts';
import { Lake } from './constructs/lake.ts';
import { LakeKey } from './constructs/lake-key.ts';
import { LakeTables } from './constructs/lake-tables.ts';
import { NightlyReports } from './constructs/nightly-reports.ts';
import { OverviewDashboard } from './constructs/overview-dashboard.ts';
import { QueryWorkgroup } from './constructs/query-workgroup.ts';
import { SavedAthenaQueries } from './constructs/saved-athena-queries.ts';
import { SavedLogQueries } from './constructs/saved-log-queries.ts';
import { type ActivityLakeProps, type DeploymentSettings, lakeSettings } from './settings.ts';

/**
 * Everything that runs in AWS: one lake, one checkpoint table, and for each account a stack within that of the
 * construct. One of it in a stack: its outputs have fixed names, by which the command line finds what there is.
 * Ids of constructs are part of the contract: to change one is to replace what it names.
 */
export class ActivityLake extends Construct {
  /** The Parquet files, the pointers to them, and the responses that they came from. */
  readonly bucket: Bucket;
  /** Where the answers of Athena go. */
  readonly queryResults: Bucket;
  /** In the catalog of Glue. */
  readonly databaseName: string;
  /** Of Athena. */
  readonly workgroupName: string;
  /** Watermarks and the ledger of runs. */
  readonly checkpointTable: TableV2;
  /** Told of every alarm. */
  readonly alarmTopic: Topic;

  /** @throws Error that names a setting which is wrong, its value and what is allowed */
  constructor(scope: Construct, id: string, props: ActivityLakeProps) {
    super(scope, id);
    const settings = lakeSettings(props);
    const removalPolicy =
      settings.removalPolicy === 'destroy'
        ? RemovalPolicy.DESTROY
        : // Of a first deployment that fails nothing stays.
          RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;
    const key =
      settings.encryption === 'kms'
        ? new LakeKey(this, 'Key', { name: settings.name, removalPolicy })
        : undefined;

    const eraser = settings.erasure ? new ErasureRole(this, 'Erasure') : undefined;
    const lake = new Lake(this, 'Lake', { settings, key, removalPolicy, eraser: eraser?.role });
    const { database } = new LakeTables(this, 'Tables', { settings, bucket: lake.bucket });
    new AnalystViews(this, 'Views', { settings, database, bucket: lake.bucket });
    const queries = new QueryWorkgroup(this, 'Queries', { settings, key, removalPolicy });
    const { workgroup } = queries;
    const { table } = new Checkpoint(this, 'Checkpoint', {
      stackName: settings.name,
      key,
      removalPolicy,
    });
    eraser?.allowOn({
      stackName: settings.name,
      bucket: lake.bucket,
      checkpointTable: table,
      key,
    });
    const alarmTopic = new AlarmTopic(this, 'Alarms', { email: settings.alarmEmail });
    const failedWork = new FailedWork(this, 'FailedWork', {
      stackName: settings.name,
      topic: alarmTopic,
      key,
    });
    const logGroup = new LogGroup(this, 'Log', {
      retention: RetentionDays.THIRTEEN_MONTHS,
      ...(key && { encryptionKey: key }),
      removalPolicy,
    });
    new SavedLogQueries(this, 'LogQueries', { folder: settings.name, logGroup });
    const inWorkgroup = { database: database.databaseName, workgroup };
    new SavedAthenaQueries(this, 'AuditQueries', {
      folder: 'audit',
      page: 'docs/audit.md',
      ...inWorkgroup,
    });
    new SavedAthenaQueries(this, 'Questions', {
      folder: 'questions',
      page: 'docs/analysts.md',
      ...inWorkgroup,
    });
    const shared = { settings, key, failedWork, removalPolicy, bucket: lake.bucket };
    const nightlyReports =
      settings.nightlyReport === 'off'
        ? undefined
        : new NightlyReports(this, 'NightlyReports', {
            ...shared,
            database,
            queries,
            topic: alarmTopic,
          });
    for (const account of settings.accounts) {
      new AccountStack(this, account, {
        ...shared,
        checkpointTable: table,
        logGroup,
        alarmTopic,
        nightlyReports,
      });
    }
    const dashboard = this.#dashboards(settings, failedWork);
    if (settings.auditTrail) {
      const trail = new AuditTrail(this, 'AuditTrail', {
        settings,
        lake: lake.bucket,
        key,
        removalPolicy,
      });
      this.#output('AuditTrailBucket', trail.bucket.bucketName);
    }

    this.bucket = lake.bucket;
    this.queryResults = queries.results;
    this.databaseName = database.databaseName;
    this.workgroupName = workgroup.name;
    this.checkpointTable = table;
    this.alarmTopic = alarmTopic.topic;

    this.#output(lakeOutputs.bucket, lake.bucket.bucketName);
    this.#output(lakeOutputs.database, database.databaseName);
    this.#output(lakeOutputs.workgroup, workgroup.name);
    this.#output('QueryResultsBucket', queries.results.bucketName);
    this.#output('DashboardLink', this.#linkTo(dashboard));
    this.#output('AlarmTopic', alarmTopic.topic.topicArn);
    this.#output('LogGroup', logGroup.logGroupName);
    this.#output(lakeOutputs.checkpointTable, table.tableName);
    this.#output('FailedRuns', failedWork.failedRuns.queueUrl);
    this.#output('UndeliveredRuns', failedWork.undeliveredRuns.queueUrl);
  }

  /** Under its own name, wherever in a stack the construct is. */
  #output(name: string, value: string): void {
    new CfnOutput(this, name, { value }).overrideLogicalId(name);
  }

  /** @returns the name of the overview. Names of dashboards are global in an AWS account, so they hold the region */
  #dashboards({ name: stackName, accounts }: DeploymentSettings, failedWork: FailedWork): string {
    const overview = `${stackName}-${Aws.REGION}`;
    const accountDashboard = `${overview}-account`;
    new AccountDashboard(this, 'AccountDashboard', { name: accountDashboard, stackName });
    new OverviewDashboard(this, 'Overview', {
      name: overview,
      stackName,
      accountDashboard,
      failedWork,
      accounts: accounts.filter(({ enabled }) => enabled),
    });
    return overview;
  }

  /** Of a dashboard's page in the console, which each partition of AWS has elsewhere. */
  #linkTo(dashboard: string): string {
    const isIn = (partition: string) =>
      new CfnCondition(this, `Is-${partition}`, {
        expression: Fn.conditionEquals(Aws.PARTITION, partition),
      }).logicalId;
    const elsewhere = Fn.conditionIf(
      isIn('aws-us-gov'),
      'console.amazonaws-us-gov.com',
      'console.aws.amazon.com',
    );
    const host = Fn.conditionIf(isIn('aws-cn'), 'console.amazonaws.cn', elsewhere).toString();
    return `https://${Aws.REGION}.${host}/cloudwatch/home?region=${Aws.REGION}#dashboards/dashboard/${dashboard}`;
  }
}

/** A lake as a stack of its own: what this app deploys. */
export class ActivityLakeStack extends Stack {
  constructor(scope: Construct, props: ActivityLakeProps) {
    const { name, removalPolicy } = lakeSettings(props);
    super(scope, name, {
      description: 'Agent Activity Lake: Kore.ai SmartAssist agent activity as Parquet for Athena',
      // CloudFormation takes 1 MB, and hundreds of accounts make half of it of blanks.
      suppressTemplateIndentation: true,
      terminationProtection: removalPolicy === 'retain',
    });
    // The id that leaves no trace in the names of what is within.
    new ActivityLake(this, 'Default', props);
  }
}
