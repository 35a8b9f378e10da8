import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  ResourceExistsException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { systemClock } from '../shared/clock.ts';
import type { Pipeline } from '../shared/pipeline.ts';
import { type Job, type RunInput, type RunOutcome, run } from '../shared/run.ts';
import type { AccountSettings } from '../shared/settings.ts';
import { SecretCredentials } from '../shared/smartassist/credentials.ts';
import { type OpenFolder, openDataFolder } from './open-folder.ts';

/** How long one run may take, as a Lambda function's would. Real time. */
const RUN_MS = 10 * 60_000;

export const codeVersion: string = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
).version;

/** What a run may be given beside its account; `nowMs` is a fixed clock for its windows. */
type During = Pick<RunInput, 'signal' | 'onProgress'> & { readonly nowMs?: number | undefined };

/** An account whose data folder is open, ready to be run. */
export interface OpenAccount {
  readonly settings: AccountSettings;
  readonly folder: OpenFolder;
  run(job: Job<Pipeline>, during?: During): Promise<RunOutcome>;
}

/** @param credentials the JSON of the account's secret; it goes into the embedded Secrets Manager */
export async function openAccount(
  dataDir: string,
  settings: AccountSettings,
  credentials: string,
): Promise<OpenAccount> {
  let secretId = settings.credentialsSecret;
  const folder = await openDataFolder(dataDir, ({ secrets }) => {
    //   this process              another process, which joined the same servers
    //   puts its credentials
    //                             puts other ones
    //   reads the other ones:     impossible, each process has a secret of its own
    secretId = `${settings.credentialsSecret}/${randomUUID()}`;
    return createSecret(secrets, secretId, credentials);
  });
  return {
    settings,
    folder,
    run: (job, { nowMs, ...during } = {}) =>
      folder.use(async (clients) => {
        const input = {
          ...during,
          settings,
          clients,
          credentials: new SecretCredentials({ secrets: clients.secrets, secretId }),
          clock: systemClock,
          now: () => nowMs ?? systemClock.now(),
          deadlineMs: systemClock.now() + RUN_MS,
          codeVersion,
        };
        const outcome = await run(input, job);
        // A run that failed because its servers were lost is made again; this request then fails too.
        if (outcome.error !== null) {
          await clients.secrets.send(new DescribeSecretCommand({ SecretId: secretId }));
        }
        return outcome;
      }),
  };
}

async function createSecret(secrets: SecretsManagerClient, name: string, value: string) {
  try {
    await secrets.send(new CreateSecretCommand({ Name: name, SecretString: value }));
  } catch (error) {
    // The answer to our own request may have been lost, and its repetition refused.
    if (!(error instanceof ResourceExistsException)) throw error;
  }
}
