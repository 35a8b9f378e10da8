import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type DuckDBConnection, DuckDBInstance, type Json } from '@duckdb/node-api';
import { viewOf } from '../../../cli/places/folder-lake.ts';
import { analystViews, type ReportedAccount } from '../../../cli/sql/analyst-views.ts';
import type { AgentActivityRow } from '../../../shared/activity/event.ts';
import { localDaysIn } from '../../../shared/activity/local-day.ts';
import { mergeRows, type Row } from '../../../shared/activity/merge.ts';
import { sourceZone } from '../../../shared/activity/source-zone.ts';
import type { Span } from '../../../shared/activity/spans.ts';
import { type StaySettings, stays } from '../../../shared/activity/stays.ts';
import { agentStay } from '../../../shared/lake/agent-stay.ts';
import { writeBlock } from '../../../shared/lake/block-format.ts';
import { pointerKey, versionKey } from '../../../shared/lake/block-keys.ts';
import { dayOf, type Table } from '../../../shared/lake/table.ts';
import { agentActivity, tables, withdrawnActivity } from '../../../shared/lake/tables.ts';

/** One account with what happened in it. */
export interface LakeAccount extends ReportedAccount, StaySettings {
  readonly events: readonly AgentActivityRow[];
  /** Indexes of the events that the source no longer lists. */
  readonly withdrawn: readonly number[];
  readonly known: Span;
}

export interface StayLake {
  readonly folder: string;
  rows(sql: string): Promise<Record<string, Json>[]>;
  /** The files that a query reads, by the account and the day in their paths, with repetitions. */
  filesRead(sql: string): Promise<string[]>;
  close(): void;
}

/**
 * A lake as runs and the derivation would leave it, with the views of the product over it.
 *
 * @param schedule the text of a plan, or of each file in `schedules/`
 */
export async function stayLake(
  accounts: readonly LakeAccount[],
  more: readonly { table: Table; accountId: string; rows: readonly Row[] }[] = [],
  schedule: string | Readonly<Record<string, string>> = {},
): Promise<StayLake> {
  const folder = mkdtempSync(path.join(tmpdir(), 'stay-lake-'));
  for (const account of accounts) {
    const gone = account.withdrawn.map((index) => withdrawalOf(account.events[index]));
    store(folder, agentActivity, account.id, account.events);
    store(folder, withdrawnActivity, account.id, gone);
    for (const day of localDaysIn(sourceZone(account.reportTimeZone), account.known)) {
      const rows = stays(account.events, gone, day, account, account.known);
      storeBlock(folder, agentStay, account.id, day, rows);
    }
  }
  for (const { table, accountId, rows } of more) store(folder, table, accountId, rows);
  const plans = typeof schedule === 'string' ? { 'plan.csv': schedule } : schedule;
  for (const [name, text] of Object.entries(plans)) {
    write(path.join(folder, 'schedules', name), text);
  }

  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection = await instance.connect();
  await connection.run(`SET TimeZone = 'UTC'`);
  for (const table of tables) await connection.run(viewOf(table, folder));
  for (const sql of analystViews(folder, accounts)) await connection.run(sql);
  return {
    folder,
    rows: (sql) => rowsOf(connection, sql),
    filesRead: (sql) => filesRead(connection, sql),
    close: () => {
      connection.closeSync();
      instance.closeSync();
      rmSync(folder, { recursive: true });
    },
  };
}

/** The row that reconcile stores of an event that is no longer listed. */
export function withdrawalOf(event: AgentActivityRow | undefined) {
  if (event === undefined) throw new RangeError('no such event');
  const { agent_id, event_time, activity, reason_code, occurrence, source_object } = event;
  const at = event_time + 3_600_000;
  return {
    ...{ agent_id, event_time, activity, reason_code, occurrence, source_object },
    ...{ withdrawn_at: at, returned_at: null, checked_at: at },
  };
}

function store(folder: string, table: Table, accountId: string, rows: readonly Row[]): void {
  for (const day of new Set(rows.map((row) => dayOf(table, row)))) {
    const ofDay = rows.filter((row) => dayOf(table, row) === day);
    storeBlock(folder, table, accountId, day, mergeRows(table, [], ofDay).rows);
  }
}

function storeBlock(
  folder: string,
  table: Table,
  accountId: string,
  day: string | null,
  rows: readonly Row[],
): void {
  const block = { table, accountId, day };
  const version = versionKey(block, 1, 'only');
  write(path.join(folder, version), writeBlock(table, rows));
  write(path.join(folder, pointerKey(block)), `s3://lake/${version}\n`);
}

function write(file: string, content: Uint8Array | string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
}

async function rowsOf(connection: DuckDBConnection, sql: string): Promise<Record<string, Json>[]> {
  const reader = await connection.runAndReadAll(sql);
  const wide = reader
    .columnNames()
    .filter((_, index) => /INT$/.test(`${reader.columnType(index)}`));
  const rows = reader.getRowObjectsJson();
  // DuckDB gives 64 bits as text.
  for (const row of rows) {
    for (const name of wide) if (typeof row[name] === 'string') row[name] = Number(row[name]);
  }
  return rows;
}

interface Operator {
  readonly operator_name?: string;
  readonly extra_info: { readonly 'Filename(s)'?: string };
  readonly children: readonly Operator[];
}

async function filesRead(connection: DuckDBConnection, sql: string): Promise<string[]> {
  const answer = await connection.runAndReadAll(`EXPLAIN (ANALYZE, FORMAT json) ${sql}`);
  const files: string[] = [];
  const visit = ({ extra_info, children }: Operator): void => {
    const names = extra_info['Filename(s)']?.split(',') ?? [];
    if (names.some((name) => name.includes('...'))) throw new RangeError('DuckDB names a few only');
    files.push(...names.map((name) => /blocks\/(.+)\/[^/]+$/.exec(name)?.[1] ?? name));
    for (const child of children) visit(child);
  };
  visit(JSON.parse(String(answer.getRowsJson()[0]?.[1])));
  return files;
}
