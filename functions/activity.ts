import type { Context } from 'aws-lambda';
import * as v from 'valibot';
import { awsClients } from '../shared/aws.ts';
import type { RunRecord } from '../shared/checkpoint/run-ledger.ts';
import { systemClock } from '../shared/clock.ts';
import { SettingsError } from '../shared/errors.ts';
import { type JobName, jobNames, jobs } from '../shared/jobs/scheduled.ts';
import { Remembered } from '../shared/run/remembered.ts';
import { failureOf, isDue, type RunOutcome, run } from '../shared/run/run.ts';
import { accountSettingsSchema, parseSettings } from '../shared/settings.ts';
import { SecretCredentials } from '../shared/smartassist/credentials.ts';
import { journal, logger, report, reportFailure } from './observed.ts';

/** What EventBridge Scheduler sends: which of the account's jobs to do. */
const eventSchema = v.object({ job: v.picklist(jobNames, `one of ${jobNames.join(', ')}`) });

/** Made on the first invocation and kept while the process is warm; wrong settings fail each run. */
let warm: ReturnType<typeof start> | undefined;
let coldStart = true;

function start() {
  const settings = parseSettings(
    accountSettingsSchema,
    settingsOf(process.env),
    'ACTIVITY_SETTINGS',
  );
  const clients = awsClients();
  const credentials = new SecretCredentials({
    secrets: clients.secrets,
    secretId: settings.credentialsSecret,
  });
  return { settings, clients, credentials, remembered: new Remembered() };
}

/**
 * The Lambda entry point, for one account. A run that failed throws after its record is complete, so
 * that Lambda sends it to the on-failure destination. A pull that has caught up gives the rest of its
 * time to the backfills.
 *
 * @returns the record of the run asked for; `null` when there was nothing to do
 */
export async function handler(event: unknown, context: Context): Promise<RunRecord | null> {
  logger.addContext(context);
  const outcomes = await perform(event, context)
    .catch((error: unknown) => {
      // A run that failed has said so itself; this is what no run could say.
      reportFailure(failureOf(error));
      throw error;
    })
    .finally(() => {
      coldStart = false;
    });
  const failed = outcomes.find((outcome) => outcome?.record.status === 'failed');
  if (failed) throw failed.error;
  return outcomes[0]?.record ?? null;
}

/** The run asked for, then that of the backfills if it made one; `null` for one that had nothing to do. */
async function perform(event: unknown, context: Context): Promise<readonly (RunOutcome | null)[]> {
  const { job } = parseSettings(eventSchema, event, 'The event');
  warm ??= start();
  const asked = await runIfDue(job, warm, context);
  if (job !== 'pull' || asked?.record.status !== 'succeeded') return [asked];
  return [asked, await runIfDue('backfill', warm, context)];
}

async function runIfDue(
  job: JobName,
  held: ReturnType<typeof start>,
  context: Context,
): Promise<RunOutcome | null> {
  const input = {
    ...held,
    clock: systemClock,
    planAtMs: () => systemClock.now(),
    deadlineMs: systemClock.now() + context.getRemainingTimeInMillis(),
    codeVersion: process.env.CODE_VERSION ?? 'unknown',
    journal,
  };
  if (!(await isDue(input, jobs[job]))) return null;
  const outcome = await run(input, jobs[job]);
  report(outcome.record, coldStart);
  return outcome;
}

function settingsOf({ ACTIVITY_SETTINGS: text }: NodeJS.ProcessEnv): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    throw new SettingsError(
      'The environment variable ACTIVITY_SETTINGS is missing or not JSON.',
      'Deploy the stack again: it writes this variable from the settings in cdk.json.',
    );
  }
}
