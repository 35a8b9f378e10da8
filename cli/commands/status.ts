import type { Command } from 'commander';
import type { AwsClients } from '../../shared/aws.ts';
import { Checkpoint, type LearnedFacts } from '../../shared/checkpoint/checkpoint.ts';
import { RunLedger, type RunRecord } from '../../shared/checkpoint/run-ledger.ts';
import { systemClock } from '../../shared/clock.ts';
import { accountsIn } from '../accounts-in-folder.ts';
import { CHECKPOINT_TABLE, DEFAULT_DATA_FOLDER, requireDataFolder } from '../data-folder.ts';
import { type Lake, openLake } from '../lake.ts';
import { openDataFolder } from '../open-folder.ts';
import { notEmpty } from '../setting-options.ts';
import { oneLine } from '../table.ts';
import { out, paintFor } from '../terminal.ts';
import { counted, instant, span } from '../wording.ts';

/** How far back a success is looked for. */
const RUNS_LOOKED_AT = 200;
/** No run takes longer; one still `started` after that has died. */
const LONGEST_RUN_MS = 15 * 60_000;

interface StatusOptions {
  readonly data: string;
  readonly accountId?: string;
  readonly json?: true;
}

interface AccountStatus {
  readonly account_id: string;
  /** This and the next three are `null` when no pull has got as far as to set a watermark. */
  readonly watermark: string | null;
  readonly lag_seconds: number | null;
  readonly start: string | null;
  readonly learned: ReturnType<typeof learned> | null;
  readonly events: number;
  readonly rejected: number;
  readonly last_run: RunRecord | null;
  readonly last_success: string | null;
}

export function addStatus(program: Command): void {
  program
    .command('status')
    .description('say how far each account of a data folder is, and how its last run went')
    .option('--data <dir>', 'the data folder', notEmpty, DEFAULT_DATA_FOLDER)
    .option('--account-id <id>', 'of this account alone', notEmpty)
    .option('--json', 'as JSON: a list of accounts')
    .action(status);
}

async function status({ data, accountId, json }: StatusOptions): Promise<void> {
  requireDataFolder(data);
  const folder = await openDataFolder(data);
  const lake = await openLake(data);
  try {
    const all = await folder.use(async (clients) => {
      const statuses: AccountStatus[] = [];
      for (const account of await accountsIn(clients, data, accountId)) {
        statuses.push(await statusOf(clients, lake, account));
      }
      return statuses;
    });
    if (json) out(JSON.stringify(all, null, 2));
    else print(all);
  } finally {
    lake.close();
    await folder.close();
  }
}

async function statusOf({ db }: AwsClients, lake: Lake, accountId: string): Promise<AccountStatus> {
  const at = { db, table: CHECKPOINT_TABLE, accountId };
  const state = await new Checkpoint({ ...at, runId: '' }).load();
  const runs = await new RunLedger(at).latest(RUNS_LOOKED_AT);
  return {
    account_id: accountId,
    watermark: state && new Date(state.watermarkMs).toISOString(),
    lag_seconds: state && Math.round((systemClock.now() - state.watermarkMs) / 1_000),
    start: state && new Date(state.startMs).toISOString(),
    learned: state && learned(state.facts),
    events: await rowsOf(lake, 'agent_activity', accountId),
    rejected: await rowsOf(lake, 'rejected_activity', accountId),
    last_run: runs[0] ?? null,
    last_success: runs.find((run) => run.status === 'succeeded')?.ended_at ?? null,
  };
}

function learned({ windowMs, rowCap, mostRows, pinnedAccountId }: LearnedFacts) {
  return {
    window_seconds: windowMs === null ? null : windowMs / 1_000,
    row_cap: rowCap,
    most_rows: mostRows,
    pinned_account_id: pinnedAccountId,
  };
}

/** From the footers of the account's files alone. */
async function rowsOf(lake: Lake, table: string, accountId: string): Promise<number> {
  const sql = `SELECT count(*) FROM ${table} WHERE account_id = $account`;
  const { rows } = await lake.select(sql, { account: accountId });
  return rows[0]?.[0] as number;
}

function print(all: readonly AccountStatus[]): void {
  const { bold } = paintFor(process.stdout);
  if (all.length === 0) out('Nothing was pulled into this folder yet.');
  for (const account of all) {
    const line = (name: string, value: string) => out(`  ${name.padEnd(13)} ${value}`);
    out(`Account ${bold(account.account_id)}`);
    const { watermark, lag_seconds, start } = account;
    if (watermark === null || lag_seconds === null || start === null) {
      line('watermark', 'none: no pull has got that far yet');
    } else {
      line('watermark', `${bold(instant(watermark))}   ${lagWords(lag_seconds)}`);
      line('begins', instant(start));
    }
    line('events', `${counted(account.events)} stored, ${counted(account.rejected)} rejected`);
    line('last run', account.last_run === null ? 'none' : runWords(account.last_run));
    line('last success', account.last_success === null ? 'none' : instant(account.last_success));
    if (account.learned !== null) line('learned', learnedWords(account.learned));
    out();
  }
}

function learnedWords(facts: ReturnType<typeof learned>): string {
  return [
    facts.window_seconds === null ? null : `windows of ${span(facts.window_seconds * 1_000)} work`,
    facts.row_cap === null ? null : `the source cuts at ${counted(facts.row_cap)} rows`,
    `most rows in one answer ${counted(facts.most_rows)}`,
    facts.pinned_account_id === null
      ? null
      : `answers name account ${oneLine(facts.pinned_account_id)}`,
  ]
    .filter((fact) => fact !== null)
    .join('; ');
}

function lagWords(seconds: number): string {
  return seconds < 0
    ? `${span(-seconds * 1_000)} ahead of now`
    : `${span(seconds * 1_000)} behind now`;
}

function runWords(run: RunRecord): string {
  const started = instant(run.started_at);
  if (run.status === 'started') {
    const ageMs = systemClock.now() - Date.parse(run.started_at);
    return ageMs > LONGEST_RUN_MS
      ? `${started} ${run.job}: never ended, so it died. The next run goes on.`
      : `${started} ${run.job}: under way, or killed`;
  }
  const words = `${started} ${run.job}: ${run.status}`;
  if (run.failure === undefined) return words;
  const { message, next_action } = run.failure;
  return `${words}: ${oneLine(message)}\n${' '.repeat(16)}→ ${oneLine(next_action)}`;
}
