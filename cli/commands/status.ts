import type { Command } from 'commander';
import type { AwsClients } from '../../shared/aws.ts';
import { Checkpoint, type LearnedFacts } from '../../shared/checkpoint/checkpoint.ts';
import { RunLedger, type RunRecord } from '../../shared/checkpoint/run-ledger.ts';
import { systemClock } from '../../shared/clock.ts';
import { agentActivity, rejectedActivity } from '../../shared/lake/tables.ts';
import { accountsIn, addPlaceOptions, inPlace, type Place, type PlaceOptions } from '../place.ts';
import { countRows } from '../row-counts.ts';
import { asShown } from '../run-table.ts';
import { notEmpty } from '../setting-options.ts';
import { oneLine } from '../table.ts';
import { out, paintFor } from '../terminal.ts';
import { counted, instant, span } from '../wording.ts';

/** How far back a success is looked for. */
const RUNS_LOOKED_AT = 200;

type StatusOptions = PlaceOptions & { readonly accountId?: string; readonly json?: true };

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
  const command = program
    .command('status')
    .description('say how far each account is, and how its last run went');
  addPlaceOptions(command)
    .option('--account-id <id>', 'of this account alone', notEmpty)
    .option('--json', 'as JSON: a list of accounts')
    .action(status);
}

async function status({ accountId, json, ...options }: StatusOptions): Promise<void> {
  const all = await inPlace(options, async (place) => {
    const statuses: AccountStatus[] = [];
    for (const account of await accountsIn(place, accountId)) {
      statuses.push(await place.use((clients) => statusOf(clients, place, account)));
    }
    return statuses;
  });
  if (json) out(JSON.stringify(all, null, 2));
  else print(all);
}

async function statusOf(
  clients: AwsClients,
  place: Place,
  accountId: string,
): Promise<AccountStatus> {
  const at = { db: clients.db, table: place.checkpointTable, accountId };
  const state = await new Checkpoint({ ...at, runId: '' }).load();
  const runs = (await new RunLedger(at).latest(RUNS_LOOKED_AT)).map(asShown);
  return {
    account_id: accountId,
    watermark: state && new Date(state.watermarkMs).toISOString(),
    lag_seconds: state && Math.round((systemClock.now() - state.watermarkMs) / 1_000),
    start: state && new Date(state.startMs).toISOString(),
    learned: state && learned(state.facts),
    events: await countRows(clients, place, agentActivity, [accountId]),
    rejected: await countRows(clients, place, rejectedActivity, [accountId]),
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

function print(all: readonly AccountStatus[]): void {
  const { bold } = paintFor(process.stdout);
  if (all.length === 0) out('Nothing was pulled here yet.');
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
  if (run.status === 'started') return `${started} ${run.job}: under way, or killed`;
  if (run.status === 'died') {
    return `${started} ${run.job}: never ended, so it died. The next run goes on.`;
  }
  const words = `${started} ${run.job}: ${run.status}`;
  if (run.failure === undefined) return words;
  const { message, next_action } = run.failure;
  return `${words}: ${oneLine(message)}\n${' '.repeat(16)}→ ${oneLine(next_action)}`;
}
