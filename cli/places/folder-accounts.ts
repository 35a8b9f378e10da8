import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { SettingsError } from '../../shared/errors.ts';
import {
  type AccountSettingsInput,
  accountSettingEntries,
  activityGroupsSchema,
  asWritten,
  parseSettings,
} from '../../shared/settings.ts';

const FILE = 'accounts.json';

const { accountId, reportTimeZone, longestStay, host, streamId, ...entries } =
  accountSettingEntries;

const text = (schema: v.GenericSchema) => v.optional(asWritten(schema));

/** What an account of a data folder may be told. */
export const folderAccountEntries = {
  id: accountId,
  /** How analysts see the account. */
  reportTimeZone: v.optional(asWritten(reportTimeZone.wrapped), reportTimeZone.default),
  longestStay: v.optional(asWritten(longestStay.wrapped), longestStay.default),
  activityGroups: v.optional(activityGroupsSchema, []),
  /** How its source is asked. */
  host: text(host),
  /** The path of the file, from the folder that this file is in. */
  credentials: v.optional(v.pipe(v.string(), v.minLength(1, 'the path of a file'))),
  streamId: text(streamId.wrapped),
  sourceTimeZone: text(entries.sourceTimeZone.wrapped),
  earliestDate: text(entries.earliestDate.wrapped),
  lookback: text(entries.lookback.wrapped),
  settleDelay: text(entries.settleDelay.wrapped),
  maxWindow: text(entries.maxWindow.wrapped),
  keepRows: text(entries.keepRows.wrapped),
  requestTimeout: text(entries.requestTimeout.wrapped),
  reconcileDays: v.optional(entries.reconcileDays.wrapped),
  requestsPerMinute: v.optional(entries.requestsPerMinute.wrapped),
  maxResponseMegabytes: v.optional(entries.maxResponseMegabytes.wrapped),
};

const schema = v.array(
  v.strictObject(
    folderAccountEntries,
    'an account has id (needed), and may have host, credentials and the settings of docs/configuration.md',
  ),
  'a list such as [{"id": "your-account-id", "host": "smartassist.kore.ai"}]',
);

/** What a folder is told of an account, written as for a stack: how it is asked, and how analysts see it. */
export type FolderAccount = v.InferOutput<typeof schema>[number];

/**
 * The accounts that the file `accounts.json` of a data folder names; none where there is no such file.
 *
 * @throws SettingsError that names the file and the first wrong field
 */
export function folderAccounts(dataDir: string): readonly FolderAccount[] {
  const file = path.join(dataDir, FILE);
  if (!existsSync(file)) return [];
  return parseSettings(schema, jsonIn(file), file);
}

/** One that the file does not name. */
export function unnamedAccount(id: string): FolderAccount {
  return v.parse(schema.item, { id });
}

/** The settings that the file of a folder names for an account, as written. */
export function settingsIn(
  dataDir: string,
  accountId: string | undefined,
): Partial<AccountSettingsInput> {
  const named = folderAccounts(dataDir).find(({ id }) => id === accountId);
  if (named === undefined) return {};
  const { id, activityGroups, credentials, ...settings } = named;
  return settings;
}

/** Where the file of a folder says that an account's credentials are. */
export function credentialsIn(dataDir: string, accountId: string): string | undefined {
  const named = folderAccounts(dataDir).find(({ id }) => id === accountId);
  return named?.credentials && path.resolve(dataDir, named.credentials);
}

/**
 * Adds an account to the file of a folder that does not name it yet, so that it need not be told again.
 *
 * @returns the file, or `null` when it named the account already
 */
export function rememberAccount(
  dataDir: string,
  account: { readonly id: string } & Readonly<Record<string, unknown>>,
): string | null {
  if (folderAccounts(dataDir).some(({ id }) => id === account.id)) return null;
  const file = path.join(dataDir, FILE);
  const others = existsSync(file) ? (jsonIn(file) as readonly unknown[]) : [];
  // Another process that reads it meanwhile finds a whole one.
  const part = `${file}.${process.pid}.part`;
  writeFileSync(part, `${JSON.stringify([...others, account], null, 2)}\n`);
  renameSync(part, file);
  return file;
}

function jsonIn(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new SettingsError(
      `${file} can't be read: ${(error as Error).message}.`,
      'It is a JSON list of accounts: docs/analysts.md has an example.',
    );
  }
}
