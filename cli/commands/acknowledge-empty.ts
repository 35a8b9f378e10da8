import type { Command } from 'commander';
import { acknowledgeEmptyDay, requireEmpty } from '../../shared/jobs/repairs.ts';
import {
  addByHandOptions,
  type ByHandOptions,
  byHand,
  inLakeAccount,
  requireReason,
} from '../account/by-hand.ts';
import { verdictOn } from '../account/checked-days.ts';
import { missingOption, parseDay } from '../options/option-values.ts';
import { confirm } from '../terminal/confirmation.ts';
import { out } from '../terminal/terminal.ts';

type AcknowledgeOptions = ByHandOptions & { readonly day?: string };

export function addAcknowledgeEmpty(program: Command): void {
  addByHandOptions(
    program
      .command('acknowledge-empty')
      .description('say that a day really had no events, so that it can be confirmed')
      .option('--day <YYYY-MM-DD>', 'the UTC day (required)'),
  ).action(acknowledge);
}

async function acknowledge(options: AcknowledgeOptions): Promise<void> {
  if (options.day === undefined)
    throw missingOption('--day', 'Say which day really had no events.');
  const day = parseDay('--day', options.day);
  const reason = requireReason(options);
  await inLakeAccount(options, async (account) => {
    const { accountId } = account.settings;
    // What is refused is no run.
    await account.look((run) => requireEmpty(run, day));
    await confirm(`Did account ${accountId} really have no events on ${day}?`, options);
    const found = await byHand(account, { name: 'acknowledge-empty', reason }, (run) =>
      acknowledgeEmptyDay(run, day),
    );
    out(`${day} is acknowledged as empty. Confirmed: ${verdictOn({ found, readWhole: true })}.`);
  });
}
