import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Behaviour } from '../../local/simulator/behaviour.ts';
import { contactCentre, type TruthEvent } from '../../local/simulator/contact-centre.ts';
import { type Simulator, startSimulator } from '../../local/simulator/server.ts';
import { lookThrough } from '../looked-through.ts';

/** How the command line ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly process: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Ended>;
}

/** Starts the real command line in a process of its own: bundled once for all tests, else as it is. */
export function start(...args: readonly string[]): Started {
  const { ACTIVITY_COMMAND: bundle } = process.env;
  const command = bundle === undefined ? ['--import', 'tsx', 'cli/main.ts'] : [bundle];
  return startProcess(process.execPath, ...command, ...args);
}

export function activity(...args: readonly string[]): Promise<Ended> {
  return start(...args).ended;
}

export function startProcess(command: string, ...args: readonly string[]): Started {
  const child = spawn(command, args, { env: { ...process.env, NO_COLOR: '1' } });
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]).then(
    ([stdout, stderr]) => {
      lookThrough(`${stdout}${stderr}`);
      return { code: child.exitCode, signal: child.signalCode, stdout, stderr };
    },
  );
  return { process: child, ended };
}

const folders: string[] = [];
function removeFolders(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}
// No file of tests is told of the end of its process; what is none has no `afterAll`.
if (typeof afterAll === 'function') afterAll(removeFolders);
else process.once('exit', removeFolders);

/** A folder that goes with the file of tests. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'activity-cli-'));
  folders.push(folder);
  return folder;
}

export const CLIENT_SECRET = 'not-for-any-file-or-line-of-output';

const HOUR_MS = 3_600_000;

/** An account of which everything happened before `NOW`. */
export const FROM = '2025-03-11T08:00:00Z';
export const NOW = '2025-03-11T20:00:00Z';
export const ACCOUNT_ID = 'acc-1';

export interface Account {
  readonly simulator: Simulator;
  readonly truth: readonly TruthEvent[];
  /** The options that connect to it. */
  readonly options: readonly string[];
  readonly credentialsFile: string;
}

export async function startAccount(
  behaviour: Partial<Behaviour> = {},
  accountId = ACCOUNT_ID,
): Promise<Account> {
  const fromMs = Date.parse(FROM);
  const centre = contactCentre({ seed: 7, agents: 12, fromMs, toMs: fromMs + 10 * HOUR_MS });
  const clientId = 'cs-test';
  const simulator = await startSimulator({
    accountId,
    clientId,
    clientSecret: CLIENT_SECRET,
    centre,
    nowMs: () => Date.parse(NOW),
    behaviour,
  });
  const credentialsFile = await writeCredentials({ clientId, clientSecret: CLIENT_SECRET });
  const options = ['--account-id', accountId, '--host', simulator.url];
  options.push('--credentials', credentialsFile, '--requests-per-minute', '100000');
  return { simulator, truth: centre.events, options, credentialsFile };
}

/** @returns the file they stand in */
export async function writeCredentials(credentials: object): Promise<string> {
  const file = path.join(await temporaryFolder(), 'credentials.json');
  await writeFile(file, JSON.stringify(credentials), { mode: 0o600 });
  return file;
}

/** The events stored in a data folder, as text, read by DuckDB alone. */
export async function storedEvents(dataDir: string, accountId = ACCOUNT_ID): Promise<string[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const pointers = path.join(
    dataDir,
    `s3/activity-lake/activity/account_id=${accountId}/*/current`,
  );
  const current = await connection.runAndReadAll(`SELECT content FROM read_text('${pointers}')`);
  const files = current
    .getRows()
    .map(([address]) => String(address).trim().replace('s3:/', path.join(dataDir, 's3')));
  const reader = await connection.runAndReadAll(
    `SELECT agent_id, epoch_ms(event_time), activity, reason_code, occurrence
     FROM read_parquet([${files.map((file) => `'${file}'`)}])`,
  );
  const rows = reader.getRows().map((row) => row.map(String).join(' '));
  connection.closeSync();
  instance.closeSync();
  return rows.sort();
}

/** What should be stored, written like `storedEvents` does. */
export function asStored(truth: readonly TruthEvent[]): string[] {
  const seen = new Map<string, number>();
  const rows = [...truth]
    .sort((a, b) => a.seq - b.seq)
    .map(({ agentId, eventMs, activity, reasonCode }) => {
      const change = `${agentId} ${eventMs} ${activity} ${reasonCode}`;
      const occurrence = (seen.get(change) ?? 0) + 1;
      seen.set(change, occurrence);
      return `${change} ${occurrence}`;
    });
  return rows.sort();
}
