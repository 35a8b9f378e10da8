import { type Command, Option } from 'commander';
import { type AccountSettingsInput, accountSettingEntries } from '../../shared/settings.ts';

export type Setting = Exclude<
  keyof AccountSettingsInput,
  | 'bucket'
  | 'checkpointTable'
  | 'credentialsSecret'
  | 'scheduleMinutes'
  // What is derived by them is one for all commands: `accounts.json` of a folder has them.
  | 'reportTimeZone'
  | 'longestStay'
>;

/** The settings as options. What is allowed and what is the default is the schema's to say. */
const OPTIONS: Readonly<Record<Setting, readonly [flags: string, description: string]>> = {
  accountId: ['--account-id <id>', 'the SmartAssist account'],
  host: ['--host <url>', 'where SmartAssist answers, such as smartassist.kore.ai'],
  start: [
    '--from <ISO>',
    'where the history begins when nothing is stored yet; default: yesterday, 00:00 UTC',
  ],
  earliestDate: ['--earliest-date <ISO>', 'older events are rejected'],
  lookback: ['--lookback <duration>', 'how far back each run pulls again, for late events'],
  settleDelay: ['--settle-delay <duration>', 'how old an event must be to be pulled'],
  maxWindow: ['--max-window <duration>', 'the longest span to ask for in one request'],
  keepRows: ['--keep-rows <duration>', 'let rows of days older than this go; default: never'],
  reconcileDays: ['--days <n>', 'how many of the last whole days to check'],
  requestsPerMinute: ['--requests-per-minute <n>', 'the most requests to send in a minute'],
  sourceTimeZone: ['--source-time-zone <zone>', 'the zone the source writes EventTime in'],
  streamId: ['--stream-id <id>', 'sent as iId, for accounts that need it: st-…'],
  requestTimeout: ['--request-timeout <duration>', 'how long one answer may take'],
  maxResponseMegabytes: ['--max-response-megabytes <n>', 'the largest answer to take'],
};

const NUMBERS: readonly Setting[] = ['reconcileDays', 'requestsPerMinute', 'maxResponseMegabytes'];

/** What every command needs that asks the source for events, beside what tells it from the others. */
export const ASKING: readonly Setting[] = [
  'accountId',
  'host',
  'sourceTimeZone',
  'streamId',
  'earliestDate',
  'settleDelay',
  'requestTimeout',
  'maxResponseMegabytes',
];

/** What Commander found, by its own names; what is no setting is passed over. */
export type SettingOptions = Readonly<Record<string, unknown>> & { readonly accountId?: string };

export function addSettingOptions(command: Command, settings: readonly Setting[]): Command {
  for (const setting of settings) {
    const [flags, description] = OPTIONS[setting];
    const schema = accountSettingEntries[setting];
    const byDefault =
      'default' in schema && schema.default !== undefined ? ` (default: ${schema.default})` : '';
    command.addOption(new Option(flags, description + byDefault).env(variableOf(flags)));
  }
  return command;
}

/** `ACTIVITY_SETTLE_DELAY` for `--settle-delay <duration>`: what it holds is the option where none is given. */
export function variableOf(flags: string): string {
  const [option = ''] = flags.split(' ');
  return `ACTIVITY_${option.slice(2).toUpperCase().replaceAll('-', '_')}`;
}

/** `--settle-delay` for `settleDelay` */
export function optionOf(setting: string): string | undefined {
  return OPTIONS[setting as Setting]?.[0].split(' ')[0];
}

/** The settings whose options are given, as text or number. */
export function givenBy(options: SettingOptions): Readonly<Partial<Record<Setting, unknown>>> {
  const given: Partial<Record<Setting, unknown>> = {};
  for (const setting of Object.keys(OPTIONS) as Setting[]) {
    const text = options[attributeOf(setting)];
    if (text === undefined) continue;
    given[setting] = NUMBERS.includes(setting) && /^\d+$/.test(String(text)) ? Number(text) : text;
  }
  return given;
}

/** What Commander calls the option's value: `--from` is `from`, whatever the setting is called. */
function attributeOf(setting: Setting): string {
  return new Option(OPTIONS[setting][0]).attributeName();
}
