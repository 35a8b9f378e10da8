import path from 'node:path';
import type { Command } from 'commander';
import { replaceDurably } from '../../../local/durable-file.ts';
import { stateText } from '../../../shared/checkpoint/state-document.ts';
import { systemClock } from '../../../shared/clock.ts';
import { SettingsError } from '../../../shared/errors.ts';
import { withoutCheckpoint } from '../../account/lost-checkpoint.ts';
import { notEmpty } from '../../options/option-values.ts';
import { accountIn, addPlaceOptions, inPlace, type PlaceOptions } from '../../places/open-place.ts';
import type { Place } from '../../places/place.ts';
import { readStores } from '../../places/read-stores.ts';
import { out } from '../../terminal/terminal.ts';

type ExportOptions = PlaceOptions & { readonly accountId?: string; readonly file?: string };

export function addExportState(state: Command): void {
  addPlaceOptions(
    state
      .command('export')
      .description('write how far an account was read, and its backfills, as one JSON document')
      .option('--account-id <id>', 'which account, if there are several', notEmpty)
      .option('--file <file>', 'where to write it; default: standard output', notEmpty),
  ).action(exportState);
}

async function exportState({ file, ...options }: ExportOptions): Promise<void> {
  const text = await inPlace(options, async (place) =>
    stateOf(place, await accountIn(place, options.accountId)),
  );
  if (file === undefined) return out(text);
  await replaceDurably(file, `${text}\n`);
  out(`Written to ${path.resolve(file)}.`);
}

async function stateOf(place: Place, accountId: string): Promise<string> {
  const { checkpoint, backfills } = await readStores(place, accountId, async (stores) => {
    // First what claims less: what a backfill reads meanwhile is read again by whoever goes on from this.
    const backfills = await stores.backfills.all();
    return { backfills, checkpoint: await stores.checkpoint.load() };
  });
  if (checkpoint === null) {
    const neverPulled = new SettingsError(
      `Account ${accountId} was never pulled, so there is no state to export.`,
      'Pull it first: `pull`.',
    );
    throw await withoutCheckpoint(place, accountId, neverPulled);
  }
  if (checkpoint.replayingZone !== null) {
    throw new SettingsError(
      `A replay reads all stored events again, in ${checkpoint.replayingZone}, and has not ended.`,
      'Run it to its end first: `replay --reason …`.',
    );
  }
  const exportedFrom = place.name;
  return stateText({
    accountId,
    exportedAtMs: systemClock.now(),
    exportedFrom,
    checkpoint,
    backfills,
  });
}
