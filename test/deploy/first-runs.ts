import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { alarmRules } from '../../shared/alarms.ts';
import { credentialsWanted } from '../../shared/settings.ts';
import { activity } from '../cli/activity-command.ts';
import { type Invocation, invoke } from '../infra/lambda-runtime.ts';
import { deployedBundle, deployedFunction, STACK } from './deployed-functions.ts';

export type Holds = (what: string, condition: boolean, seen: unknown) => void;

interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

interface FirstRuns {
  readonly accountId: string;
  readonly client: Credentials;
  readonly credentialsSecret: string;
  /** The credentials and endpoints that Lambda would give. */
  readonly environment: Readonly<Record<string, string>>;
  readonly holds: Holds;
  /** Invokes the account's function as its schedule does. */
  readonly run: (job: string) => Promise<Invocation>;
  /** The names of the account's objects under a folder of the lake. */
  readonly keysUnder: (folder: string) => Promise<readonly string[]>;
  readonly everyEventOnce: () => Promise<unknown>;
}

/** As a person does it in the last step of a deployment. */
async function fillSecret(SecretId: string, credentials: Credentials): Promise<void> {
  await new SecretsManagerClient({}).send(
    new PutSecretValueCommand({ SecretId, SecretString: JSON.stringify(credentials) }),
  );
}

/** What the functions do on the first day of a deployment. */
export async function checkFirstRuns(first: FirstRuns): Promise<void> {
  const { accountId, client, credentialsSecret, environment, holds, run, keysUnder } = first;
  const unfilled = await run('pull');
  holds(
    'until its secret is filled it waits, and says what is wanted',
    unfilled.result?.status === 'waiting' &&
      JSON.stringify(unfilled.result).includes(JSON.stringify(credentialsWanted).slice(1, -1)),
    unfilled,
  );
  const before = await alarmsOn(accountId);
  holds(
    'and only what says that nothing arrives is on',
    before.join() === stale.map(({ title }) => title).join(),
    before,
  );
  await fillSecret(credentialsSecret, client);

  const runs = await Promise.all([1, 2].map(() => run('pull')));
  const outcomes = runs.map(({ result, errorMessage }) => result?.status ?? errorMessage);
  holds(
    `two at the same time end well: ${outcomes.join(', ')}`,
    outcomes.every((status) => status === 'succeeded' || status === 'superseded'),
    runs,
  );
  await first.everyEventOnce();
  const landed = await keysUnder('landing');
  holds(`${landed.length} responses landed`, landed.length > 0, landed);
  const derived = await keysUnder('stays');
  holds(`the stays of ${derived.length} days are derived`, derived.length === 2, derived);

  const { Environment } = await deployedFunction('REPORT_SETTINGS', accountId);
  const night = await invoke(
    deployedBundle('REPORT_SETTINGS'),
    { ...environment, ...Environment.Variables },
    { accountId, reportTimeZone: 'UTC' },
  );
  holds(
    'the nightly report asks Athena, which here has no rows, so no day is whole',
    night.errorMessage === undefined && night.result === null,
    night,
  );
  const again = await run('pull');
  holds('a third run adds nothing', newIn(again) === 0, again);
  const directory = await run('directory');
  holds('the directory is copied', directory.result?.status === 'succeeded', directory);

  const after = await alarmsOn(accountId);
  holds('after these steps no alarm is on', after.length === 0, after);
}

/** Those that "The lake is stale" is made of. */
const stale = [alarmRules.DataStale, alarmRules.NoSuccessfulPull];

/** The titles of the account's alarms that CloudWatch would have on. */
async function alarmsOn(accountId: string): Promise<readonly string[]> {
  const ofAccount = ['--stack', STACK, '--account-id', accountId];
  const { stdout } = await activity('status', ...ofAccount, '--json');
  const [{ alarms }] = JSON.parse(stdout) as [{ alarms: { title: string }[] }];
  return alarms.map(({ title }) => title);
}

/** How many events a run added. */
export const newIn = ({ result }: Invocation) => Number((result?.counts as { new?: number })?.new);
