import { readFileSync } from 'node:fs';
import { MINUTE_MS } from '../../shared/activity/instant.ts';
import type { AwsClients } from '../../shared/aws.ts';
import type { CheckpointState } from '../../shared/checkpoint/checkpoint.ts';
import type { RunRecord } from '../../shared/checkpoint/run-ledger.ts';
import { type Clock, systemClock } from '../../shared/clock.ts';
import { packageFile } from '../../shared/package-files.ts';
import { accountStores } from '../../shared/run/account-stores.ts';
import type { LakeRun, Pipeline } from '../../shared/run/lake-run.ts';
import type { SourceRunInput } from '../../shared/run/open-run.ts';
import {
  type Job,
  look,
  type RunOutcome,
  run,
  runOnLake,
  UnrecordedRunError,
} from '../../shared/run/run.ts';
import type { AccountSettings, LakeSettings } from '../../shared/settings.ts';
import { type CredentialsSource, SecretCredentials } from '../../shared/smartassist/credentials.ts';
import { isConnectionLost, type Place } from '../places/place.ts';
import { readStores } from '../places/read-stores.ts';

/** How long one run may take, as a Lambda function's would. Real time. */
const RUN_MS = 10 * MINUTE_MS;

export const codeVersion: string = JSON.parse(
  readFileSync(packageFile('package.json'), 'utf8'),
).version;

/** What a run may be given beside its account; `nowMs` is a fixed clock for its windows alone. */
export type During = Pick<SourceRunInput, 'signal' | 'onProgress' | 'onWait'> & {
  readonly nowMs?: number | undefined;
  /** Default: the real one. */
  readonly clock?: Clock;
};

/** An account of a place, ready for jobs that ask the source nothing. */
export interface LakeAccount {
  readonly place: Place;
  readonly settings: LakeSettings;
  run(job: Job, during?: During): Promise<RunOutcome>;
  /** For what changes nothing: who may only read can do it, and the ledger does not know of it. */
  look<T>(at: (run: LakeRun) => Promise<T>, during?: During): Promise<T>;
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
    look: (at, during) =>
      place.use((clients) => look({ ...inputOf(clients, during), settings }, at)),
  };
}

/** @param given the credentials of a file; `null`: the secret that the settings name has them */
export function openAccount(
  place: Place,
  settings: AccountSettings,
  given: CredentialsSource | null,
): OpenAccount {
  /** A run that was cut off from its servers: the ledger does not know yet how it ended. */
  let cutOff: RunRecord | null = null;
  return {
    place,
    settings,
    run: (job, during) =>
      place.use(async (clients) => {
        if (cutOff !== null) {
          const { ledger } = accountStores(clients, settings, settings.accountId);
          // It is no failure: all of it is done again by the run that follows.
          await ledger.complete({ ...cutOff, status: 'stopped', failure: undefined });
          cutOff = null;
        }
        const secret = { secrets: clients.secrets, secretId: settings.credentialsSecret };
        const credentials = given ?? new SecretCredentials(secret);
        // On a stack not every run is a person's: those that are say whose.
        const actor = place.kind === 'stack' ? await place.person() : job.actor;
        const input = { ...inputOf(clients, during), settings, credentials };
        const asked = { ...job, ...(actor !== undefined && { actor }) };
        const outcome = await run(input, asked).catch((error: unknown) => {
          if (!(error instanceof UnrecordedRunError)) throw error;
          cutOff = error.record;
          throw error.cause;
        });
        // A run that failed because its servers were lost is made again.
        if (isConnectionLost(outcome.error)) {
          cutOff = outcome.record;
          throw outcome.error;
        }
        return outcome;
      }),
  };
}

/** What is remembered of the account; `null` when no run has got as far. */
export function storedCheckpoint({
  place,
  settings,
}: Pick<LakeAccount, 'place' | 'settings'>): Promise<CheckpointState | null> {
  return readStores(place, settings.accountId, ({ checkpoint }) => checkpoint.load());
}

function inputOf(clients: AwsClients, { nowMs, clock = systemClock, ...during }: During = {}) {
  return {
    ...during,
    clients,
    clock,
    planAtMs: () => nowMs ?? clock.now(),
    deadlineMs: clock.now() + RUN_MS,
    codeVersion,
  };
}
