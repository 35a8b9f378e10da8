import {
  GetSecretValueCommand,
  type SecretsManagerClient,
  SecretsManagerServiceException,
} from '@aws-sdk/client-secrets-manager';
import * as v from 'valibot';
import { knownConnectionFailure } from '../connection-failure.ts';
import { CredentialsAwaitedError, CredentialsError } from '../errors.ts';
import { credentialsWanted } from '../settings.ts';
import { textOfCredentials } from './credentials-text.ts';

/** What stands in examples for a value: a secret filled from one must say so, not fail as a wrong one. */
const PLACEHOLDER = /^(<.*>|\.{3}|…|x{3,}|todo|placeholder|(replace|change)[-_ ]?(me|this).*)$/i;

// A valibot message of its own, for every check: the default ones quote the value.
const credential = v.pipe(
  v.string('is not text'),
  v.check((text) => text.trim() !== '', 'is blank'),
  v.check((text) => text.trim() === text, 'begins or ends with white space'),
  v.check((text) => !PLACEHOLDER.test(text), 'still holds a placeholder'),
);

const clientSchema = v.strictObject({
  clientId: credential,
  clientSecret: credential,
  sub: v.exactOptional(credential),
});

const tokenSchema = v.strictObject({
  jwt: v.pipe(
    credential,
    v.regex(/^[\w-]+\.[\w-]+\.[\w-]*$/, 'is not a token: three parts with dots between them'),
  ),
});

type ClientCredentials = Readonly<v.InferOutput<typeof clientSchema>>;
type ReadyToken = Readonly<v.InferOutput<typeof tokenSchema>>;
export type Credentials = ClientCredentials | ReadyToken;

/**
 * @param given text, or bytes in UTF-8 or UTF-16
 * @param where what holds them, for messages: `Secret "…"`, `Credentials file …`
 * @throws CredentialsError naming the field and the JSON wanted, never a value
 */
export function parseCredentials(given: string | Uint8Array, where: string): Credentials {
  const wrong = (problem: string) =>
    new CredentialsError(
      `${where}: ${problem}. ${credentialsWanted}`,
      `Correct the value and try again.`,
    );
  const text = textOfCredentials(typeof given === 'string' ? Buffer.from(given) : given);
  if (text === null) throw wrong('it is neither UTF-8 nor UTF-16');
  if (text.trim() === '') throw wrong('it is empty');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The parser's own error quotes the text, so it is not kept as the cause.
    throw wrong('it is not JSON');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw wrong('it is JSON, but not an object');
  }
  const result = v.safeParse('jwt' in json ? tokenSchema : clientSchema, json);
  if (result.success) return result.output;
  const issue = result.issues[0];
  const field = String(issue.path?.[0].key);
  if (issue.expected === 'never') {
    // Name and value may have been swapped: a field is named only when it looks like a name.
    const named = /^[A-Za-z_]{1,24}$/.test(field) ? `the field ${field}` : 'a field';
    throw wrong(`it has ${named} that does not belong there`);
  }
  throw wrong(`the field ${field} ${issue.input === undefined ? 'is missing' : issue.message}`);
}

/** Where the client gets its credentials from. */
export interface CredentialsSource {
  current(): Promise<Credentials>;
  /** Reads again, past any cache: for credentials that the source has just refused. */
  refresh(): Promise<Credentials>;
}

/** Credentials that stay as they are. */
export function heldCredentials(credentials: Credentials): CredentialsSource {
  const held = async () => credentials;
  return { current: held, refresh: held };
}

/** The credentials in AWS Secrets Manager, read once and kept in memory alone. */
export class SecretCredentials implements CredentialsSource {
  readonly #secrets: SecretsManagerClient;
  readonly #secretId: string;
  #held: Promise<Credentials> | undefined;

  constructor(parts: { secrets: SecretsManagerClient; secretId: string }) {
    this.#secrets = parts.secrets;
    this.#secretId = parts.secretId;
  }

  /**
   * @throws CredentialsError when the secret can't be read or does not hold what is wanted
   * @throws CredentialsAwaitedError when nobody has filled it yet
   */
  current(): Promise<Credentials> {
    return this.#held ?? this.refresh();
  }

  /** @throws as `current` does; the next call then reads again */
  refresh(): Promise<Credentials> {
    const read = this.#read();
    this.#held = read;
    read.catch(() => {
      if (this.#held === read) this.#held = undefined;
    });
    return read;
  }

  async #read(): Promise<Credentials> {
    const where = `Secret "${this.#secretId}"`;
    const command = new GetSecretValueCommand({ SecretId: this.#secretId });
    const answer = await this.#secrets.send(command).catch((error: unknown) => {
      throw unreadable(where, error);
    });
    // Stored by a tool that knows but files, it is binary.
    const value = answer.SecretString ?? answer.SecretBinary ?? '';
    if (value.length === 0) throw awaited(where);
    return parseCredentials(value, where);
  }
}

function awaited(where: string): CredentialsAwaitedError {
  return new CredentialsAwaitedError(
    `${where}: it has no value yet. ${credentialsWanted}`,
    'Store the credentials as the value of the secret. The next run reads it.',
  );
}

/** The SDK's error is not kept as the cause: it can hold the raw answer, and so the secret. */
function unreadable(where: string, error: unknown): CredentialsError | CredentialsAwaitedError {
  const name = error instanceof Error ? error.name : 'unknown error';
  const said = error instanceof SecretsManagerServiceException ? `: ${error.message}` : '';
  if (name === 'ResourceNotFoundException') {
    return /staging label/i.test(said)
      ? awaited(where)
      : new CredentialsError(
          `${where}: there is no such secret in this AWS account and region.`,
          'Check the name of the secret and the region.',
        );
  }
  if (name === 'AccessDeniedException' || name === 'DecryptionFailure') {
    return new CredentialsError(
      `${where}: reading it is not allowed (${name}${said}).`,
      'Allow secretsmanager:GetSecretValue on the secret, and kms:Decrypt on its key.',
    );
  }
  const unreachable = knownConnectionFailure(error, 'the region');
  if (unreachable !== null) {
    const { words, code, nextAction } = unreachable;
    return new CredentialsError(
      `${where}: Secrets Manager can't be reached: ${words} (${code}).`,
      nextAction,
    );
  }
  return new CredentialsError(
    `${where}: Secrets Manager did not give it (${name}${said}).`,
    'Check the AWS credentials of this process and its way to Secrets Manager.',
  );
}
