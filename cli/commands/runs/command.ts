import { type Command, InvalidArgumentError } from 'commander';
import type { RunLedger, RunRecord } from '../../../shared/checkpoint/run-ledger.ts';
import { SettingsError } from '../../../shared/errors.ts';
import { notEmpty } from '../../options/option-values.ts';
import {
  accountsIn,
  addPlaceOptions,
  inPlace,
  type PlaceOptions,
} from '../../places/open-place.ts';
import type { Place } from '../../places/place.ts';
import { readStores } from '../../places/read-stores.ts';
import { asShown, runLines } from '../../terminal/run-table.ts';
import { note, out } from '../../terminal/terminal.ts';
import { runDetails } from './details.ts';

const SHORTEST_ID = 4;

type RunsOptions = PlaceOptions & {
  readonly accountId?: string;
  readonly limit: number;
  readonly json?: true;
};

export function addRuns(program: Command): void {
  const command = program
    .command('runs')
    .description('list the runs, newest first: what each read, wrote and moved')
    .configureHelp({ showGlobalOptions: true });
  addPlaceOptions(command)
    .option('--account-id <id>', 'only this account', notEmpty)
    .option('--limit <n>', 'how many runs', countOf, 20)
    .option('--json', 'as JSON, with all that is recorded')
    .action(list);
  command
    .command('show')
    .description('show all that is recorded of one run')
    .argument('<id>', 'its id, or at least the first four characters of it', idOf)
    .action((id: string, _own: object, shown: Command) => show(id, shown.optsWithGlobals()));
}

async function list({ accountId, limit, json, ...options }: RunsOptions): Promise<void> {
  const found = await inPlace(options, (place) =>
    ofLedgers(place, accountId, (ledger) => ledger.latest(limit + 1)),
  );
  const newest = found.slice(0, limit);
  if (json) out(JSON.stringify(newest, null, 2));
  else if (newest.length === 0) out('There are no runs yet.');
  else for (const line of runLines(newest)) out(line);
  if (found.length > limit && !json)
    note(`There are earlier ones: --limit ${10 * limit} shows more.`);
}

async function show(id: string, { accountId, json, ...options }: RunsOptions): Promise<void> {
  const found = await inPlace(options, (place) =>
    ofLedgers(place, accountId, (ledger) => ledger.find(id)),
  );
  const [run, ...others] = found;
  if (run === undefined) {
    throw new SettingsError(
      `There is no run whose id begins with "${id}".`,
      '`runs` lists them; the ledger keeps them for 400 days.',
    );
  }
  if (others.length > 0) {
    for (const line of runLines(found)) note(line);
    throw new SettingsError(
      `${found.length} runs have ids that begin with "${id}".`,
      'Give more characters of the id.',
    );
  }
  if (json) out(JSON.stringify(run, null, 2));
  else for (const line of runDetails(run)) out(line);
}

/** What is asked of the ledger of each account, newest first. */
async function ofLedgers(
  place: Place,
  only: string | undefined,
  ask: (ledger: RunLedger) => Promise<readonly RunRecord[]>,
): Promise<readonly RunRecord[]> {
  const runs: RunRecord[] = [];
  for (const accountId of await accountsIn(place, only)) {
    runs.push(...(await readStores(place, accountId, ({ ledger }) => ask(ledger))));
  }
  return runs.map(asShown).sort((a, b) => (a.started_at < b.started_at ? 1 : -1));
}

function countOf(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Allowed is a whole number from 1 to 999999.');
}

function idOf(text: string): string {
  if (text.length >= SHORTEST_ID) return text.toLowerCase();
  throw new InvalidArgumentError(
    `Give at least the first ${SHORTEST_ID} characters of the run id.`,
  );
}
