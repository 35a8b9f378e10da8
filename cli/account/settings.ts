import * as v from 'valibot';
import {
  type AccountSettings,
  type AccountSettingsInput,
  accountSettingsSchema,
  type LakeSettings,
  lakeSettingsSchema,
} from '../../shared/settings.ts';
import { missingOption, wrongOption } from '../options/option-values.ts';
import { givenBy, optionOf, type SettingOptions } from '../options/setting-options.ts';
import { BUCKET, CHECKPOINT_TABLE } from '../places/data-folder.ts';

/** Where the lake of a folder is, on the AWS that serves it. */
const FOLDER = { bucket: BUCKET, checkpointTable: CHECKPOINT_TABLE };

/**
 * The settings that the options give.
 *
 * @param known what holds where no option says otherwise: as deployed, or as the folder has it
 * @throws SettingsError that names the first wrong option, its value and what is allowed
 */
export function settingsFrom(
  options: SettingOptions,
  known: Partial<AccountSettingsInput> = {},
): AccountSettings {
  const base = { ...FOLDER, credentialsSecret: `agent-activity/${options.accountId}` };
  return parsed(accountSettingsSchema, { ...base, ...known, ...givenBy(options) });
}

/** The same for an account of a folder whose source is not asked, so that its host need not be known. */
export function lakeSettingsFrom(
  options: SettingOptions,
  known: Partial<AccountSettingsInput>,
): LakeSettings {
  return parsed(lakeSettingsSchema, { ...FOLDER, ...known, ...givenBy(options) });
}

function parsed<S extends v.GenericSchema>(
  schema: S,
  given: Readonly<Record<string, unknown>>,
): v.InferOutput<S> {
  const result = v.safeParse(schema, given);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const setting = v.getDotPath(issue) ?? '';
  const option = optionOf(setting) ?? setting;
  if (given[setting] === undefined) throw missingOption(option);
  throw wrongOption(option, String(given[setting]), issue.message);
}
