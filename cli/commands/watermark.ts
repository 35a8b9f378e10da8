import type { Command } from 'commander';
import { moveWatermark, requireMovable } from '../../shared/jobs/repairs.ts';
import {
  addByHandOptions,
  type ByHandOptions,
  byHand,
  inLakeAccount,
  requireReason,
} from '../account/by-hand.ts';
import { missingOption, parseInstant } from '../options/option-values.ts';
import { confirm } from '../terminal/confirmation.ts';
import { out } from '../terminal/terminal.ts';
import { typedCommand } from '../terminal/typed-command.ts';
import { instant, span } from '../terminal/wording.ts';

type SetOptions = ByHandOptions & { readonly to?: string; readonly skip?: true };

export function addWatermark(program: Command): void {
  const watermark = program
    .command('watermark')
    .description('move the watermark by hand; status shows where it is');
  addByHandOptions(
    watermark
      .command('set')
      .description('back, to pull again what follows; forward with --skip, which leaves a gap')
      .option('--to <ISO>', 'where to move it (required)')
      .option('--skip', 'when it is moved forward: what is between is not to be pulled'),
  ).action(setWatermark);
}

async function setWatermark(options: SetOptions): Promise<void> {
  if (options.to === undefined) throw missingOption('--to', 'Say where to move the watermark.');
  const toMs = parseInstant('--to', options.to);
  const reason = requireReason(options);
  await inLakeAccount(options, async (account) => {
    const { accountId } = account.settings;
    const move = { toMs, skip: options.skip === true };
    // What is refused is no run.
    const { watermarkMs: from } = await account.look((run) => requireMovable(run, move));
    const length = span(Math.abs(toMs - from));
    const consequence =
      toMs < from
        ? `What follows is pulled again, ${length} of it.`
        : `${length} between are left out.`;
    await confirm(
      `Move the watermark of account ${accountId} from ${instant(from)} to ${instant(toMs)}? ${consequence}`,
      options,
    );
    await byHand(account, { name: 'watermark-set', reason }, (run) => moveWatermark(run, move));
    out(`The watermark of account ${accountId} is now ${instant(toMs)}; it was ${instant(from)}.`);
    if (toMs > from)
      out(`What is between is a gap now: \`${typedCommand('gaps')}\` says what fills it.`);
  });
}
