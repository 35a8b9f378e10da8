import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { startLocalAws } from '../../../local/aws.ts';
import type { AgentActivityRow } from '../../../shared/activity/event.ts';
import type { Row } from '../../../shared/activity/merge.ts';
import { type AwsClients, awsClients } from '../../../shared/aws.ts';
import { Checkpoint, type CheckpointState } from '../../../shared/checkpoint/checkpoint.ts';
import { RunLedger, type RunRecord } from '../../../shared/checkpoint/run-ledger.ts';
import { systemClock } from '../../../shared/clock.ts';
import { readBlock } from '../../../shared/lake/block-format.ts';
import type { Table } from '../../../shared/lake/tables.ts';
import { type Job, type RunOutcome, run } from '../../../shared/run.ts';
import {
  type AccountSettingsInput,
  accountSettingsSchema,
  parseSettings,
} from '../../../shared/settings.ts';
import { SecretCredentials } from '../../../shared/smartassist/credentials.ts';
import { FakeClock } from '../smartassist/fake-clock.ts';
import { CallGate, gatedClients, type OnCall, throughGate } from './call-gate.ts';

export const credentials = { clientId: 'cs-test', clientSecret: 'test-lake-secret-9f3c' };

/** A file system without a disk, where there is one: that writes reach the disk is proved elsewhere. */
const MEMORY = '/dev/shm';

const lake = { bucket: 'lake', checkpointTable: 'checkpoint' };

/** The embedded AWS in a folder of its own, for as many accounts as a test wants. */
export interface TestLake {
  readonly clients: AwsClients;
  readonly dataDir: string;
  account(
    settings: Partial<AccountSettingsInput> & { accountId: string; host: string },
  ): Promise<TestAccount>;
  stop(): Promise<void>;
}

export interface RunOptions {
  /** The clock by which windows are planned. */
  readonly nowMs: number;
  readonly job?: Job;
  readonly onCall?: OnCall;
  /** Settings that differ for this run. */
  readonly settings?: Partial<AccountSettingsInput>;
  /** How long the run may take, milliseconds of its own clock. */
  readonly timeMs?: number;
}

export interface TestAccount {
  readonly accountId: string;
  run(options: RunOptions): Promise<RunOutcome & { readonly gate: CallGate }>;
  /** Every stored row of a table, read from the files themselves. */
  rows<R extends Row>(table: Table): Promise<readonly R[]>;
  keys(prefix: string): Promise<readonly string[]>;
  checkpoint(): Promise<CheckpointState | null>;
  ledger(): Promise<readonly RunRecord[]>;
}

export async function startTestLake(): Promise<TestLake> {
  const dataDir = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'activity-lake-'));
  const aws = await startLocalAws({ dataDir, ...lake });
  Object.assign(process.env, aws.environment);
  const clients = awsClients();
  const ofRuns = gatedClients();
  return {
    clients,
    dataDir,
    account: async (settings) => {
      const credentialsSecret = `credentials-${settings.accountId}`;
      await clients.secrets.send(
        new CreateSecretCommand({
          Name: credentialsSecret,
          SecretString: JSON.stringify(credentials),
        }),
      );
      const input = { ...lake, credentialsSecret, requestsPerMinute: 100_000, ...settings };
      return testAccount({ clients: ofRuns, db: clients.db, folder: aws.bucketFolder }, input);
    },
    stop: async () => {
      await aws.stop();
      rmSync(dataDir, { recursive: true });
    },
  };
}

/** Runs call through `clients`; what they stored is read apart from them. */
interface Access {
  readonly clients: AwsClients;
  readonly db: AwsClients['db'];
  readonly folder: string;
}

function testAccount({ clients, db, folder }: Access, input: AccountSettingsInput): TestAccount {
  const { accountId } = input;
  const stored = { db, table: lake.checkpointTable, accountId };
  const files = async (prefix: string) => {
    const under = join(folder, prefix, `account_id=${accountId}`);
    if (!existsSync(under)) return [];
    const entries = await readdir(under, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  };
  return {
    accountId,
    keys: async (prefix) => (await files(prefix)).map((file) => relative(folder, file)),
    rows: async <R extends Row>(table: Table) => {
      const rows: R[] = [];
      for (const file of await files(table.folder)) {
        rows.push(...(await readBlock<R>(table, await readFile(file))));
      }
      return rows;
    },
    checkpoint: () => new Checkpoint({ ...stored, runId: 'reader' }).load(),
    ledger: () => new RunLedger(stored).latest(100),
    run: async ({ nowMs, job = 'pull', onCall, settings, timeMs = 600_000 }) => {
      const gate = new CallGate(onCall);
      const clock = new FakeClock();
      clock.nowMs = systemClock.now();
      const parsed = parseSettings(accountSettingsSchema, { ...input, ...settings }, 'test');
      const outcome = await throughGate(gate, () =>
        run({
          job,
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
        }),
      );
      return { ...outcome, gate };
    },
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
