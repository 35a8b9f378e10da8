import type { Command } from 'commander';
import { isoInstant } from '../../../shared/activity/instant.ts';
import { type Backfill, writtenBackfill } from '../../../shared/checkpoint/backfills.ts';
import type { CheckpointState } from '../../../shared/checkpoint/checkpoint.ts';
import type { DayCheck } from '../../../shared/checkpoint/day-checks.ts';
import { sentLately } from '../../../shared/checkpoint/request-budget.ts';
import { writtenState } from '../../../shared/checkpoint/state-document.ts';
import { systemClock } from '../../../shared/clock.ts';
import { accountStores } from '../../../shared/run/account-stores.ts';
import { isCheckpointLost, lostWords } from '../../account/lost-checkpoint.ts';
import { notEmpty } from '../../options/option-values.ts';
import {
  accountsIn,
  addPlaceOptions,
  inPlace,
  type PlaceOptions,
} from '../../places/open-place.ts';
import type { Place } from '../../places/place.ts';
import { oneLine } from '../../terminal/table.ts';
import { out, paintFor } from '../../terminal/terminal.ts';
import { typedCommand } from '../../terminal/typed-command.ts';
import { counted, instant, plural, span } from '../../terminal/wording.ts';

type ShowOptions = PlaceOptions & { readonly accountId?: string; readonly json?: true };

/** All that the table holds of an account but the ledger of its runs. */
interface StoredState {
  readonly accountId: string;
  readonly checkpoint: CheckpointState | null;
  /** Whether there is no checkpoint, but rows. */
  readonly isLost: boolean;
  /** The id of the run that moved the watermark last. */
  readonly movedBy: string | null;
  readonly backfills: readonly Backfill[];
  readonly dayChecks: readonly DayCheck[];
  readonly requests: Awaited<ReturnType<typeof sentLately>>;
}

export function addShowState(state: Command): void {
  addPlaceOptions(
    state
      .command('show')
      .description('show all that is remembered of an account but its runs: `runs` lists them')
      .option('--account-id <id>', 'only this account', notEmpty)
      .option('--json', 'as JSON: a list of accounts'),
  ).action(show);
}

async function show(options: ShowOptions): Promise<void> {
  const all = await inPlace(options, async (place) => {
    const found: StoredState[] = [];
    for (const accountId of await accountsIn(place, options.accountId)) {
      found.push(await storedState(place, accountId));
    }
    return found;
  });
  if (options.json) out(JSON.stringify(all.map(asJson), null, 2));
  else if (all.length === 0) out('Nothing was pulled here yet.');
  else for (const account of all) print(account);
}

async function storedState(place: Place, accountId: string): Promise<StoredState> {
  const found = await place.use(async (clients) => {
    const stores = accountStores(clients, place, accountId);
    const requestsOf = { db: clients.db, table: place.checkpointTable, accountId };
    return {
      checkpoint: await stores.checkpoint.load(),
      movedBy: stores.checkpoint.watermarkRun,
      backfills: await stores.backfills.all(),
      dayChecks: await stores.dayChecks.all(),
      requests: await sentLately(requestsOf, systemClock.now()),
    };
  });
  const isLost = found.checkpoint === null && (await isCheckpointLost(place, accountId));
  return { accountId, isLost, ...found };
}

function print({ accountId, checkpoint, isLost, ...stored }: StoredState): void {
  const { bold, red } = paintFor(process.stdout);
  out(`Account ${bold(accountId)}`);
  if (checkpoint !== null) {
    for (const words of checkpointLines(accountId, checkpoint, stored.movedBy)) out(words);
  } else {
    out(line('watermark', isLost ? red(lostWords(accountId)) : 'no pull has set one yet'));
  }
  for (const { name, fromMs, toMs, positionMs, status, addedAtMs, by } of stored.backfills) {
    const words = `${name}, ${status}: ${instant(fromMs)} to ${instant(toMs)}, read up to ${instant(positionMs)}`;
    out(line('backfill', `${words}; added ${instant(addedAtMs)} by ${oneLine(by)}`));
  }
  for (const words of checkLines(stored.dayChecks)) out(line('checks', words));
  const { sent, background } = stored.requests;
  out(
    line(
      'budget',
      `${plural(sent, 'request')} in the last minute, ${counted(background)} of them in the background`,
    ),
  );
  out();
}

const line = (name: string, words: string) => `  ${name.padEnd(13)} ${words}`;

function checkpointLines(
  accountId: string,
  { watermarkMs, startMs, keptFromMs, skipped, erased, facts, ...checkpoint }: CheckpointState,
  movedBy: string | null,
): string[] {
  const { sourceTimeZone, replayingZone, bound } = checkpoint;
  const { windowMs, rowCap, mostRows, listed, pinnedAccountId } = facts;
  const by = movedBy === null ? '' : `; moved by run ${movedBy}`;
  return [
    line('watermark', `${instant(watermarkMs)}: all before it is read and stored${by}`),
    line(
      'begins',
      `${instant(startMs)}${bound ? '' : ', until a row is stored: nothing binds it yet'}`,
    ),
    line('zone', `${sourceTimeZone}: all stored times were read in it`),
    ...(replayingZone === null
      ? []
      : [
          line(
            '',
            `a replay reads them in ${replayingZone}, and has not ended: \`${typedCommand('replay --reason …', accountId)}\``,
          ),
        ]),
    ...skipped.map((gap) =>
      line(
        'left out',
        `${instant(gap.fromMs)} to ${instant(gap.toMs)}, unless a backfill has read it`,
      ),
    ),
    ...(Number.isFinite(keptFromMs)
      ? [line('kept from', `${instant(keptFromMs)}: rows of days before it have expired`)]
      : []),
    ...(erased.size > 0
      ? [line('erased', `${plural(erased.size, 'agent')}, left out of all that is pulled`)]
      : []),
    ...(pinnedAccountId === null
      ? []
      : [line('answers', `name account ${oneLine(pinnedAccountId)}: another one fails`)]),
    ...(windowMs === null
      ? []
      : [line('windows', `of ${span(windowMs)} work, longer ones were cut`)]),
    line('rows', rowWords(rowCap, mostRows)),
    ...(listed === null
      ? []
      : [
          line(
            'had events',
            `${instant(listed.fromMs)} to ${instant(listed.toMs)}: asked again when another window seems empty`,
          ),
        ]),
  ];
}

function rowWords(rowCap: number | null, mostRows: number): string {
  const most = `${counted(mostRows)} at most in one answer`;
  return rowCap === null ? most : `${most}; the source cut one at ${counted(rowCap)}`;
}

function checkLines(checks: readonly DayCheck[]): string[] {
  const [first, last] = [checks.at(0), checks.at(-1)];
  if (first === undefined || last === undefined) return [];
  const under = checks.filter(({ finished }) => !finished);
  return [
    `${plural(checks.length, 'day')} from ${first.day} to ${last.day}: what came of them is in etl_completeness`,
    ...under.map(
      ({ day, positionMs }) => `${day} has not ended, compared up to ${instant(positionMs)}`,
    ),
  ];
}

function asJson({
  accountId,
  checkpoint,
  isLost,
  movedBy,
  backfills,
  dayChecks,
  requests,
}: StoredState) {
  return {
    account_id: accountId,
    checkpoint_lost: isLost,
    checkpoint: checkpoint && {
      ...writtenState({ checkpoint, backfills }).checkpoint,
      watermark_run: movedBy,
      replaying_zone: checkpoint.replayingZone,
      unbound: !checkpoint.bound,
    },
    backfills: backfills.map(writtenBackfill),
    day_checks: dayChecks.map(({ day, beganAtMs, positionMs, counts, finished }) => ({
      day,
      began_at: isoInstant(beganAtMs),
      position: isoInstant(positionMs),
      ...counts,
      finished,
    })),
    requests_last_minute: requests,
  };
}
