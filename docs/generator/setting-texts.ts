import type { FolderAccount } from '../../cli/places/folder-accounts.ts';
import type { AccountDeployment, DeploymentSettings } from '../../infra/settings.ts';

/** What each setting of a deployment means; what is allowed and the default are the schema's to say. */
export const deploymentTexts: { readonly [name in keyof Required<DeploymentSettings>]: string } = {
  name: 'Of the stack; its database, workgroup, functions and secrets are named after it.',
  accounts: 'The SmartAssist accounts, in `accounts.json` beside `cdk.json`: see below.',
  earliestDate: 'Athena looks for days from here on; older events are rejected.',
  lookback: 'How far behind the watermark each run asks again, for late events.',
  settleDelay: 'No window ends later than this before now.',
  maxWindow: 'The longest window of one request.',
  reconcileDays: 'How many of the last whole days are checked every night.',
  requestsPerMinute: 'Of the 60 that Kore.ai allows an account.',
  keepRows:
    'Rows of days older than this go the next night; otherwise never ([privacy.md](privacy.md)).',
  landingRetention: 'How long responses are kept: the horizon of the audit.',
  noncurrentRetention: 'How long superseded versions of blocks are kept, after they were removed.',
  objectLock:
    'How long S3 lets nobody delete what is written: see [deploy.md](deploy.md#what-nobody-can-delete).',
  encryption: '`kms`: a key of the stack’s own for all that is stored, queued and logged.',
  vpc: 'Private subnets and security groups of yours for the functions: see [deploy.md](deploy.md#from-a-network-of-your-own).',
  alarmEmail: 'Told of every alarm.',
  auditTrail: 'Whether CloudTrail records every write to the lake.',
  nightlyReport: 'Every morning a page of yesterday of each account; `announced`: and a message.',
  erasure:
    'Whether there is a role with which a person may erase an agent ([privacy.md](privacy.md)).',
  athenaScanLimitGigabytes: 'A query that would read more is cancelled.',
  removalPolicy: '`destroy`: nothing is kept when the stack goes.',
};

/** The same of an account. */
export const accountTexts: { readonly [name in keyof Required<AccountDeployment>]: string } = {
  id: 'As in Kore.ai, case-sensitive.',
  host: 'Where SmartAssist answers.',
  name: 'What people call it, for descriptions; the id otherwise.',
  sourceTimeZone: 'The zone that `EventTime` is written in.',
  reportTimeZone: 'The zone whose days and clocks analysts mean.',
  longestStay: 'How long a status counts after the last event of its agent.',
  activityGroups:
    'What the account’s own statuses count as, beside the [defaults](deploy.md#what-a-status-counts-as).',
  streamId: '`st-…`, for accounts that demand the header `iId`.',
  start: 'Where the history begins; otherwise with the day before the first run, 00:00 UTC.',
  secret: 'Name of a secret that holds the credentials already; otherwise the stack makes one.',
  schedule: 'How often it is pulled.',
  memoryMegabytes:
    'Of its function, and with it the processor: see [deploy.md](deploy.md#how-large-an-account-may-be).',
  enabled: '`false` ends its schedules and nothing else.',
};

/** The same of an account in a data folder. */
export const folderAccountTexts: { readonly [name in keyof FolderAccount]: string } = {
  id: accountTexts.id,
  reportTimeZone: accountTexts.reportTimeZone,
  longestStay: accountTexts.longestStay,
  activityGroups: accountTexts.activityGroups,
  host: accountTexts.host,
  credentials: 'The file with its credentials; the first pull writes it down.',
  streamId: accountTexts.streamId,
  sourceTimeZone: accountTexts.sourceTimeZone,
  earliestDate: 'Older events are rejected.',
  lookback: deploymentTexts.lookback,
  settleDelay: deploymentTexts.settleDelay,
  maxWindow: deploymentTexts.maxWindow,
  keepRows: deploymentTexts.keepRows,
  requestTimeout: 'How long one answer may take.',
  reconcileDays: 'How many of the last whole days are checked.',
  requestsPerMinute: deploymentTexts.requestsPerMinute,
  maxResponseMegabytes: 'The largest answer to take.',
};

/** What of the environment is looked at, and by whom. */
export const environmentTexts: Readonly<Record<string, string>> = {
  'AWS_PROFILE, AWS_REGION, …': 'Credentials and region for `--stack`, as the AWS CLI has them.',
  'HTTPS_PROXY, HTTP_PROXY, NO_PROXY': 'Proxies to the source, from Node.js 24.14 on.',
  NODE_EXTRA_CA_CERTS:
    'A file of certificates to trust beside those of Node.js, which reads it itself.',
  'ACTIVITY_HOST, ACTIVITY_DATA, …': 'Stand for options: the tables above name them.',
  NO_COLOR: 'No colours. A pipe gets none either.',
  'ACTIVITY_SETTINGS, CODE_VERSION, METRICS_NAMESPACE, REPORT_SETTINGS':
    'Of the functions: the stack writes them from these settings. Don’t change them by hand.',
};
