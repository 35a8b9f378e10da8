import type { Command } from 'commander';
import { systemClock } from '../../shared/clock.ts';
import { SettingsError } from '../../shared/errors.ts';
import { expireRows, keptFromMs } from '../../shared/jobs/expiry.ts';
import { storedCheckpoint } from '../account/account.ts';
import {
  addByHandOptions,
  type ByHandOptions,
  byHand,
  inLakeAccount,
  requireReason,
} from '../account/by-hand.ts';
import { missingOption } from '../options/option-values.ts';
import { addSettingOptions } from '../options/setting-options.ts';
import { confirm } from '../terminal/confirmation.ts';
import { out } from '../terminal/terminal.ts';
import { instant, plural } from '../terminal/wording.ts';

export function addExpire(program: Command): void {
  const command = program
    .command('expire')
    .description('let rows of days go that are older than keepRows');
  addSettingOptions(addByHandOptions(command), ['keepRows'])
    .addHelpText(
      'after',
      `
The nightly reconcile does it. By hand it is needed for an account that is disabled, or in a folder that
nothing reconciles. What has expired does not come back.`,
    )
    .action(expire);
}

async function expire(options: ByHandOptions): Promise<void> {
  const reason = requireReason(options);
  await inLakeAccount(options, async (account) => {
    const { accountId, keepRowsMs } = account.settings;
    if (keepRowsMs === undefined) {
      throw missingOption(
        '--keep-rows',
        'Say how long rows are kept: `expire --keep-rows 400d --reason …`.',
      );
    }
    const state = await storedCheckpoint(account);
    if (state === null) {
      throw new SettingsError(
        `Account ${accountId} has no checkpoint.`,
        'If the table was lost, bring it back first: `checkpoint rebuild --reason …`.',
      );
    }
    const before = instant(keptFromMs(account.settings, systemClock.now(), state));
    await confirm(
      `Remove all rows of account ${accountId} of days before ${before}? They do not come back.`,
      options,
    );
    const rows = await byHand(account, { name: 'expire', reason }, async (run) => {
      await expireRows(run);
      return run.counts.expired_rows;
    });
    out(`${plural(rows, 'row')} of days before ${before} went.`);
  });
}
