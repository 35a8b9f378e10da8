import type { Command } from 'commander';
import { isoInstant } from '../../shared/activity/instant.ts';
import type { Span } from '../../shared/activity/spans.ts';
import { findGaps, type Gap } from '../../shared/jobs/gaps.ts';
import { isCheckpointLost, lostWords } from '../account/lost-checkpoint.ts';
import { notEmpty } from '../options/option-values.ts';
import { accountsIn, addPlaceOptions, inPlace, type PlaceOptions } from '../places/open-place.ts';
import type { Place } from '../places/place.ts';
import { readStores } from '../places/read-stores.ts';
import { tableLines } from '../terminal/table.ts';
import { out, paintFor } from '../terminal/terminal.ts';
import { typedCommand } from '../terminal/typed-command.ts';
import { instant, span } from '../terminal/wording.ts';

type GapsOptions = PlaceOptions & { readonly accountId?: string; readonly json?: true };

/** For how many gaps the command that fills them is shown. */
const COMMANDS_SHOWN = 5;

const MEANING: Readonly<Record<Gap['kind'], string>> = {
  'never read': 'no successful run covers it',
  'left out': 'the watermark was moved over it, or nothing proves it',
  'no evidence': 'it was read, but its responses are gone (expired, or removed)',
};

export function addGaps(program: Command): void {
  addPlaceOptions(
    program
      .command('gaps')
      .description('list the spans of event time that the lake can’t answer for')
      .option('--account-id <id>', 'only this account', notEmpty)
      .option('--json', 'as JSON: a list of accounts'),
  ).action(gaps);
}

async function gaps(options: GapsOptions): Promise<void> {
  const all = await inPlace(options, async (place) => {
    const found: AccountGaps[] = [];
    for (const accountId of await accountsIn(place, options.accountId)) {
      found.push(await gapsOf(place, accountId));
    }
    return found;
  });
  if (options.json) out(JSON.stringify(all.map(asJson), null, 2));
  else for (const account of all) print(account, all.length > 1);
}

interface AccountGaps {
  readonly accountId: string;
  /** Whether there is no checkpoint, though rows are stored. */
  readonly isLost: boolean;
  readonly covered: readonly Span[];
  readonly gaps: readonly Gap[];
}

async function gapsOf(place: Place, accountId: string): Promise<AccountGaps> {
  const { isBegun, ...found } = await readStores(place, accountId, async (stores) => ({
    isBegun: (await stores.checkpoint.load()) !== null,
    ...(await findGaps(stores)),
  }));
  const isLost = !isBegun && (await isCheckpointLost(place, accountId));
  return { accountId, isLost, ...found };
}

function print({ accountId, isLost, covered, gaps: found }: AccountGaps, several: boolean): void {
  const { bold, green, red } = paintFor(process.stdout);
  const named = several ? accountId : undefined;
  out(`Account ${bold(accountId)}`);
  for (const { fromMs, toMs } of covered) out(`  read      ${instant(fromMs)} to ${instant(toMs)}`);
  if (isLost) out(red(`  Nothing says what was read: ${lostWords(named)}`));
  else if (covered.length === 0) out('  Nothing was read yet.');
  else if (found.length === 0) out(green('  There is no gap in it.'));
  if (found.length > 0) {
    out();
    const columns = [
      { name: 'gap' },
      { name: 'from' },
      { name: 'to' },
      { name: 'length', alignRight: true },
      { name: '' },
    ];
    const rows = found.map(({ kind, fromMs, toMs }) => [
      kind,
      instant(fromMs),
      instant(toMs),
      span(toMs - fromMs),
      MEANING[kind],
    ]);
    for (const line of tableLines(columns, rows, { indent: '  ' })) out(line);
  }
  const toFill = found.filter(({ kind }) => kind !== 'no evidence');
  if (toFill.length > 0) {
    out();
    out(
      toFill.length > COMMANDS_SHOWN
        ? '  To fill the first of them:'
        : '  To fill what can be filled:',
    );
    for (const gap of toFill.slice(0, COMMANDS_SHOWN)) {
      const { from, to } = asIso(gap);
      out(`  ${typedCommand(`backfill --from ${from} --to ${to}`, named)}`);
    }
  }
  out();
}

function asJson({ accountId, covered, gaps: found }: AccountGaps) {
  return {
    account_id: accountId,
    covered: covered.map(asIso),
    gaps: found.map((gap) => ({ kind: gap.kind, ...asIso(gap) })),
  };
}

function asIso({ fromMs, toMs }: Span) {
  return { from: isoInstant(fromMs), to: isoInstant(toMs) };
}
