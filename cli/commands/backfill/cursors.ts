import { isoInstant } from '../../../shared/activity/instant.ts';
import type { Backfill } from '../../../shared/checkpoint/backfills.ts';
import { SettingsError } from '../../../shared/errors.ts';
import { type ByHandOptions, byHand, inLakeAccount, requireReason } from '../../account/by-hand.ts';
import { accountsIn, inPlace } from '../../places/open-place.ts';
import type { Place } from '../../places/place.ts';
import { readStores } from '../../places/read-stores.ts';
import { confirm } from '../../terminal/confirmation.ts';
import { oneLine, tableLines } from '../../terminal/table.ts';
import { out } from '../../terminal/terminal.ts';
import { instant } from '../../terminal/wording.ts';

/** The backfills of an account, the oldest first. */
export function backfillsOf(place: Place, accountId: string): Promise<readonly Backfill[]> {
  return readStores(place, accountId, ({ backfills }) => backfills.all());
}

/** Lists the backfills of an account, or of all. */
export async function printBackfills(
  options: ByHandOptions & { readonly json?: true },
): Promise<void> {
  const all = await inPlace(options, async (place) => {
    const found: (Backfill & { readonly accountId: string })[] = [];
    for (const accountId of await accountsIn(place, options.accountId)) {
      const backfills = await backfillsOf(place, accountId);
      found.push(...backfills.map((backfill) => ({ ...backfill, accountId })));
    }
    return found;
  });
  if (options.json) out(JSON.stringify(all.map(asJson), null, 2));
  else if (all.length === 0) out('There are no backfills.');
  else for (const line of linesOf(all)) out(line);
}

/** Ends a backfill, when the person says that this is meant. */
export async function cancelBackfill(name: string, options: ByHandOptions): Promise<void> {
  const reason = requireReason(options);
  await inLakeAccount(options, async (account) => {
    const { accountId } = account.settings;
    const all = await backfillsOf(account.place, accountId);
    const active = all.find((each) => each.name === name && each.status === 'active');
    if (active === undefined) {
      throw new SettingsError(
        `Account ${accountId} has no active backfill "${name}".`,
        '`backfill --status` lists them.',
      );
    }
    const at = `${instant(active.positionMs)}, ${percentOf(active)} % of it`;
    await confirm(
      `Cancel the backfill ${name} of account ${accountId}, which is at ${at}?`,
      options,
    );
    const cancelled = await byHand(account, { name: 'backfill-cancel', reason }, (run) =>
      run.backfills.cancel(name),
    );
    out(`Cancelled ${name}. What it read stays: up to ${instant(cancelled.positionMs)}.`);
  });
}

function linesOf(all: readonly (Backfill & { readonly accountId: string })[]): string[] {
  const several = new Set(all.map(({ accountId }) => accountId)).size > 1;
  const columns = [
    ...(several ? [{ name: 'account' }] : []),
    { name: 'name' },
    { name: 'status' },
    { name: 'from' },
    { name: 'to' },
    { name: 'read up to' },
    { name: '%', alignRight: true },
    { name: 'added' },
    { name: 'by' },
  ];
  const rows = all.map((each) => [
    ...(several ? [each.accountId] : []),
    each.name,
    each.status,
    instant(each.fromMs),
    instant(each.toMs),
    instant(each.positionMs),
    String(percentOf(each)),
    instant(each.addedAtMs),
    oneLine(each.by),
  ]);
  return tableLines(columns, rows);
}

function asJson({
  fromMs,
  toMs,
  positionMs,
  addedAtMs,
  accountId,
  ...rest
}: Backfill & {
  readonly accountId: string;
}) {
  return {
    account_id: accountId,
    ...rest,
    from: isoInstant(fromMs),
    to: isoInstant(toMs),
    position: isoInstant(positionMs),
    added_at: isoInstant(addedAtMs),
  };
}

function percentOf({ fromMs, toMs, positionMs }: Backfill): number {
  return Math.floor((100 * (positionMs - fromMs)) / (toMs - fromMs));
}
