import { type Command, InvalidArgumentError } from 'commander';
import type { AwsClients } from '../../shared/aws.ts';
import { RunLedger, type RunRecord } from '../../shared/checkpoint/run-ledger.ts';
import { accountsIn } from '../accounts-in-folder.ts';
import { CHECKPOINT_TABLE, DEFAULT_DATA_FOLDER, requireDataFolder } from '../data-folder.ts';
import { openDataFolder } from '../open-folder.ts';
import { runLines } from '../run-table.ts';
import { notEmpty } from '../setting-options.ts';
import { out } from '../terminal.ts';

interface RunsOptions {
  readonly data: string;
  readonly accountId?: string;
  readonly limit: number;
  readonly json?: true;
}

export function addRuns(program: Command): void {
  program
    .command('runs')
    .description('list the runs of a data folder, newest first: what each read, wrote and moved')
    .option('--data <dir>', 'the data folder', notEmpty, DEFAULT_DATA_FOLDER)
    .option('--account-id <id>', 'of this account alone', notEmpty)
    .option('--limit <n>', 'how many runs', countOf, 20)
    .option('--json', 'as JSON, with all that is recorded')
    .action(runs);
}

async function runs({ data, accountId, limit, json }: RunsOptions): Promise<void> {
  requireDataFolder(data);
  const folder = await openDataFolder(data);
  try {
    const newest = await folder.use((clients) => latestRuns(clients, data, accountId, limit));
    if (json) out(JSON.stringify(newest, null, 2));
    else for (const line of runLines(newest)) out(line);
  } finally {
    await folder.close();
  }
}

async function latestRuns(
  clients: AwsClients,
  dataDir: string,
  only: string | undefined,
  limit: number,
): Promise<readonly RunRecord[]> {
  const latest: RunRecord[] = [];
  for (const accountId of await accountsIn(clients, dataDir, only)) {
    const ledger = new RunLedger({ db: clients.db, table: CHECKPOINT_TABLE, accountId });
    latest.push(...(await ledger.latest(limit)));
  }
  return latest.sort((a, b) => (a.started_at < b.started_at ? 1 : -1)).slice(0, limit);
}

function countOf(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Allowed is a whole number from 1 to 999999.');
}
