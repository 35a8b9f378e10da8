import { ArnFormat, Duration, type RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import type { Database } from 'aws-cdk-lib/aws-glue';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import {
  Architecture,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Schedule, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import { etlRuns, tables } from '../../shared/lake/tables.ts';
import { REPORTS_FOLDER } from '../../shared/report/report-page.ts';
import { SCHEDULE_FOLDER } from '../../shared/views/schedule.ts';
import { functionCode } from '../function-code.ts';
import { nightOf } from '../nights.ts';
import type { AccountDeployment, DeploymentSettings } from '../settings.ts';
import { schedulerRole } from './account-pipeline.ts';
import type { AlarmTopic } from './alarm-topic.ts';
import type { FailedWork } from './failed-work.ts';
import { readUnderFormerKeys } from './former-keys.ts';
import { databaseNameOf } from './lake-tables.ts';
import { allowInterfaces, reachThrough } from './own-network.ts';
import type { QueryWorkgroup } from './query-workgroup.ts';

/** What the views of the report read. */
const reportedTables = tables.filter((table) => table !== etlRuns);

interface NightlyReportsProps {
  readonly settings: DeploymentSettings;
  readonly bucket: Bucket;
  readonly key: Key | undefined;
  readonly database: Database;
  readonly queries: QueryWorkgroup;
  readonly topic: AlarmTopic;
  readonly failedWork: FailedWork;
  readonly removalPolicy: RemovalPolicy;
}

/**
 * Writes the page of yesterday of each account into the lake's bucket, every morning: one function, which asks
 * Athena what an analyst would ask.
 */
export class NightlyReports extends Construct {
  readonly #report: LambdaFunction;
  readonly #schedulerRole: Role;
  readonly #failedWork: FailedWork;

  constructor(scope: Construct, id: string, props: NightlyReportsProps) {
    super(scope, id);
    const { settings, bucket, key, database, queries, topic, failedWork } = props;
    const announced = settings.nightlyReport === 'announced';
    const logGroup = new LogGroup(this, 'Log', {
      retention: RetentionDays.THIRTEEN_MONTHS,
      ...(key && { encryptionKey: key }),
      removalPolicy: props.removalPolicy,
    });
    const role = this.#role(props, logGroup, announced);
    const report = new LambdaFunction(this, 'Report', {
      description: 'Writes the page of yesterday of an account',
      code: functionCode('report'),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 1_024,
      timeout: Duration.minutes(5),
      role: role.withoutPolicyUpdates(),
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      tracing: Tracing.DISABLED,
      retryAttempts: 1,
      onFailure: new SqsDestination(failedWork.failedRuns),
      environment: {
        REPORT_SETTINGS: Stack.of(this).toJsonString({
          bucket: bucket.bucketName,
          database: database.databaseName,
          workgroup: queries.workgroup.name,
          ...(announced && { topicArn: topic.topic.topicArn }),
        }),
      },
    });
    reachThrough(settings.vpc, report);
    report.node.addDependency(role);
    this.#report = report;
    this.#failedWork = failedWork;
    this.#schedulerRole = schedulerRole(this, { target: report, failedWork, key });
  }

  #role(props: NightlyReportsProps, logGroup: LogGroup, announced: boolean): Role {
    const { settings, bucket, key, queries, topic, failedWork } = props;
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: 'Asks Athena about yesterday and writes a page of it',
    });
    const allow = (sid: string, actions: string[], resources: string[]) =>
      role.addToPolicy(new PolicyStatement({ sid, actions, resources }));
    const { account, region } = Stack.of(this);
    const arn = (service: string, resource: string, resourceName?: string) =>
      Stack.of(this).formatArn({
        service,
        resource,
        account,
        region,
        ...(resourceName === undefined
          ? { arnFormat: ArnFormat.NO_RESOURCE_NAME }
          : { resourceName }),
      });
    const database = databaseNameOf(settings);
    allow(
      'AskAthena',
      ['Start', 'Get', 'Stop']
        .map((verb) => `athena:${verb}QueryExecution`)
        .concat('athena:GetQueryResults'),
      [arn('athena', 'workgroup', settings.name)],
    );
    allow(
      'ReadCatalog',
      ['glue:GetDatabase', 'glue:GetTable', 'glue:GetTables', 'glue:GetPartitions'],
      [
        arn('glue', 'catalog'),
        arn('glue', 'database', database),
        // AWS asks for it of whoever reads any database.
        arn('glue', 'database', 'default'),
        arn('glue', 'table', `${database}/*`),
      ],
    );
    const read = [
      ...reportedTables.flatMap(({ folder }) => [`${folder}/*`, `blocks/${folder}/*`]),
      `${SCHEDULE_FOLDER}/*`,
    ];
    const written = `${REPORTS_FOLDER}/*`;
    allow(
      'ReadLake',
      ['s3:GetObject'],
      read.map((name) => bucket.arnForObjects(name)),
    );
    allow('ListLake', ['s3:ListBucket', 's3:GetBucketLocation'], [bucket.bucketArn]);
    allow('WriteReports', ['s3:PutObject'], [bucket.arnForObjects(written)]);
    allow(
      'KeepResults',
      ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload'],
      [queries.results.arnForObjects('*')],
    );
    allow('FindResults', ['s3:ListBucket', 's3:GetBucketLocation'], [queries.results.bucketArn]);
    allow('WriteLog', ['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]);
    allow('HandOverFailedRuns', ['sqs:SendMessage'], [failedWork.failedRuns.queueArn]);
    if (key) allow('UseKey', ['kms:Decrypt', 'kms:GenerateDataKey'], [key.keyArn]);
    readUnderFormerKeys(role, 's3', bucket.bucketArn);
    if (announced) {
      allow('Announce', ['sns:Publish'], [topic.topic.topicArn]);
      allow('UseKeyOfTopic', ['kms:Decrypt', 'kms:GenerateDataKey'], [topic.key.keyArn]);
    }
    allowInterfaces(settings.vpc, role);
    this.#acknowledge(role, { bucket, results: queries.results, database }, [...read, written]);
    return role;
  }

  #acknowledge(
    role: Role,
    { bucket, results, database }: { bucket: Bucket; results: Bucket; database: string },
    objects: readonly string[],
  ): void {
    const acknowledge = (finding: string, reason: string) =>
      Validations.of(role).acknowledge({ id: `AwsSolutions-IAM5[${finding}]`, reason });
    const idOf = (of: Bucket) => (Stack.of(this).resolve(of.bucketName) as { Ref: string }).Ref;
    for (const name of objects) {
      acknowledge(
        `Resource::<${idOf(bucket)}.Arn>/${name}`,
        'It reads what an analyst may read, and writes a page a day.',
      );
    }
    acknowledge(`Resource::<${idOf(results)}.Arn>/*`, 'Athena names the objects of its answers.');
    acknowledge(
      `Resource::arn:<AWS::Partition>:glue:<AWS::Region>:<AWS::AccountId>:table/${database}/*`,
      'All tables and views of the one database.',
    );
  }

  /** @param scope where the schedule is to be: the account's own stack */
  everyNight(scope: Construct, account: AccountDeployment): void {
    new Schedule(scope, 'Night', {
      description: `The page of yesterday of ${account.name ?? account.id}`,
      schedule: nightOf(account).report,
      target: new LambdaInvoke(this.#report, {
        role: this.#schedulerRole.withoutPolicyUpdates(),
        input: ScheduleTargetInput.fromObject({
          accountId: account.id,
          reportTimeZone: account.reportTimeZone,
        }),
        retryAttempts: 2,
        maxEventAge: Duration.hours(1),
        deadLetterQueue: this.#failedWork.undeliveredRuns,
      }),
    });
  }
}
