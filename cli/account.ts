import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  ResourceExistsException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { AwsClients } from '../shared/aws.ts';
import { Checkpoint, type CheckpointState } from '../shared/checkpoint/checkpoint.ts';
import { systemClock } from '../shared/clock.ts';
import type { Pipeline } from '../shared/lake-run.ts';
import { type Job, type RunInput, type RunOutcome, run, runOnLake } from '../shared/run.ts';
import type { AccountSettings, LakeSettings } from '../shared/settings.ts';
import { SecretCredentials } from '../shared/smartassist/credentials.ts';
import type { Place } from './place.ts';

/** How long one run may take, as a Lambda function's would. Real time. */
const RUN_MS = 10 * 60_000;

export const codeVersion: string = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
).version;

/** What a run may be given beside its account; `nowMs` is a fixed clock for its windows. */
export type During = Pick<RunInput, 'signal' | 'onProgress'> & {
  readonly nowMs?: number | undefined;
};

/** An account of a place, ready for jobs that ask the source nothing. */
export interface LakeAccount {
  readonly place: Place;
  readonly settings: LakeSettings;
  run(job: Job, during?: During): Promise<RunOutcome>;
}

/** An account of a place whose source can be asked. */
export interface OpenAccount {
  readonly place: Place;
  readonly settings: AccountSettings;
  run(job: Job<Pipeline>, during?: During): Promise<RunOutcome>;
}

export function lakeAccount(place: Place, settings: LakeSettings): LakeAccount {
  return {
    place,
    settings,
    run: (job, during) =>
      place.use((clients) => runOnLake({ ...inputOf(clients, during), settings }, job)),
  };
}

/**
 * @param given the JSON of the account's secret, kept in the embedded Secrets Manager and so in memory
 *   alone; `null`: the secret that the settings name has it
 */
export function openAccount(
  place: Place,
  settings: AccountSettings,
  given: string | null,
): OpenAccount {
  let secretId = settings.credentialsSecret;
  let holder: AwsClients | undefined;
  const hold = async (clients: AwsClients) => {
    if (given === null || holder === clients) return;
    //   this process              another process, which joined the same servers
    //   puts its credentials
    //                             puts other ones
    //   reads the other ones:     impossible, each process has a secret of its own
    secretId = `${settings.credentialsSecret}/${randomUUID()}`;
    await createSecret(clients.secrets, secretId, given);
    holder = clients;
  };
  return {
    place,
    settings,
    run: (job, during) =>
      place.use(async (clients) => {
        await hold(clients);
        const credentials = new SecretCredentials({ secrets: clients.secrets, secretId });
        // On a stack not every run is a person's: those that are say whose.
        const actor = place.kind === 'stack' ? await place.person() : job.actor;
        const input = { ...inputOf(clients, during), settings, credentials };
        const outcome = await run(input, { ...job, ...(actor !== undefined && { actor }) });
        // A run that failed because its servers were lost is made again; this request then fails too.
        if (given !== null && outcome.error !== null) {
          await clients.secrets.send(new DescribeSecretCommand({ SecretId: secretId }));
        }
        return outcome;
      }),
  };
}

/** What is remembered of the account; `null` when no run has got as far. */
export function storedCheckpoint({
  place,
  settings,
}: {
  readonly place: Place;
  readonly settings: LakeSettings;
}): Promise<CheckpointState | null> {
  const { checkpointTable: table, accountId } = settings;
  return place.use(({ db }) => new Checkpoint({ db, table, accountId, runId: '' }).load());
}

function inputOf(clients: AwsClients, { nowMs, ...during }: During = {}) {
  return {
    ...during,
    clients,
    clock: systemClock,
    now: () => nowMs ?? systemClock.now(),
    deadlineMs: systemClock.now() + RUN_MS,
    codeVersion,
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
