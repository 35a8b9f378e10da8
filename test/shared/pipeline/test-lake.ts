import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { startLocalAws } from '../../../local/aws.ts';
import type { Behaviour } from '../../../local/simulator/behaviour.ts';
import type { ContactCentre, TruthEvent } from '../../../local/simulator/contact-centre.ts';
import { type Simulator, startSimulator } from '../../../local/simulator/server.ts';
import type { AgentActivityRow } from '../../../shared/activity/event.ts';
import type { Row } from '../../../shared/activity/merge.ts';
import { type AwsClients, awsClients } from '../../../shared/aws.ts';
import { Checkpoint, type CheckpointState } from '../../../shared/checkpoint/checkpoint.ts';
import { RunLedger, type RunRecord } from '../../../shared/checkpoint/run-ledger.ts';
import { jobs } from '../../../shared/jobs/scheduled.ts';
import type { Journal } from '../../../shared/journal.ts';
import { readBlock } from '../../../shared/lake/block-format.ts';
import type { Table } from '../../../shared/lake/table.ts';
import type { Pipeline } from '../../../shared/run/lake-run.ts';
import type { SourceRunInput } from '../../../shared/run/open-run.ts';
import { Remembered } from '../../../shared/run/remembered.ts';
import {
  isDue,
  type Job,
  type RunOutcome,
  run,
  UnrecordedRunError,
} from '../../../shared/run/run.ts';
import {
  type AccountSettingsInput,
  accountSettingsSchema,
  parseSettings,
} from '../../../shared/settings.ts';
import { SecretCredentials } from '../../../shared/smartassist/credentials.ts';
import { FakeClock } from '../smartassist/fake-clock.ts';
import { CallGate, gatedClients, type OnCall, throughGate } from './call-gate.ts';
import { type Losses, losses } from './losses.ts';

/**
 * A token that never expires. Runs have clocks of their own, and no token that they sign would be good
 * by the simulator's: how tokens are signed is proved where processes run by the real clock.
 */
export const readyJwt = 'e30.e30.test-lake-token';

/** When the first run begins by its own clock; the others follow a minute apart. */
export const FIRST_RUN_MS = new FakeClock().nowMs;

/** What a simulator takes beside it. */
export const credentials = {
  clientId: 'cs-test',
  clientSecret: 'test-lake-secret-9f3c',
  readyJwt,
};

/** A file system without a disk, where there is one: that writes reach the disk is proved elsewhere. */
const MEMORY = '/dev/shm';

const LAKE = { bucket: 'lake', checkpointTable: 'checkpoint' };

/** The embedded AWS in a folder of its own, for as many accounts as a test wants. */
export interface TestLake {
  readonly clients: AwsClients;
  readonly dataDir: string;
  /** Its secret holds `readyJwt`. */
  account(
    settings: Partial<AccountSettingsInput> & { accountId: string; host: string },
  ): Promise<TestAccount>;
  /** One whose source is a simulator of its own, which goes with the lake. */
  simulated(source: SimulatedSource): Promise<SimulatedAccount>;
  stop(): Promise<void>;
}

export interface SimulatedSource {
  /** What happened there. */
  readonly events: readonly TruthEvent[];
  readonly agents?: ContactCentre['agents'];
  readonly behaviour?: Partial<Behaviour>;
  /** The simulator's clock. */
  readonly nowMs: () => number;
  /** Where the account's history begins, epoch milliseconds. */
  readonly startMs: number;
  readonly settings?: Partial<AccountSettingsInput>;
}

export type SimulatedAccount = TestAccount & { readonly simulator: Simulator };

export interface RunOptions {
  /** The clock by which windows are planned. */
  readonly nowMs: number;
  readonly job?: Job<Pipeline>;
  /** What the real time is when the run begins. Default: a minute after the run before. */
  readonly clockMs?: number;
  /** Default: one that stands still while the run does not sleep. */
  readonly clock?: FakeClock;
  readonly onCall?: OnCall;
  readonly journal?: Journal;
  /** Settings that differ for this run. */
  readonly settings?: Partial<AccountSettingsInput>;
  /** How long the run may take, milliseconds of its own clock. */
  readonly timeMs?: number;
  /** Of the process that runs it. Default: one of its own. */
  readonly process?: TestProcess;
}

/** What a process keeps from one run to the next, as the function does while it is warm. */
export interface TestProcess {
  readonly remembered: Remembered;
  readonly credentials: SecretCredentials;
}

export interface TestAccount extends Losses {
  readonly accountId: string;
  run(options: RunOptions): Promise<RunOutcome & { readonly gate: CallGate }>;
  process(): TestProcess;
  /** What the function does when it is asked to pull: then it looks for backfills. */
  tick(options: RunOptions): Promise<RunOutcome & { readonly gate: CallGate }>;
  /** Does something in a run of its own, and gives its answer, or throws what it throws. */
  ask<T>(nowMs: number, work: (run: Pipeline) => Promise<T>): Promise<T>;
  /** Every stored row of a table by key of its block's pointer, read from the files themselves. */
  blocks<R extends Row>(table: Table<R>): Promise<Map<string, readonly R[]>>;
  rows<R extends Row>(table: Table<R>): Promise<readonly R[]>;
  keys(prefix: string): Promise<readonly string[]>;
  checkpoint(): Promise<CheckpointState | null>;
  ledger(): Promise<readonly RunRecord[]>;
}

/** @param names of its bucket and checkpoint table, where others look for them too */
export async function startTestLake(lake = LAKE): Promise<TestLake> {
  const dataDir = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'activity-lake-'));
  const aws = await startLocalAws({ dataDir, ...lake });
  Object.assign(process.env, aws.environment);
  const clients = awsClients();
  const ofRuns = gatedClients();
  const simulators: Simulator[] = [];
  const testLake: TestLake = {
    clients,
    dataDir,
    account: async (settings) => {
      const credentialsSecret = `credentials-${settings.accountId}`;
      await clients.secrets.send(
        new CreateSecretCommand({
          Name: credentialsSecret,
          SecretString: JSON.stringify({ jwt: readyJwt }),
        }),
      );
      const input = { ...lake, credentialsSecret, requestsPerMinute: 100_000, ...settings };
      return testAccount({ clients: ofRuns, apart: clients, folder: aws.bucketFolder }, input);
    },
    simulated: async ({ events, agents = [], behaviour, nowMs, startMs, settings }) => {
      const accountId = `account-${simulators.length + 1}`;
      const simulator = await startSimulator({
        ...{ ...credentials, accountId, behaviour, nowMs },
        centre: { agents, events },
      });
      simulators.push(simulator);
      const start = new Date(startMs).toISOString();
      const account = await testLake.account({
        accountId,
        host: simulator.url,
        start,
        ...settings,
      });
      return { ...account, simulator };
    },
    stop: async () => {
      await Promise.all(simulators.map((simulator) => simulator.stop()));
      await aws.stop();
      rmSync(dataDir, { recursive: true });
    },
  };
  return testLake;
}

/** Runs call through `clients`; what they stored is read, and lost, apart from them. */
interface Access {
  readonly clients: AwsClients;
  readonly apart: AwsClients;
  readonly folder: string;
}

function testAccount({ clients, apart, folder }: Access, input: AccountSettingsInput): TestAccount {
  const { accountId } = input;
  const stored = { db: apart.db, table: input.checkpointTable, accountId };
  const files = async (prefix: string) => {
    const under = join(folder, prefix, `account_id=${accountId}`);
    if (!existsSync(under)) return [];
    const entries = await readdir(under, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  };
  const keyOf = (file: string) => relative(folder, file);
  const blocks = async <R extends Row>(table: Table<R>) => {
    const found = new Map<string, readonly R[]>();
    for (const file of await files(table.folder)) {
      const [, version = ''] = /^s3:\/\/[^/]+\/(.+)\n$/.exec(await readFile(file, 'utf8')) ?? [];
      found.set(keyOf(file), readBlock(table, await readFile(join(folder, version))));
    }
    return found;
  };
  let runs = 0;
  const process = (): TestProcess => ({
    remembered: new Remembered(),
    credentials: new SecretCredentials({
      secrets: clients.secrets,
      secretId: input.credentialsSecret,
    }),
  });
  const runOnce = async (options: RunOptions, then = async (_: SourceRunInput) => {}) => {
    const { nowMs, job = jobs.pull, onCall, settings, timeMs = 600_000, journal } = options;
    const gate = new CallGate(onCall);
    const { clock = new FakeClock() } = options;
    clock.nowMs = options.clockMs ?? FIRST_RUN_MS + runs++ * 60_000;
    const parsed = parseSettings(accountSettingsSchema, { ...input, ...settings }, 'test');
    const runInput = {
      settings: parsed,
      clients,
      ...(options.process ?? process()),
      clock,
      planAtMs: () => nowMs,
      deadlineMs: clock.nowMs + timeMs,
      codeVersion: 'test',
      journal,
    };
    const outcome = await throughGate(gate, async () => {
      const ended = await run(runInput, job);
      await then(runInput);
      return ended;
    }).catch((error: unknown) => {
      // A killed process would have thrown what its last call did.
      throw error instanceof UnrecordedRunError ? error.cause : error;
    });
    return { ...outcome, gate };
  };
  return {
    ...losses(apart, input, accountId),
    accountId,
    run: (options) => runOnce(options),
    process,
    tick: (options) =>
      runOnce(options, async (runInput) => {
        if (await isDue(runInput, jobs.backfill)) await run(runInput, jobs.backfill);
      }),
    ask: async <T>(nowMs: number, work: (run: Pipeline) => Promise<T>) => {
      const answers: T[] = [];
      const job = { name: 'ask', work: async (r: Pipeline) => void answers.push(await work(r)) };
      const { error } = await runOnce({ nowMs, job });
      if (error !== null) throw error;
      return answers[0] as T;
    },
    keys: async (prefix) => (await files(prefix)).map(keyOf),
    blocks,
    rows: async <R extends Row>(table: Table<R>) => [...(await blocks(table)).values()].flat(),
    checkpoint: () => new Checkpoint({ ...stored, runId: 'reader' }).load(),
    ledger: () => new RunLedger(stored).latest(100),
  };
}

/** What an event is, apart from when and how it was pulled. */
export function essence(rows: readonly AgentActivityRow[]) {
  return rows
    .map(({ agent_id, event_time, activity, reason_code, occurrence, event_seq }) => ({
      agent_id,
      event_time,
      activity,
      reason_code,
      occurrence,
      event_seq,
    }))
    .sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
}

interface True {
  readonly agentId: string;
  readonly eventMs: number;
  readonly activity: string;
  readonly reasonCode: string | null;
}

/** The same of events as they truly happened, in the order of each agent-second. */
export function essenceOfTruth(events: readonly True[]) {
  const seconds = new Map<string, True[]>();
  const rows = events.map((event) => {
    const key = `${event.agentId} ${event.eventMs}`;
    const before = seconds.get(key) ?? [];
    seconds.set(key, [...before, event]);
    const same = (other: True) =>
      other.activity === event.activity && other.reasonCode === event.reasonCode;
    return {
      agent_id: event.agentId,
      event_time: event.eventMs,
      activity: event.activity,
      reason_code: event.reasonCode,
      occurrence: before.filter(same).length + 1,
      event_seq: before.length,
    };
  });
  return essence(rows as unknown as AgentActivityRow[]);
}
