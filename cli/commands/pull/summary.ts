import path from 'node:path';
import { isoInstant } from '../../../shared/activity/instant.ts';
import { systemClock } from '../../../shared/clock.ts';
import type { OpenAccount } from '../../account/account.ts';
import { gapWords, readSpan } from '../../account/read-span.ts';
import type { Outcome } from '../../account/until-done.ts';
import { lakeFolder } from '../../places/data-folder.ts';
import { out, paintFor } from '../../terminal/terminal.ts';
import { typedCommand } from '../../terminal/typed-command.ts';
import { counted, instant, plural } from '../../terminal/wording.ts';

const NEWEST =
  'SELECT event_time, agent_id, activity FROM agent_activity ORDER BY ALL DESC LIMIT 10';

/** What a pull did and where things are now, for a person. */
export async function printSummary(
  account: OpenAccount,
  { end, counts, blockWrites, watermark }: Outcome,
): Promise<void> {
  const { settings, place } = account;
  // A run that got nowhere has its error to show, and nothing else.
  if (watermark === undefined || (end === 'failed' && counts.windows === 0)) return;
  const { bold, dim, yellow } = paintFor(process.stdout);
  const { fromMs, holes } = await readSpan(account);
  out(
    `Account ${bold(settings.accountId)}: all that the source listed from ${bold(instant(fromMs ?? watermark))} to ${bold(instant(watermark))} is stored${end === 'done' ? '' : ' so far'}.`,
  );
  if (holes.length > 0) out(yellow(`But for ${gapWords(holes)}.`));
  out();
  out(
    `  events     ${counted(counts.events)} read: ${counted(counts.new)} new, ${counted(counts.repeated)} stored or listed before`,
  );
  out(
    `  rejected   ${counted(counts.rejected)} rows that can't be understood${counts.rejected > 0 ? ', kept with the reason in rejected_activity' : ''}`,
  );
  if (counts.outside > 0) {
    out(`  outside    ${plural(counts.outside, 'row')} outside of the windows asked for`);
  }
  out(
    `  requests   ${counted(counts.requests)}, of these ${counted(counts.retries)} retries; ${plural(counts.windows, 'window')} read, ${counted(counts.windows_split)} split`,
  );
  out(`  blocks     ${counted(blockWrites)} written`);
  const files =
    place.kind === 'stack' ? `s3://${place.bucket}` : path.resolve(lakeFolder(place.name));
  out(`  files      ${files}`);
  out();
  out(dim('Try next:'));
  out(`  ${typedCommand(`sql "${NEWEST}"`)}`);
  out(`  ${typedCommand('status')}`);
  out(`  ${typedCommand('runs')}`);
}

/** The same in one line of JSON, for a program or a log. */
export async function summaryJson(account: OpenAccount, outcome: Outcome): Promise<string> {
  const { end, error, counts, blockWrites, watermark } = outcome;
  const { fromMs, holes } = await readSpan(account);
  const { name, message } = Object(error) as { name?: string; message?: string };
  return JSON.stringify({
    at: isoInstant(systemClock.now()),
    account_id: account.settings.accountId,
    end,
    from: fromMs === null ? null : isoInstant(fromMs),
    watermark: watermark ?? null,
    gaps: holes.length,
    ...counts,
    block_writes: blockWrites,
    ...(end === 'failed' && { failure: { class: name, message } }),
  });
}
