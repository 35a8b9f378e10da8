import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import * as v from 'valibot';
import { awsClients } from '../shared/aws.ts';
import type { RunRecord } from '../shared/checkpoint/run-ledger.ts';
import { systemClock } from '../shared/clock.ts';
import { SettingsError } from '../shared/errors.ts';
import { type JobName, jobNames, jobs } from '../shared/jobs.ts';
import { isDue, run } from '../shared/run.ts';
import { accountSettingsSchema, parseSettings } from '../shared/settings.ts';
import { SecretCredentials } from '../shared/smartassist/credentials.ts';

/** What EventBridge Scheduler sends: which of the account's jobs to do. */
const eventSchema = v.object({ job: v.picklist(jobNames, `one of ${jobNames.join(', ')}`) });

const logger = new Logger({ serviceName: 'agent-activity-lake' });

/** Made on the first invocation and kept while the process is warm; wrong settings fail each run. */
let warm: ReturnType<typeof start> | undefined;

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
  return { settings, clients, credentials };
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
  const { job } = parseSettings(eventSchema, event, 'The event');
  const record = await perform(job, context);
  if (job === 'pull' && record?.status === 'succeeded') await perform('backfill', context);
  return record;
}

async function perform(job: JobName, context: Context): Promise<RunRecord | null> {
  warm ??= start();
  const input = {
    ...warm,
    clock: systemClock,
    now: () => systemClock.now(),
    deadlineMs: systemClock.now() + context.getRemainingTimeInMillis(),
    codeVersion: process.env.CODE_VERSION ?? 'unknown',
  };
  if (!(await isDue(input, jobs[job]))) return null;
  const { record, error } = await run(input, jobs[job]);
  if (error === null) logger.info('run', { run: record });
  else logger.error('run', { run: record });
  if (error !== null) throw error;
  return record;
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
