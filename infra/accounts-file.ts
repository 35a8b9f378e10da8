import { existsSync, readFileSync } from 'node:fs';
import { SettingsError } from '../shared/errors.ts';

/** The user's own, beside `cdk.json` and not in git: an update of the product never touches it. */
export const ACCOUNTS_FILE = 'accounts.json';

/**
 * What the file of accounts holds, not looked at yet.
 *
 * @throws SettingsError when there is none, or it is no JSON
 */
export function accountsInFile(file = ACCOUNTS_FILE): unknown {
  if (!existsSync(file)) {
    throw new SettingsError(
      `There is no ${file} here, so no SmartAssist account is known.`,
      `Write it: [{"id": "63fb…", "host": "smartassist.kore.ai"}] with your account's id and host. docs/deploy.md has all that it may say.`,
    );
  }
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new SettingsError(
      `${file} can't be read: ${(error as Error).message}.`,
      'It is a JSON list of accounts: docs/deploy.md has an example.',
    );
  }
}
