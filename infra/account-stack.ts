import { type CfnStack, NestedStack, type RemovalPolicy } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { accountStackId } from '../shared/deployed-names.ts';
import { AccountAlarms } from './constructs/account-alarms.ts';
import { AccountPipeline } from './constructs/account-pipeline.ts';
import type { AlarmTopic } from './constructs/alarm-topic.ts';
import type { FailedWork } from './constructs/failed-work.ts';
import type { NightlyReports } from './constructs/nightly-reports.ts';
import type { AccountDeployment, DeploymentSettings } from './settings.ts';

/** What the accounts of a lake share, and each one's stack is given. */
export interface Shared {
  readonly settings: DeploymentSettings;
  readonly bucket: Bucket;
  readonly key: Key | undefined;
  readonly checkpointTable: TableV2;
  readonly logGroup: LogGroup;
  readonly alarmTopic: AlarmTopic;
  readonly failedWork: FailedWork;
  readonly nightlyReports: NightlyReports | undefined;
  readonly removalPolicy: RemovalPolicy;
}

/**
 * All that one SmartAssist account has of its own, in a stack within the lake's. Nothing in it knows of
 * another account, so that one more or less changes no other's template.
 */
export class AccountStack extends NestedStack {
  constructor(scope: Construct, account: AccountDeployment, shared: Shared) {
    const id = accountStackId(account.id);
    super(scope, id, { description: `Agent Activity Lake: the account ${account.id}` });
    // The command line finds the accounts of a lake by this id.
    (this.nestedStackResource as CfnStack).overrideLogicalId(id);

    new AccountPipeline(this, 'Pipeline', { account, ...shared });
    // A disabled account has no runs: there is nothing to watch, and no day to write a page of.
    if (!account.enabled) return;
    const { settings, alarmTopic, nightlyReports } = shared;
    new AccountAlarms(this, 'Alarms', { account, settings, topic: alarmTopic });
    nightlyReports?.everyNight(this, account);
  }
}
