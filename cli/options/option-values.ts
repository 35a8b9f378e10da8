import { InvalidArgumentError } from 'commander';
import * as v from 'valibot';
import { isoDay } from '../../shared/activity/instant.ts';
import { SettingsError } from '../../shared/errors.ts';
import { accountSettingEntries } from '../../shared/settings.ts';

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

/** @throws SettingsError that names the option and the instants allowed */
export function parseInstant(option: string, text: string): number {
  return parseOption(accountSettingEntries.earliestDate.wrapped, option, text);
}

/** @throws SettingsError unless it is a day that exists, `YYYY-MM-DD` */
export function parseDay(option: string, text: string): string {
  const day = isoDay(parseInstant(option, text));
  if (day !== text) throw wrongOption(option, text, 'a day such as 2026-01-31');
  return day;
}

/** For Commander: the value of an option that must not be empty. */
export function notEmpty(text: string): string {
  if (text !== '') return text;
  throw new InvalidArgumentError('It must not be empty.');
}

export function missingOption(
  option: string,
  nextAction = `Give ${option}, or write it into accounts.json of the data folder, or name a --stack to use what is deployed. --help explains them.`,
): SettingsError {
  return new SettingsError(`${option} is missing.`, nextAction);
}

export function wrongOption(option: string, text: string, allowed: string): SettingsError {
  // A URL may have been given with a password in it.
  const shown = text.replace(/\/\/[^/]*@/, '//…@');
  return new SettingsError(
    `${option} is "${shown}", which is not allowed: ${allowed}.`,
    `Correct ${option} and try again.`,
  );
}
