import { readFile, stat } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { SettingsError } from '../shared/errors.ts';
import { type Credentials, parseCredentials } from '../shared/smartassist/credentials.ts';
import { note, paintFor } from './terminal.ts';

/** What `--credentials` gives: checked, and as it stands there. It is kept in memory alone. */
export interface GivenCredentials {
  readonly text: string;
  readonly credentials: Credentials;
}

/**
 * Reads the JSON that Secrets Manager would hold; `-` is standard input.
 *
 * @throws SettingsError when the file can't be read
 * @throws CredentialsError when it does not hold what is wanted
 */
export async function readCredentialsFile(file: string): Promise<GivenCredentials> {
  if (file === '-') {
    const given = await text(process.stdin);
    return { text: given, credentials: parseCredentials(given, 'Standard input') };
  }
  const given = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new SettingsError(
      `--credentials is "${file}", which can't be read (${error.code}).`,
      'Name a file with the JSON {"clientId": "…", "clientSecret": "…"}, or - for standard input.',
    );
  });
  await warnIfOthersCanRead(file);
  return { text: given, credentials: parseCredentials(given, `Credentials file ${file}`) };
}

async function warnIfOthersCanRead(file: string): Promise<void> {
  if (process.platform === 'win32') return;
  const { mode } = await stat(file);
  if ((mode & 0o077) === 0) return;
  const { yellow } = paintFor(process.stderr);
  note(`${yellow('warning:')} others on this machine can read ${file}. Better: chmod 600 ${file}`);
}
