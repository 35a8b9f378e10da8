import { readFile, stat } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { SettingsError } from '../../shared/errors.ts';
import {
  type Credentials,
  type CredentialsSource,
  parseCredentials,
} from '../../shared/smartassist/credentials.ts';
import { note, paintFor } from '../terminal/terminal.ts';
import { shellQuoted } from '../terminal/wording.ts';

/**
 * What `--credentials` gives: the JSON that Secrets Manager would hold; `-` is standard input. It is kept
 * in memory alone, and a file is read again when the source refuses what stood there: it may have been
 * filled anew since.
 */
export class CredentialsFile implements CredentialsSource {
  readonly #file: string;
  #held: Credentials;

  private constructor(file: string, held: Credentials) {
    this.#file = file;
    this.#held = held;
  }

  /**
   * @throws SettingsError when the file can't be read
   * @throws CredentialsError when it does not hold what is wanted
   */
  static async open(file: string): Promise<CredentialsFile> {
    const held = await read(file);
    if (file !== '-') await warnIfOthersCanRead(file);
    return new CredentialsFile(file, held);
  }

  async current(): Promise<Credentials> {
    return this.#held;
  }

  /** A pipe can be read but once. @throws as `open` does; what was held stays */
  async refresh(): Promise<Credentials> {
    if (this.#file !== '-' && (await isFile(this.#file))) this.#held = await read(this.#file);
    return this.#held;
  }
}

async function read(file: string): Promise<Credentials> {
  if (file === '-') return parseCredentials(await buffer(process.stdin), 'Standard input');
  const given = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new SettingsError(
      `--credentials is "${file}", which can't be read (${error.code}).`,
      'Name a file with the JSON {"clientId": "…", "clientSecret": "…"}, or - for standard input.',
    );
  });
  return parseCredentials(given, `Credentials file ${file}`);
}

/** One that is gone counts too: reading it then says so. */
function isFile(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isFile(),
    () => true,
  );
}

async function warnIfOthersCanRead(file: string): Promise<void> {
  if (process.platform === 'win32') return;
  const { mode } = await stat(file);
  if ((mode & 0o077) === 0) return;
  const { yellow } = paintFor(process.stderr);
  note(
    `${yellow('warning:')} others on this machine can read ${file}. Better: chmod 600 ${shellQuoted(file)}`,
  );
}
