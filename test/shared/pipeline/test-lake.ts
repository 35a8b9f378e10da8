import { AsyncLocalStorage } from 'node:async_hooks';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { startLocalAws } from '../../../local/aws.ts';
import type { AgentActivityRow } from '../../../shared/activity/event.ts';
import type { Row } from '../../../shared/activity/merge.ts';
import { type AwsClients, awsClients } from '../../../shared/aws.ts';
import { Checkpoint, type CheckpointState } from '../../../shared/checkpoint/checkpoint.ts';
import { RunLedger, type RunRecord } from '../../../shared/checkpoint/run-ledger.ts';
import { systemClock } from '../../../shared/clock.ts';
import { jobs } from '../../../shared/jobs.ts';
import type { Journal } from '../../../shared/journal.ts';
import { readBlock } from '../../../shared/lake/block-format.ts';
import type { Table } from '../../../shared/lake/table.ts';
import type { Pipeline } from '../../../shared/pipeline.ts';
import { type Job, type RunOutcome, run } from '../../../shared/run.ts';
import {
  type AccountSettingsInput,
  accountSettingsSchema,
  parseSettings,
} from '../../../shared/settings.ts';
import { SecretCredentials } from '../../../shared/smartassist/credentials.ts';
import { FakeClock } from '../smartassist/fake-clock.ts';
import { CallGate, type OnCall } from './call-gate.ts';

export const credentials = { clientId: 'cs-test', clientSecret: 'test-lake-secret-9f3c' };

/** A token that never expires: for runs whose clock is not the simulator's. */
export const readyJwt = 'e30.e30.test-lake-token';

/** A file system without a disk, where there is one: that writes reach the disk is proved elsewhere. */
const MEMORY = '/dev/shm';

const lake = { bucket: 'lake', checkpointTable: 'checkpoint' };

// Two interleaved runs share one process and so one fetch: each finds its own gate here.
const gates = new AsyncLocalStorage<CallGate>();
const realFetch = globalThis.fetch;
globalThis.fetch = (input, init) => {
  const gate = gates.getStore();
  return gate === undefined ? realFetch(input, init) : gate.fetch(realFetch)(input, init);
};

/** The embedded AWS in a folder of its own, for as many accounts as a test wants. */
export interface TestLake {
  readonly clients: AwsClients;
  readonly dataDir: string;
  /** @param secret what the account's secret holds; default: `credentials` */
  account(
    settings: Partial<AccountSettingsInput> & { accountId: string; host: string },
    secret?: object,
  ): Promise<TestAccount>;
  stop(): Promise<void>;
}

export interface RunOptions {
  /** The clock by which windows are planned. */
  readonly nowMs: number;
  readonly job?: Job<Pipeline>;
  /** What the real time is when the run begins. Default: now. */
  readonly clockMs?: number;
  readonly onCall?: OnCall;
  readonly journal?: Journal;
  /** Settings that differ for this run. */
  readonly settings?: Partial<AccountSettingsInput>;
  /** How long the run may take, milliseconds of its own clock. */
  readonly timeMs?: number;
}

export interface TestAccount {
  readonly accountId: string;
  run(options: RunOptions): Promise<RunOutcome & { readonly gate: CallGate }>;
  /** Does something in a run of its own, and gives its answer, or throws what it throws. */
  ask<T>(nowMs: number, work: (run: Pipeline) => Promise<T>): Promise<T>;
  /** Every stored row of a table, by key of its block. */
  blocks<R extends Row>(table: Table): Promise<Map<string, readonly R[]>>;
  rows<R extends Row>(table: Table): Promise<readonly R[]>;
  keys(folder: string): Promise<readonly string[]>;
  checkpoint(): Promise<CheckpointState | null>;
  ledger(): Promise<readonly RunRecord[]>;
}

export async function startTestLake(): Promise<TestLake> {
  const dataDir = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'activity-lake-'));
  const aws = await startLocalAws({ dataDir, ...lake });
  Object.assign(process.env, aws.environment);
  const clients = awsClients();
  return {
    clients,
    dataDir,
    account: async (settings, secret = credentials) => {
      const credentialsSecret = `credentials-${settings.accountId}`;
      await clients.secrets.send(
        new CreateSecretCommand({
          Name: credentialsSecret,
          SecretString: JSON.stringify(secret),
        }),
      );
      return testAccount(clients, {
        ...lake,
        credentialsSecret,
        requestsPerMinute: 100_000,
        ...settings,
      });
    },
    stop: async () => {
      await aws.stop();
      rmSync(dataDir, { recursive: true });
    },
  };
}

function testAccount(reading: AwsClients, input: AccountSettingsInput): TestAccount {
  const { accountId } = input;
  const stored = { db: reading.db, table: lake.checkpointTable, accountId };
  const keys = async (folder: string) => {
    const found: string[] = [];
    let token: string | undefined;
    do {
      const page = await reading.s3.send(
        new ListObjectsV2Command({
          Bucket: lake.bucket,
          Prefix: `${folder}/account_id=${accountId}/`,
          ContinuationToken: token,
        }),
      );
      found.push(...(page.Contents ?? []).map(({ Key }) => Key as string));
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return found;
  };
  const blocks = async <R extends Row>(table: Table) => {
    const found = new Map<string, readonly R[]>();
    for (const key of await keys(table.folder)) {
      const { Body } = await reading.s3.send(
        new GetObjectCommand({ Bucket: lake.bucket, Key: key }),
      );
      const bytes = await Body?.transformToByteArray();
      found.set(key, await readBlock<R>(table, bytes ?? new Uint8Array()));
    }
    return found;
  };
  const runOnce = async ({
    nowMs,
    job = jobs.pull,
    onCall,
    settings,
    timeMs = 600_000,
    clockMs,
    journal,
  }: RunOptions) => {
    const gate = new CallGate(onCall);
    const clients = gate.watchAws(awsClients());
    const clock = new FakeClock();
    clock.nowMs = clockMs ?? systemClock.now();
    const parsed = parseSettings(accountSettingsSchema, { ...input, ...settings }, 'test');
    const outcome = await gates.run(gate, () =>
      run(
        {
          settings: parsed,
          clients,
          credentials: new SecretCredentials({
            secrets: clients.secrets,
            secretId: parsed.credentialsSecret,
          }),
          clock,
          now: () => nowMs,
          deadlineMs: clock.nowMs + timeMs,
          codeVersion: 'test',
          journal,
        },
        job,
      ),
    );
    clients.s3.destroy();
    clients.secrets.destroy();
    return { ...outcome, gate };
  };
  return {
    accountId,
    keys,
    run: runOnce,
    ask: async <T>(nowMs: number, work: (run: Pipeline) => Promise<T>) => {
      const answers: T[] = [];
      const job = { name: 'ask', work: async (r: Pipeline) => void answers.push(await work(r)) };
      const { error } = await runOnce({ nowMs, job });
      if (error !== null) throw error;
      return answers[0] as T;
    },
    blocks,
    rows: async <R extends Row>(table: Table) => [...(await blocks<R>(table)).values()].flat(),
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
