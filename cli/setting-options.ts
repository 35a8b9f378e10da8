import { type Command, InvalidArgumentError, Option } from 'commander';
import * as v from 'valibot';
import { SettingsError } from '../shared/errors.ts';
import {
  type AccountSettings,
  type AccountSettingsInput,
  accountSettingsSchema,
} from '../shared/settings.ts';
import { BUCKET, CHECKPOINT_TABLE } from './data-folder.ts';

type Setting = Exclude<
  keyof AccountSettingsInput,
  'bucket' | 'checkpointTable' | 'credentialsSecret'
>;

/** The settings as options. What is allowed and what is the default is the schema's to say. */
const OPTIONS: Readonly<Record<Setting, readonly [flags: string, description: string]>> = {
  accountId: ['--account-id <id>', 'the SmartAssist account to copy'],
  host: ['--host <url>', 'where SmartAssist answers, such as smartassist.kore.ai'],
  start: ['--from <ISO>', 'where the history begins when nothing is stored yet; default: 24 h ago'],
  earliestDate: ['--earliest-date <ISO>', 'older events are rejected'],
  lookback: ['--lookback <duration>', 'how far back each run pulls again, for late events'],
  settleDelay: ['--settle-delay <duration>', 'how old an event must be to be pulled'],
  maxWindow: ['--max-window <duration>', 'the longest span to ask for in one request'],
  reconcileDays: ['--days <n>', 'how many of the last whole days to check'],
  requestsPerMinute: ['--requests-per-minute <n>', 'the most requests to send in a minute'],
  sourceTimeZone: ['--source-time-zone <zone>', 'the zone the source writes EventTime in'],
  streamId: ['--stream-id <id>', 'sent as iId, for accounts that need it: st-…'],
  requestTimeout: ['--request-timeout <duration>', 'how long one answer may take'],
  maxResponseMegabytes: ['--max-response-megabytes <n>', 'the largest answer to take'],
};

const REQUIRED: readonly Setting[] = ['accountId', 'host'];
const NUMBERS: readonly Setting[] = ['reconcileDays', 'requestsPerMinute', 'maxResponseMegabytes'];

export type SettingOptions = Readonly<Partial<Record<string, string>>>;

export function addSettingOptions(command: Command): Command {
  for (const [setting, [flags, description]] of Object.entries(OPTIONS)) {
    const schema = accountSettingsSchema.entries[setting as Setting];
    const byDefault =
      'default' in schema && schema.default !== undefined ? ` (default: ${schema.default})` : '';
    const option = new Option(flags, description + byDefault);
    option.mandatory = REQUIRED.includes(setting as Setting);
    command.addOption(option);
  }
  return command;
}

/** `--settle-delay` for `settleDelay` */
export function optionOf(setting: string): string | undefined {
  return OPTIONS[setting as Setting]?.[0].split(' ')[0];
}

/**
 * The settings that the options give.
 *
 * @throws SettingsError that names the first wrong option, its value and what is allowed
 */
export function settingsFrom(options: SettingOptions): AccountSettings {
  const given: Record<string, unknown> = {
    bucket: BUCKET,
    checkpointTable: CHECKPOINT_TABLE,
    credentialsSecret: `agent-activity/${options.accountId}`,
  };
  for (const setting of Object.keys(OPTIONS) as Setting[]) {
    const text = options[attributeOf(setting)];
    if (text === undefined) continue;
    given[setting] = NUMBERS.includes(setting) && /^\d+$/.test(text) ? Number(text) : text;
  }
  const result = v.safeParse(accountSettingsSchema, given);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const setting = v.getDotPath(issue) as Setting;
  throw wrongOption(optionOf(setting) ?? setting, String(given[setting]), issue.message);
}

/** @throws SettingsError that names the option, its value and what is allowed */
export function parseOption<S extends v.GenericSchema>(
  schema: S,
  option: string,
  text: string,
): v.InferOutput<S> {
  const result = v.safeParse(schema, text);
  if (result.success) return result.output;
  throw wrongOption(option, text, result.issues[0].message);
}

/** For Commander: the value of an option that must not be empty. */
export function notEmpty(text: string): string {
  if (text !== '') return text;
  throw new InvalidArgumentError('It must not be empty.');
}

function wrongOption(option: string, text: string, allowed: string): SettingsError {
  // A URL may have been given with a password in it.
  const shown = text.replace(/\/\/[^/]*@/, '//…@');
  return new SettingsError(
    `${option} is "${shown}", which is not allowed: ${allowed}.`,
    `Correct ${option} and try again.`,
  );
}

/** What Commander calls the option's value: `--from` is `from`, whatever the setting is called. */
function attributeOf(setting: Setting): string {
  return new Option(OPTIONS[setting][0]).attributeName();
}
