import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateSecretCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import type { Context } from 'aws-lambda';
import type { handler as Handler } from '../../functions/activity.ts';
import { type LocalAws, startLocalAws } from '../../local/aws.ts';
import { contactCentre } from '../../local/simulator/contact-centre.ts';
import { type Simulator, startSimulator } from '../../local/simulator/server.ts';
import { awsClients } from '../../shared/aws.ts';
import { Backfills } from '../../shared/checkpoint/backfills.ts';
import { RunLedger } from '../../shared/checkpoint/run-ledger.ts';
import { systemClock } from '../../shared/clock.ts';
import { credentialsWanted } from '../../shared/settings.ts';

const credentials = { clientId: 'cs-handler', clientSecret: 'handler-secret' };
const lake = { bucket: 'lake', checkpointTable: 'checkpoint' };
const environment = { ...process.env };
const nowMs = systemClock.now();

let dataDir: string;
let aws: LocalAws;
let simulator: Simulator;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'handler-'));
  aws = await startLocalAws({ dataDir, ...lake });
  const centre = contactCentre({ seed: 1, agents: 5, fromMs: nowMs - 86_400_000, toMs: nowMs });
  simulator = await startSimulator({ ...credentials, accountId: 'acct', centre });
});
afterAll(async () => {
  process.env = environment;
  await simulator.stop();
  await aws.stop();
  rmSync(dataDir, { recursive: true });
});

const context = (remainingMs = 300_000) =>
  ({
    functionName: 'activity',
    awsRequestId: 'request',
    getRemainingTimeInMillis: () => remainingMs,
  }) as unknown as Context;

/** A new execution environment, as Lambda would start it. */
async function coldStart(settings: object | string): Promise<typeof Handler> {
  process.env = {
    ...environment,
    ...aws.environment,
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    CODE_VERSION: '1.2.3',
    ACTIVITY_SETTINGS: typeof settings === 'string' ? settings : JSON.stringify(settings),
  };
  let handler: typeof Handler | undefined;
  await jest.isolateModulesAsync(async () => {
    ({ handler } = await import('../../functions/activity.ts'));
  });
  if (handler === undefined) throw new Error('the function exports no handler');
  return handler;
}

const settings = () => ({
  ...lake,
  accountId: 'acct',
  host: simulator.url,
  credentialsSecret: 'acct-credentials',
});

describe('the function', () => {
  it('says which JSON its secret wants until the secret is filled, then pulls', async () => {
    Object.assign(process.env, aws.environment);
    const { secrets } = awsClients();
    await secrets.send(new CreateSecretCommand({ Name: 'acct-credentials' }));
    const handler = await coldStart(settings());
    await expect(handler({ job: 'pull' }, context())).rejects.toThrow(credentialsWanted);

    const SecretString = JSON.stringify(credentials);
    await secrets.send(new PutSecretValueCommand({ SecretId: 'acct-credentials', SecretString }));
    const record = await handler({ job: 'pull' }, context());
    expect(record).toMatchObject({
      status: 'succeeded',
      job: 'pull',
      account_id: 'acct',
      code_version: '1.2.3',
    });
    expect(record?.counts?.new).toBeGreaterThan(0);
    expect(await handler({ job: 'directory' }, context())).toMatchObject({ counts: { new: 5 } });
  });

  it('reads history for the backfills when the pull has caught up, and checks days once', async () => {
    const handler = await coldStart(settings());
    Object.assign(process.env, aws.environment);
    const { db } = awsClients();
    const account = { db, table: lake.checkpointTable, accountId: 'acct' };
    const backfills = new Backfills({ ...account, runId: 'test' });
    const fromMs = Math.floor(nowMs / 1_000) * 1_000 - 30 * 3_600_000;
    const span = { fromMs, positionMs: fromMs, toMs: fromMs + 7 * 3_600_000 };
    await backfills.add({ ...span, name: 'old', status: 'active', addedAtMs: nowMs, by: 'test' });
    expect(await handler({ job: 'pull' }, context(15_000))).toMatchObject({ status: 'stopped' });
    expect(await backfills.all()).toMatchObject([{ positionMs: span.fromMs }]);
    expect(await handler({ job: 'pull' }, context())).toMatchObject({ status: 'succeeded' });
    expect(await backfills.all()).toMatchObject([{ status: 'done' }]);
    expect(await handler({ job: 'backfill' }, context())).toBeNull();
    const runs = await new RunLedger(account).latest(2);
    expect(runs.map(({ job }) => job)).toEqual(['backfill', 'pull']);

    // No day was read whole yet: nothing to check, and no run in the ledger.
    expect(await handler({ job: 'reconcile' }, context())).toBeNull();
    expect((await new RunLedger(account).latest(1))[0]?.job).toBe('backfill');
  });

  it('ends well when there is no time for a window', async () => {
    const handler = await coldStart(settings());
    expect(await handler({ job: 'pull' }, context(15_000))).toMatchObject({ status: 'stopped' });
  });

  it.each([{}, { job: 'reconquer' }, null, 'pull'])('refuses the event %j', async (event) => {
    const handler = await coldStart(settings());
    await expect(handler(event, context())).rejects.toThrow(
      /pull, backfill, reconcile, directory|The event/,
    );
  });

  it.each([
    ['', /ACTIVITY_SETTINGS/],
    ['{"accountId":', /ACTIVITY_SETTINGS/],
    [{ ...lake, accountId: 'acct', credentialsSecret: 's' }, /host is missing/],
    [{ ...lake, accountId: 'acct', host: 'http://kore.example', credentialsSecret: 's' }, /https/],
    [{ ...lake, accountId: 'a/b', host: 'kore.example', credentialsSecret: 's' }, /accountId/],
    [
      { ...lake, accountId: 'a', host: 'kore.example', credentialsSecret: 's', lookbak: '1h' },
      /lookbak/,
    ],
  ])('names what is wrong in the settings %j', async (wrong, says) => {
    const handler = await coldStart(wrong);
    await expect(handler({ job: 'pull' }, context())).rejects.toThrow(says);
  });
});
