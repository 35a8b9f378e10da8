import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { SettingsError } from '../shared/errors.ts';
import {
  accountSettingsSchema,
  activityGroupsSchema,
  asWritten,
  parseSettings,
} from '../shared/settings.ts';

const FILE = 'accounts.json';

const { accountId, reportTimeZone, longestStay } = accountSettingsSchema.entries;

const schema = v.array(
  v.strictObject(
    {
      id: accountId,
      reportTimeZone: v.optional(asWritten(reportTimeZone.wrapped), reportTimeZone.default),
      longestStay: v.optional(asWritten(longestStay.wrapped), longestStay.default),
      activityGroups: v.optional(activityGroupsSchema, []),
    },
    'an account has id (needed), reportTimeZone, longestStay, activityGroups',
  ),
  'a list such as [{"id": "your-account-id", "reportTimeZone": "America/New_York"}]',
);

/** What a folder is told of an account, written as for a stack: how analysts see it. */
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

/** By what the stays of an account are derived, as its settings have it. */
export function staySettingsIn(dataDir: string, accountId: string | undefined) {
  const named = folderAccounts(dataDir).find(({ id }) => id === accountId);
  if (named === undefined) return {};
  const { reportTimeZone, longestStay } = named;
  return { reportTimeZone, longestStay };
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
