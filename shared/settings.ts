import * as v from 'valibot';
import { GROUPS, namedTwice } from './activity/activity-groups.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from './activity/instant.ts';
import { SettingsError } from './errors.ts';

const UNIT_MS = { s: SECOND_MS, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS } as const;

const durationMs = (text: string) =>
  Number(text.slice(0, -1)) * UNIT_MS[text.slice(-1) as keyof typeof UNIT_MS];

/**
 * `90s`, `5m`, `8h`, `3d` → milliseconds.
 *
 * @param units those that may be written
 */
export const duration = (
  low: string,
  high: string,
  units = 'smhd',
  allowed = `a duration from ${low} to ${high}, such as 90s, 5m, 8h or 3d`,
) =>
  v.pipe(
    v.string(allowed),
    v.regex(new RegExp(`^\\d{1,6}[${units}]$`), allowed),
    v.check(
      (text) => durationMs(text) >= durationMs(low) && durationMs(text) <= durationMs(high),
      allowed,
    ),
    v.transform(durationMs),
  );

/** An ISO 8601 instant or date with an explicit zone, or a plain date taken as UTC → epoch ms. */
const instant = v.pipe(
  v.string(),
  v.regex(
    /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/,
    'an ISO 8601 date or instant such as 2026-01-31 or 2026-01-31T08:00:00Z',
  ),
  // Date.parse makes 2 March of 30 February.
  v.check(
    (text) => new Date(text.slice(0, 10)).toJSON()?.startsWith(text.slice(0, 10)) === true,
    'a date that exists',
  ),
  v.transform((text) => Date.parse(text)),
  v.check((ms) => !Number.isNaN(ms), 'a time that exists'),
);

export const wholeNumber = (low: number, high: number) => {
  const allowed = `a whole number from ${low} to ${high}`;
  return v.pipe(
    v.number(allowed),
    v.integer(allowed),
    v.minValue(low, allowed),
    v.maxValue(high, allowed),
  );
};

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Who names this machine and a port means a server that was started by hand, without certificates. */
function schemeFor(text: string): 'http' | 'https' {
  const { hostname = '', port = '' } = URL.canParse(`https://${text}`)
    ? new URL(`https://${text}`)
    : {};
  return LOOPBACK.test(hostname) && port !== '' ? 'http' : 'https';
}

/** `smartassist.kore.ai` or a URL → origin. Plain http is for loopback alone. */
const host = v.pipe(
  v.string(),
  v.transform((text) => (/^[a-z]+:\/\//i.test(text) ? text : `${schemeFor(text)}://${text}`)),
  v.check((text) => URL.canParse(text), 'a host name or URL such as smartassist.kore.ai'),
  v.transform((text) => new URL(text)),
  v.check(
    (url) => url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname)),
    'an https address (plain http is for loopback alone)',
  ),
  v.check(
    (url) => url.username === '' && url.password === '' && url.search === '' && url.hash === '',
    'an address without user name, password, query or fragment',
  ),
  v.transform((url) => url.href.replace(/\/+$/, '')),
);

const timeZone = v.pipe(
  v.string(),
  v.check((name) => {
    try {
      new Intl.DateTimeFormat('en', { timeZone: name });
      return !/^[+-]/.test(name);
    } catch {
      return false;
    }
  }, 'an IANA time zone such as UTC, America/New_York or Asia/Kolkata'),
);

/** Of a status, a reason or a label: as they come, but without control characters. */
const shortText = v.pipe(
  v.string('text'),
  v.regex(/^[^\p{Cc}]{1,200}$/u, 'text of 1 to 200 characters, none of them a control character'),
);

const activityGroup = v.pipe(
  v.strictObject(
    {
      activity: shortText,
      reasonCode: v.optional(shortText),
      group: v.picklist(GROUPS, `one of ${GROUPS.join(', ')}`),
      label: v.optional(shortText),
    },
    'an entry has activity and group (both needed), reasonCode, label',
  ),
  v.check(
    ({ reasonCode, label }) => label === undefined || reasonCode !== undefined,
    'an entry with a label has a reasonCode: the label says what that means',
  ),
);

/** What an account's statuses count as; what is not in it keeps its default. */
export const activityGroupsSchema = v.pipe(
  v.array(activityGroup, 'a list such as [{"activity": "Coaching", "group": "other_work"}]'),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const again = namedTwice(dataset.value);
    if (again === undefined) return;
    addIssue({
      message:
        'a status, or a status and reason, that no other entry of the list has; case does not matter',
      input: again.activity,
      path: [
        {
          ...{ type: 'array', origin: 'value', input: dataset.value },
          ...{ key: dataset.value.indexOf(again), value: again },
        },
        { type: 'object', origin: 'value', input: { ...again }, key: 'activity', value: again },
      ],
    });
  }),
);

/** Checks text by the rule of a setting, and keeps the text: who uses it reads it again. */
export const asWritten = (schema: v.GenericSchema): v.GenericSchema<string, string> =>
  v.pipe(
    v.unknown(),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      const { issues } = v.safeParse(schema, String(dataset.value));
      if (issues !== undefined) addIssue({ message: issues[0].message });
      else if (typeof dataset.value !== 'string') addIssue({ message: 'text in quotation marks' });
    }),
    v.transform((value) => value as string),
  ) as unknown as v.GenericSchema<string, string>;

/** An id that is safe in a URL path and in an object key. */
const accountId = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'letters, digits, - and _, at most 64 characters'),
);

/** What the account's secret must hold, in the words of every message and of the stack. */
export const credentialsWanted =
  'Wanted is exactly this JSON: {"clientId": "<client id>", "clientSecret": "<client secret>"} ' +
  'of a Kore.ai app with the scope "WFM Integration" (optionally with "sub"), ' +
  'or {"jwt": "<token>"} with a ready token.';

/** The settings of one account, as the function's environment or the command line gives them. */
export const accountSettingEntries = {
  accountId,
  host,
  /** The zone `EventTime` is written in. */
  sourceTimeZone: v.optional(timeZone, 'UTC'),
  /** `st-…`, sent as `iId` when set. */
  streamId: v.optional(
    v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,128}$/, 'printable ASCII without spaces')),
  ),
  /** Where the first run starts when no watermark is stored. Default: that run's now − 24 h. */
  start: v.optional(instant),
  /** No event before this date is stored; Athena's date range begins here. */
  earliestDate: v.optional(instant, '2024-01-01'),
  lookback: v.optional(duration('0s', '7d'), '1h'),
  settleDelay: v.optional(duration('0s', '1d'), '90s'),
  maxWindow: v.optional(duration('1s', '1d'), '6h'),
  /** How often it is pulled, for the alarms that count ticks. */
  scheduleMinutes: v.optional(wholeNumber(1, 1_440), 5),
  /** Rows of days older than this go. Not set: never. Longer than anything that looks back. */
  keepRows: v.optional(duration('35d', '9999d')),
  /** How many of the last whole days reconcile checks. */
  reconcileDays: v.optional(wholeNumber(1, 30), 3),
  /** The zone whose days and clocks analysts see. */
  reportTimeZone: v.optional(timeZone, 'UTC'),
  /** How long a status counts after the last event of its agent. */
  longestStay: v.optional(duration('1h', '24h'), '12h'),
  requestsPerMinute: v.optional(wholeNumber(1, 100_000), 30),
  /** Beyond 300 s Node.js would give up by itself. */
  requestTimeout: v.optional(duration('1s', '4m'), '30s'),
  maxResponseMegabytes: v.optional(wholeNumber(1, 256), 8),
  bucket: v.pipe(v.string(), v.minLength(1, 'the name of the lake bucket')),
  checkpointTable: v.pipe(v.string(), v.minLength(1, 'the name of the checkpoint table')),
  credentialsSecret: v.pipe(v.string(), v.minLength(1, 'the name or ARN of the secret')),
};

/** Of these, durations are text in and milliseconds out, instants ISO 8601 in and epoch milliseconds out. */
const IN_MS = [
  'start',
  'earliestDate',
  'lookback',
  'settleDelay',
  'maxWindow',
  'keepRows',
  'longestStay',
  'requestTimeout',
] as const;

type WithUnits<S> = {
  [Name in keyof S as Name extends (typeof IN_MS)[number] ? `${Name}Ms` : Name]: S[Name];
};

/** The same under names that say the unit: `lookback` is `lookbackMs` once it was read. */
function withUnits<S extends object>(settings: S): WithUnits<S> {
  const named = Object.entries(settings).map(([name, value]) => [
    (IN_MS as readonly string[]).includes(name) ? `${name}Ms` : name,
    value,
  ]);
  return Object.fromEntries(named);
}

const writtenSettings = v.strictObject(accountSettingEntries);

export const accountSettingsSchema = v.pipe(
  writtenSettings,
  v.transform((settings) => withUnits(settings)),
);

export type AccountSettingsInput = v.InferInput<typeof accountSettingsSchema>;
export type AccountSettings = v.InferOutput<typeof accountSettingsSchema>;

/** What a job needs that asks the source nothing. */
export const lakeSettingsSchema = v.pipe(
  v.omit(writtenSettings, [
    'host',
    'streamId',
    'requestsPerMinute',
    'requestTimeout',
    'maxResponseMegabytes',
    'credentialsSecret',
  ]),
  v.transform((settings) => withUnits(settings)),
);

export type LakeSettings = v.InferOutput<typeof lakeSettingsSchema>;

/**
 * @param where what the value was read from, for the message (`environment variable …`, `--lookback`)
 * @throws SettingsError that names the first wrong field, its value and what is allowed
 */
export function parseSettings<S extends v.GenericSchema>(
  schema: S,
  value: unknown,
  where: string,
): v.InferOutput<S> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const issue = result.issues[0];
  const field = v.getDotPath(issue) ?? '(the whole value)';
  const given = issue.input === undefined ? 'missing' : JSON.stringify(issue.input);
  throw new SettingsError(
    `${where}: ${field} is ${given}, which is not allowed: ${issue.message}.`,
    `Correct ${field} and try again.`,
  );
}
