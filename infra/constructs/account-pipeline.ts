import { ArnFormat, Duration, type RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { type CfnSecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { functionNameOf, secretNameOf } from '../../shared/deployed-names.ts';
import { credentialsWanted } from '../../shared/settings.ts';
import { nightOf } from '../nights.ts';
import type { AccountDeployment, DeploymentSettings } from '../settings.ts';
import { AccountRole } from './account-role.ts';
import { ActivityFunction } from './activity-function.ts';
import type { FailedWork } from './failed-work.ts';
import { reachThrough } from './own-network.ts';

/** One SmartAssist account: its function, what the function may do, and when it is invoked. */
export class AccountPipeline extends Construct {
  constructor(
    scope: Construct,
    id: string,
    props: {
      readonly account: AccountDeployment;
      readonly settings: DeploymentSettings;
      readonly bucket: Bucket;
      readonly key: Key | undefined;
      readonly checkpointTable: TableV2;
      readonly logGroup: LogGroup;
      readonly failedWork: FailedWork;
      readonly removalPolicy: RemovalPolicy;
    },
  ) {
    super(scope, id);
    const { account, settings, bucket, key, checkpointTable, logGroup, failedWork } = props;
    const accountId = account.id;

    const functionName = functionNameOf(settings.name, accountId);
    const secretName = account.secret ?? secretNameOf(settings.name, accountId);
    const secretArn =
      account.secret === undefined
        ? emptySecret(this, secretName, props).secretArn
        : existingSecret(this, account.secret);
    const { role } = new AccountRole(this, 'Permissions', {
      accountId,
      functionName,
      bucket,
      key,
      checkpointTable,
      secretArn,
      logGroup,
      failedRuns: failedWork.failedRuns,
      vpc: settings.vpc,
    });
    const activity = new ActivityFunction(this, 'Function', {
      functionName,
      description: `Pulls the agent activity of ${account.name ?? accountId}`,
      role,
      logGroup,
      failedRuns: failedWork.failedRuns,
      metricsNamespace: settings.name,
      patient: isPatient(account),
      memoryMegabytes: account.memoryMegabytes,
      settings: {
        accountId,
        host: account.host,
        sourceTimeZone: account.sourceTimeZone,
        reportTimeZone: account.reportTimeZone,
        longestStay: account.longestStay,
        streamId: account.streamId,
        start: account.start,
        earliestDate: settings.earliestDate,
        lookback: settings.lookback,
        settleDelay: settings.settleDelay,
        maxWindow: settings.maxWindow,
        scheduleMinutes: account.schedule,
        reconcileDays: settings.reconcileDays,
        keepRows: settings.keepRows,
        requestsPerMinute: settings.requestsPerMinute,
        bucket: bucket.bucketName,
        checkpointTable: checkpointTable.tableName,
        credentialsSecret: secretName,
      },
    });
    reachThrough(settings.vpc, activity.function);
    this.#schedule(activity.function, account, failedWork, key);
  }

  #schedule(
    target: IFunction,
    account: AccountDeployment,
    failedWork: FailedWork,
    key: Key | undefined,
  ): void {
    const { undeliveredRuns } = failedWork;
    const role = schedulerRole(this, { target, failedWork, key });
    const schedule = (id: string, job: string, expression: ScheduleExpression) =>
      new Schedule(this, id, {
        description: `${job} of ${account.name ?? account.id}`,
        schedule: expression,
        enabled: account.enabled,
        target: new LambdaInvoke(target, {
          // Its own grants would take in every version of the function.
          role: role.withoutPolicyUpdates(),
          input: ScheduleTargetInput.fromObject({ job }),
          retryAttempts: 2,
          maxEventAge: isPatient(account) ? Duration.hours(1) : Duration.minutes(5),
          deadLetterQueue: undeliveredRuns,
        }),
      });
    schedule('Pull', 'pull', ScheduleExpression.rate(Duration.minutes(account.schedule)));
    const { reconcile, directory } = nightOf(account);
    schedule('Reconcile', 'reconcile', reconcile);
    schedule('Directory', 'directory', directory);
  }
}

/** Whose next tick is too far away to be the retry of one that failed. */
const isPatient = ({ schedule }: AccountDeployment) => schedule > 60;

/** Without a value, which the L2 construct would generate: the function says what is wanted instead. */
function emptySecret(
  scope: Construct,
  secretName: string,
  { key, removalPolicy }: { readonly key: Key | undefined; readonly removalPolicy: RemovalPolicy },
): Secret {
  const secret = new Secret(scope, 'Credentials', {
    secretName,
    description: credentialsWanted,
    removalPolicy,
  });
  const template = secret.node.defaultChild as CfnSecret;
  template.generateSecretString = undefined;
  // The construct's own way would add to the key's policy, which is another stack's.
  if (key) template.kmsKeyId = key.keyArn;
  Validations.of(secret).acknowledge({
    id: 'AwsSolutions-SMG4',
    reason: 'Kore.ai issues these credentials by hand: nothing here could rotate them.',
  });
  return secret;
}

/** The ARN of a secret that is there already; Secrets Manager ends it with six characters of its own. */
function existingSecret(scope: Construct, name: string): string {
  return Stack.of(scope).formatArn({
    service: 'secretsmanager',
    resource: 'secret',
    resourceName: `${name}-??????`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

/** A role for the schedules of this stack alone, which invoke one function. */
export function schedulerRole(
  scope: Construct,
  invoked: {
    readonly target: IFunction;
    readonly failedWork: FailedWork;
    readonly key: Key | undefined;
  },
): Role {
  const { target, failedWork, key } = invoked;
  const stack = Stack.of(scope);
  const role = new Role(scope, 'SchedulerRole', {
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
      conditions: {
        StringEquals: {
          'aws:SourceAccount': stack.account,
          'aws:SourceArn': stack.formatArn({
            service: 'scheduler',
            resource: 'schedule-group',
            resourceName: 'default',
          }),
        },
      },
    }),
  });
  const allow = (actions: string[], resource: string) =>
    role.addToPolicy(new PolicyStatement({ actions, resources: [resource] }));
  allow(['lambda:InvokeFunction'], target.functionArn);
  allow(['sqs:SendMessage'], failedWork.undeliveredRuns.queueArn);
  if (key) allow(['kms:Decrypt', 'kms:GenerateDataKey'], key.keyArn);
  return role;
}
