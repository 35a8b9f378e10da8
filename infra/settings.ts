import * as v from 'valibot';
import { DAY_MS, MINUTE_MS } from '../shared/activity/instant.ts';
import { functionNameOf, LONGEST_FUNCTION_NAME } from '../shared/deployed-names.ts';
import {
  accountSettingEntries,
  activityGroupsSchema,
  asWritten,
  duration,
  parseSettings,
  wholeNumber,
} from '../shared/settings.ts';

const functionSettings = accountSettingEntries;

/** For a setting that the function has a default for. */
const ofFunction = (
  name:
    | 'sourceTimeZone'
    | 'reportTimeZone'
    | 'longestStay'
    | 'earliestDate'
    | 'lookback'
    | 'settleDelay'
    | 'maxWindow',
) => v.optional(asWritten(functionSettings[name].wrapped), functionSettings[name].default);

/** A strict object; unlike the library's, it says what value an unknown key has. */
const exactly = <E extends v.ObjectEntries>(entries: E, message: string) =>
  v.objectWithRest(entries, v.never(message), message) as unknown as v.StrictObjectSchema<
    E,
    string
  >;

/** `5m`, `2h`, `1d` → minutes: EventBridge Scheduler counts no seconds. */
const minutes = (low: string, high: string) =>
  v.pipe(
    duration(
      low,
      high,
      'mhd',
      `a duration from ${low} to ${high} in whole minutes, such as 5m or 1h`,
    ),
    v.transform((ms) => ms / MINUTE_MS),
  );

/** `30d` → days. */
const days = (low: number, high: number) =>
  v.pipe(
    duration(`${low}d`, `${high}d`, 'd', `a whole number of days from ${low}d to ${high}d`),
    v.transform((ms) => ms / DAY_MS),
  );

const idOf = (kind: 'subnet' | 'sg') => {
  const allowed = `an id such as ${kind}-0123456789abcdef0`;
  return v.pipe(v.string(allowed), v.regex(new RegExp(`^${kind}-[0-9a-f]{8,17}$`), allowed));
};

const ofNetwork = 'an object {"subnets": ["subnet-…"], "securityGroups": ["sg-…"]}';

/** Where the functions have their interfaces: at most what Lambda takes. */
const network = exactly(
  {
    subnets: v.pipe(
      v.array(idOf('subnet'), ofNetwork),
      v.minLength(1, 'at least one subnet; better two, in two zones'),
      v.maxLength(16, 'at most 16 subnets'),
    ),
    securityGroups: v.pipe(
      v.array(idOf('sg'), ofNetwork),
      v.minLength(1, 'at least one security group'),
      v.maxLength(5, 'at most 5 security groups'),
    ),
  },
  ofNetwork,
);

/** More don't fit into a template of CloudFormation, which has 500 resources and 1 MB. */
const MOST_ACCOUNTS = 400;

/** Of an example that was copied and not filled in. */
const PLACEHOLDER = /^your-/;

export const accountEntries = {
  id: v.pipe(
    asWritten(functionSettings.accountId),
    v.check((id) => !PLACEHOLDER.test(id), "your account's id in Kore.ai, which this is not"),
  ),
  host: asWritten(functionSettings.host),
  /** What people call it; for descriptions alone. */
  name: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,63}$/u, 'at most 64 letters, digits, spaces, . _ -'),
    ),
  ),
  sourceTimeZone: ofFunction('sourceTimeZone'),
  /** After a change of this or of longestStay the days that are stored keep the old one: derive them anew. */
  reportTimeZone: ofFunction('reportTimeZone'),
  longestStay: ofFunction('longestStay'),
  /** Joined when a query runs, so a change holds for all of the history. */
  activityGroups: v.optional(activityGroupsSchema, []),
  streamId: v.optional(asWritten(functionSettings.streamId.wrapped)),
  start: v.optional(asWritten(functionSettings.start.wrapped)),
  /**
   * Name of a secret that holds the credentials already, in the place of one of the stack's own: of an account
   * that comes back, for CloudFormation makes none under a name that is taken.
   */
  secret: v.optional(
    v.pipe(
      v.string('text'),
      v.regex(/^[\w/+=.@-]{1,512}$/, 'the name of a secret in this AWS account and region'),
    ),
  ),
  /** How often it is pulled. */
  schedule: v.optional(minutes('1m', '1d'), '5m'),
  /** Of its function: what it needs follows its events, see docs/deploy.md. Lambda's own limit is the greatest. */
  memoryMegabytes: v.optional(wholeNumber(256, 10_240), 512),
  /**
   * `false` ends its schedules and nothing else. Don't take an account out of the list instead:
   * Athena finds the partitions of the accounts that are listed, so its history would vanish from
   * every query.
   */
  enabled: v.optional(v.boolean('true or false'), true),
};

const account = exactly(
  accountEntries,
  `an account has id, host (both needed), ${Object.keys(accountEntries).slice(2).join(', ')}`,
);

const accounts = v.pipe(
  v.array(account, 'a list such as [{"id": "…", "host": "smartassist.kore.ai"}]'),
  v.minLength(1, 'at least one account, with id and host'),
  v.maxLength(
    MOST_ACCOUNTS,
    `at most ${MOST_ACCOUNTS} accounts: deploy the others as a stack of another name`,
  ),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const ids = dataset.value.map(({ id }) => id);
    const index = ids.findIndex((id, at) => ids.indexOf(id) < at);
    const again = dataset.value[index];
    if (again === undefined) return;
    addIssue({
      message: 'an id that no other account of the list has',
      input: again.id,
      path: [
        { type: 'array', origin: 'value', input: dataset.value, key: index, value: again },
        { type: 'object', origin: 'value', input: { ...again }, key: 'id', value: again.id },
      ],
    });
  }),
);

export const deploymentEntries = {
  /** Of the stack; the names of its database, workgroup and secrets begin with it. */
  name: v.optional(
    v.pipe(
      v.string('text'),
      v.regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'lower-case words with hyphens between them'),
      v.maxLength(40, 'at most 40 characters'),
    ),
    'agent-activity-lake',
  ),
  accounts,
  earliestDate: ofFunction('earliestDate'),
  lookback: ofFunction('lookback'),
  settleDelay: ofFunction('settleDelay'),
  maxWindow: ofFunction('maxWindow'),
  /** How many of the last whole days are checked every night; more than 10 take more than a night. */
  reconcileDays: v.optional(wholeNumber(2, 10), functionSettings.reconcileDays.default),
  requestsPerMinute: v.optional(
    functionSettings.requestsPerMinute.wrapped,
    functionSettings.requestsPerMinute.default,
  ),
  /** Rows of days older than this go, every night. Not set: none ever do. */
  keepRows: v.optional(asWritten(functionSettings.keepRows.wrapped)),
  /** How long responses are kept: the horizon of the audit. 13 months, as the run ledger and the logs. */
  landingRetention: v.optional(days(1, 3_650), '400d'),
  /** How long what a newer version replaced is kept. */
  noncurrentRetention: v.optional(days(1, 3_650), '30d'),
  /** For whom the law binds: what is written can't be deleted for so long. `compliance`: by nobody, whatever happens. */
  objectLock: v.optional(
    exactly(
      {
        mode: v.picklist(['governance', 'compliance'], '"governance" or "compliance"'),
        period: days(1, 3_650),
      },
      'an object such as {"mode": "governance", "period": "365d"}',
    ),
  ),
  /** `kms`: a key of the stack's own, about $1 a month, for all that is stored, queued and logged. */
  encryption: v.optional(v.picklist(['s3', 'kms'], '"s3" or "kms"'), 's3'),
  /** Told of every alarm. Without one only those who subscribe to the topic of the alarms are. */
  alarmEmail: v.optional(v.pipe(v.string(), v.email('an e-mail address'))),
  /** Whether CloudTrail records every write to the lake, beside what the product itself records. */
  auditTrail: v.optional(v.boolean('true or false'), false),
  /** A page of yesterday of each account, every morning; `announced`: with a message to the topic of the alarms. */
  nightlyReport: v.optional(
    v.picklist(['off', 'written', 'announced'], '"off", "written" or "announced"'),
    'off',
  ),
  /** Through which network the functions reach Kore.ai and AWS, where that is the customer's own. */
  vpc: v.optional(network),
  /** A query that would read more is cancelled. */
  athenaScanLimitGigabytes: v.optional(wholeNumber(1, 10_000), 10),
  /** Whether there is a role with which a person may erase an agent: else nobody may change evidence. */
  erasure: v.optional(v.boolean('true or false'), false),
  /** `destroy`: `cdk destroy` leaves nothing. For environments that may be lost. */
  removalPolicy: v.optional(v.picklist(['retain', 'destroy'], '"retain" or "destroy"'), 'retain'),
};

export const lakeSchema = v.pipe(
  exactly(deploymentEntries, `the settings are ${Object.keys(deploymentEntries).join(', ')}`),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed || dataset.value.objectLock === undefined) return;
    const { objectLock, landingRetention, removalPolicy } = dataset.value;
    const refuse = (message: string) =>
      addIssue({
        message,
        input: objectLock,
        path: [
          {
            type: 'object',
            origin: 'value',
            input: dataset.value,
            key: 'objectLock',
            value: objectLock,
          },
        ],
      });
    if (objectLock.period > landingRetention) {
      refuse(`a period of at most landingRetention, ${landingRetention}d: what is locked is kept`);
    }
    if (removalPolicy === 'destroy') {
      refuse('none with the removalPolicy "destroy": a bucket with locked objects can not go');
    }
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { keepRows, landingRetention } = dataset.value;
    if (
      keepRows === undefined ||
      landingRetention * DAY_MS <= v.parse(functionSettings.keepRows.wrapped, keepRows)
    )
      return;
    addIssue({
      message: `at most keepRows, which is ${keepRows}: else what the rows came from is kept longer than they are`,
      input: `${landingRetention}d`,
      path: [
        {
          type: 'object',
          origin: 'value',
          input: dataset.value,
          key: 'landingRetention',
          value: landingRetention,
        },
      ],
    });
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { name, accounts } = dataset.value;
    const long = accounts.find(({ id }) => functionNameOf(name, id).length > LONGEST_FUNCTION_NAME);
    if (long === undefined) return;
    addIssue({
      message: `with the account ${long.id} it names a function, whose name has at most ${LONGEST_FUNCTION_NAME} characters`,
      input: name,
      path: [{ type: 'object', origin: 'value', input: dataset.value, key: 'name', value: name }],
    });
  }),
);

/** What a lake can be told; only its accounts have no default. docs/deploy.md has a table of all. */
export type ActivityLakeProps = v.InferInput<typeof lakeSchema>;
export type DeploymentSettings = v.InferOutput<typeof lakeSchema>;
export type AccountDeployment = DeploymentSettings['accounts'][number];

/** What the CDK itself keeps beside the settings: `@aws-cdk/…`, `aws:cdk:…`, lookups, and these two. */
const ofCdk = (key: string) =>
  /[^\w-]/.test(key) || key === 'cli-telemetry' || key === 'acknowledged-issue-numbers';

/** @throws SettingsError that names the field, its value and what is allowed */
export function lakeSettings(props: ActivityLakeProps): DeploymentSettings {
  return parseSettings(lakeSchema, props, 'The props of the ActivityLake');
}

/**
 * What the context of `cdk.json`, as changed by `-c`, and the accounts say. Every key that is not the CDK's own
 * must be a setting, so that a misspelt one is refused.
 *
 * @param where all of them come from, for what an error says
 * @throws SettingsError that names the field, its value and what is allowed
 */
export function propsOfContext(
  context: Readonly<Record<string, unknown>>,
  where = 'cdk.json or -c',
): ActivityLakeProps {
  const given = Object.entries(context).filter(([key]) => !ofCdk(key));
  const props = Object.fromEntries(given.map(([key, value]) => [key, fromCommandLine(value)]));
  parseSettings(lakeSchema, props, where);
  return props as ActivityLakeProps;
}

/** `-c` gives every value as text: a number, list or truth value comes as JSON. */
function fromCommandLine(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
