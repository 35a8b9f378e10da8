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
import type { WindowLine } from '../../shared/journal.ts';
import { type MetricName, metrics, metricsOf } from '../../shared/metrics.ts';
import { credentialsWanted } from '../../shared/settings.ts';
import { lookThrough } from '../looked-through.ts';

const credentials = { clientId: 'cs-handler', clientSecret: 'handler-secret' };
const lake = { bucket: 'lake', checkpointTable: 'checkpoint' };
const environment = { ...process.env };
/** When the function runs, whatever the real time is. */
const nowMs = Date.parse('2026-03-11T12:00:00Z');
const beganMs = performance.now();

let dataDir: string;
let aws: LocalAws;
let simulator: Simulator;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'handler-'));
  aws = await startLocalAws({ dataDir, ...lake });
  setClock();
  simulator = await simulate('acct');
  Object.assign(process.env, aws.environment);
  const SecretString = JSON.stringify(credentials);
  await awsClients().secrets.send(
    new CreateSecretCommand({ Name: 'acct-credentials', SecretString }),
  );
});
afterAll(async () => {
  process.env = environment;
  await simulator.stop();
  await aws.stop();
  rmSync(dataDir, { recursive: true });
});

function simulate(accountId: string): Promise<Simulator> {
  const centre = contactCentre({ seed: 1, agents: 5, fromMs: nowMs - 86_400_000, toMs: nowMs });
  return startSimulator({ ...credentials, accountId, centre });
}

/** Runs follow each other in the ledger by when they began, so the time must pass. */
function setClock(): void {
  jest.spyOn(Date, 'now').mockImplementation(() => nowMs + Math.floor(performance.now() - beganMs));
}

const context = (remainingMs = 300_000) =>
  ({
    functionName: 'activity',
    awsRequestId: 'request',
    getRemainingTimeInMillis: () => remainingMs,
  }) as unknown as Context;

/** What the function writes to its log, line by line; nothing of it is shown. */
function logged(): Record<string, unknown>[] {
  const streams = [process.stdout, process.stderr];
  const lines = streams
    .flatMap(({ write }) => jest.mocked(write).mock.calls)
    .flatMap(([text]) => String(text).split('\n'))
    .filter((line) => line !== '');
  lookThrough(lines.join('\n'));
  return lines.map((line) => JSON.parse(line));
}
beforeEach(() => {
  setClock();
  jest.spyOn(process.stdout, 'write').mockImplementation(() => true);
  jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
  jest.spyOn(globalThis.console, 'log').mockImplementation((line) => {
    process.stdout.write(`${line}\n`);
  });
});
afterEach(() => {
  logged();
  jest.restoreAllMocks();
});

/** A new execution environment, as Lambda would start it. */
async function coldStart(settings: object | string): Promise<typeof Handler> {
  process.env = {
    ...environment,
    ...aws.environment,
    METRICS_NAMESPACE: 'lake-under-test',
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
  requestsPerMinute: 100_000,
});

describe('the function', () => {
  it('says which JSON its secret wants until the secret is filled, then pulls', async () => {
    Object.assign(process.env, aws.environment);
    const { secrets } = awsClients();
    await secrets.send(new CreateSecretCommand({ Name: 'empty' }));
    const source = await simulate('new');
    const handler = await coldStart({
      ...settings(),
      accountId: 'new',
      host: source.url,
      credentialsSecret: 'empty',
    });
    // No failure: nothing goes into the queue of failed runs, and no alarm of failures goes on.
    const waits = await handler({ job: 'pull' }, context());
    const failure = { class: 'CredentialsAwaitedError', message: expect.any(String) };
    expect(waits).toMatchObject({ status: 'waiting', failure });
    expect(waits?.failure?.message).toContain(credentialsWanted);
    if (waits !== null) {
      const told = metricsOf(waits);
      expect([told.get('FailedRuns'), told.get('CredentialsFailures')]).toEqual([
        undefined,
        undefined,
      ]);
    }
    expect(
      logged().filter(({ message }) => /^run (waits|failed)$/.test(`${message}`)),
    ).toMatchObject([{ level: 'WARN', message: 'run waits', failure }]);
    expect(await handler({ job: 'directory' }, context())).toMatchObject({ status: 'waiting' });

    const wrong = { SecretId: 'empty', SecretString: '{"clientId": "cs-new"}' };
    await secrets.send(new PutSecretValueCommand(wrong));
    await expect(handler({ job: 'pull' }, context())).rejects.toThrow(credentialsWanted);

    const SecretString = JSON.stringify(credentials);
    await secrets.send(new PutSecretValueCommand({ SecretId: 'empty', SecretString }));
    const record = await handler({ job: 'pull' }, context());
    expect(record).toMatchObject({
      status: 'succeeded',
      job: 'pull',
      account_id: 'new',
      code_version: '1.2.3',
    });
    expect(record?.counts?.new).toBeGreaterThan(0);
    expect(await handler({ job: 'directory' }, context())).toMatchObject({ counts: { new: 5 } });
    await source.stop();
  });

  it('reads history for the backfills when the pull has caught up, and checks days once', async () => {
    const handler = await coldStart(settings());
    Object.assign(process.env, aws.environment);
    const { db } = awsClients();
    const account = { db, table: lake.checkpointTable, accountId: 'acct' };
    const backfills = new Backfills({ ...account, runId: 'test' });
    // With what the first pull read, yesterday is whole.
    const fromMs = nowMs - 38 * 3_600_000;
    const span = { fromMs, positionMs: fromMs, toMs: nowMs - 23 * 3_600_000 };
    await backfills.add({ ...span, name: 'old', status: 'active', addedAtMs: nowMs, by: 'test' });
    expect(await handler({ job: 'pull' }, context(15_000))).toMatchObject({ status: 'stopped' });
    expect(await backfills.all()).toMatchObject([{ positionMs: span.fromMs }]);
    expect(await handler({ job: 'pull' }, context())).toMatchObject({ status: 'succeeded' });
    expect(await backfills.all()).toMatchObject([{ status: 'done' }]);
    expect(await handler({ job: 'backfill' }, context())).toBeNull();
    const runs = await new RunLedger(account).latest(2);
    expect(runs.map(({ job }) => job)).toEqual(['backfill', 'pull']);

    const reconciled = await handler({ job: 'reconcile' }, context());
    // One day in windows of 29 minutes.
    expect(reconciled).toMatchObject({ status: 'succeeded', counts: { windows: 50 } });
    // Asked again on the same day, there is nothing to do, and no run in the ledger.
    expect(await handler({ job: 'reconcile' }, context())).toBeNull();
    expect(await new RunLedger(account).latest(2)).toMatchObject([
      { job: 'reconcile' },
      { job: 'backfill' },
    ]);
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

describe('the log of the function', () => {
  it('has a line for the run with all its numbers, and one for each window and request', async () => {
    const handler = await coldStart({ ...settings(), accountId: 'acct' });
    const record = await handler({ job: 'pull' }, context());
    const lines = logged();
    const of = (message: string) => lines.filter((line) => line.message === message);
    expect(of('run')).toMatchObject([
      { run: JSON.parse(JSON.stringify(record)), cold_start: true },
    ]);
    expect(of('window')).toHaveLength(record?.counts?.windows ?? 0);
    const [window] = of('window').map((line) => line.window as WindowLine);
    expect(window).toMatchObject({ run_id: record?.run_id, rejected: 0, rejected_by_reason: {} });
    expect(window?.landing_key).toMatch(/^landing\/account_id=acct\//);
    expect(of('request')).toHaveLength(record?.counts?.requests ?? 0);
    expect(of('request')[0]?.request).toMatchObject({ status: 200, attempt: 1 });
    expect(of('run failed')).toEqual([]);

    await handler({ job: 'pull' }, context());
    expect(logged().filter(({ message }) => message === 'run')[1]).toMatchObject({
      cold_start: false,
    });
  });

  it('has every metric in the embedded format, with the account as the only dimension', async () => {
    const handler = await coldStart(settings());
    const record = await handler({ job: 'pull' }, context());
    const [line] = logged().filter((each) => '_aws' in each);
    const { _aws, ...values } = line as { _aws: { CloudWatchMetrics: unknown[] } };
    const expected = record === null ? new Map() : metricsOf(record);
    expect(values).toEqual({ account: 'acct', ...Object.fromEntries(expected) });
    expect(_aws.CloudWatchMetrics).toEqual([
      {
        Namespace: 'lake-under-test',
        Dimensions: [['account']],
        Metrics: [...expected.keys()].map((name: MetricName) => ({
          Name: name,
          Unit: metrics[name].unit,
        })),
      },
    ]);
  });

  it('has a line for a failure that says what to do and where to read more', async () => {
    const handler = await coldStart(settings());
    simulator.failNext({ kind: 'status', status: 403 });
    await expect(handler({ job: 'pull' }, context())).rejects.toThrow(/403/);
    const failed = logged().filter(({ message }) => message === 'run failed');
    expect(failed).toMatchObject([
      {
        level: 'ERROR',
        failure: {
          ...{ class: 'CredentialsError', run_id: expect.any(String) },
          ...{ next_action: expect.any(String), runbook: 'credentials-are-refused' },
        },
      },
    ]);
  });

  it('has one for what failed before there was a run', async () => {
    const handler = await coldStart('{');
    await expect(handler({ job: 'pull' }, context())).rejects.toThrow(/ACTIVITY_SETTINGS/);
    expect(logged().filter(({ message }) => message === 'run failed')).toMatchObject([
      { failure: { class: 'SettingsError', next_action: expect.any(String) } },
    ]);
  });
});
