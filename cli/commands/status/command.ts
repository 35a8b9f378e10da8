import type { Command } from 'commander';
import { alarmRules } from '../../../shared/alarms.ts';
import type { RunRecord } from '../../../shared/checkpoint/run-ledger.ts';
import { lostWords } from '../../account/lost-checkpoint.ts';
import { gapWords } from '../../account/read-span.ts';
import { notEmpty } from '../../options/option-values.ts';
import {
  accountsIn,
  addPlaceOptions,
  inPlace,
  type PlaceOptions,
} from '../../places/open-place.ts';
import { oneLine } from '../../terminal/table.ts';
import { note, out, paintFor } from '../../terminal/terminal.ts';
import { asTyped, typedCommand } from '../../terminal/typed-command.ts';
import { counted, instant, plural, span } from '../../terminal/wording.ts';
import { type AccountStatus, statusOf } from './account-status.ts';
import { leftAccounts, leftWords } from './left-accounts.ts';

/** Data that is fresher raises no alarm. */
const FRESH_SECONDS = 1_800;

type StatusOptions = PlaceOptions & { readonly accountId?: string; readonly json?: true };

export function addStatus(program: Command): void {
  const command = program
    .command('status')
    .description('say of each account whether it is fresh, complete and healthy');
  addPlaceOptions(command)
    .option('--account-id <id>', 'only this account', notEmpty)
    .option('--json', 'as JSON: a list of accounts')
    .action(status);
}

async function status({ accountId, json, ...options }: StatusOptions): Promise<void> {
  const { all, left } = await inPlace(options, async (place) => {
    const accounts = await accountsIn(place, accountId);
    const all: AccountStatus[] = [];
    for (const account of accounts) all.push(await statusOf(place, account));
    const left = accountId === undefined ? await leftAccounts(place, accounts) : [];
    return { all, left: left.map((each) => leftWords(each, accounts)) };
  });
  if (json) out(JSON.stringify(all, null, 2));
  else print(all);
  for (const words of left) note(words);
}

function print(all: readonly AccountStatus[]): void {
  const { bold, green, red } = paintFor(process.stdout);
  if (all.length === 0) out('Nothing was pulled here yet.');
  for (const account of all) {
    const line = (name: string, value: string) => out(`  ${name.padEnd(13)} ${value}`);
    out(`Account ${bold(account.account_id)}`);
    const named = all.length > 1 ? account.account_id : undefined;
    const { watermark, lag_seconds, start } = account;
    if (watermark === null || lag_seconds === null || start === null) {
      line(
        'fresh',
        account.events === 0 ? 'no pull has set a watermark yet' : red(lostWords(named)),
      );
    } else {
      line('fresh', `up to ${bold(instant(watermark))}, ${lagWords(lag_seconds)}`);
      line('begins', instant(start));
    }
    if (account.gaps.length > 0) {
      const holes = account.gaps.map(({ from, to }) => ({
        fromMs: Date.parse(from),
        toMs: Date.parse(to),
      }));
      line('gaps', gapWords(holes));
    }
    line('last success', account.last_success === null ? 'none' : instant(account.last_success));
    if (account.days.length === 0) line('complete', 'no day was read whole yet');
    for (const [index, { day, confirmed }] of account.days.entries()) {
      line(index === 0 ? 'complete' : '', `${day}   ${confirmed}`);
    }
    const isFresh = lag_seconds !== null && lag_seconds < FRESH_SECONDS;
    const on = account.alarms.map(({ title, runbook }) =>
      isFresh && title === alarmRules.DataStale.title
        ? `${title} until the last pull: it ends by itself`
        : `${red(title)}   docs/runbook.md#${runbook}`,
    );
    if (on.length === 0) line('alarms', green('none would be on'));
    for (const [index, words] of on.entries()) line(index === 0 ? 'alarms' : '', words);
    line('events', `${counted(account.events)} stored, ${counted(account.rejected)} rejected`);
    const [staleDay, ...others] = account.stale_days;
    // Without a checkpoint nothing is known to be read, and so of no stay that it is right.
    if (staleDay !== undefined && watermark !== null) {
      const also = others.length > 0 ? ` and ${plural(others.length, 'other day')}` : '';
      line(
        'stays',
        `not as the events are on ${staleDay}${also} of the last month: \`${typedCommand('derive --all', named)}\` mends it`,
      );
    }
    for (const { name, positionMs, toMs } of account.backfills) {
      line('backfill', `${name}: at ${instant(positionMs)} of ${instant(toMs)}`);
    }
    line('last run', account.last_run === null ? 'none' : runWords(account.last_run));
    if (account.last_pull !== account.last_run && account.last_pull !== null) {
      line('last pull', runWords(account.last_pull));
    }
    if (account.learned !== null) line('learned', learnedWords(account.learned));
    out();
  }
}

function learnedWords(facts: NonNullable<AccountStatus['learned']>): string {
  return [
    facts.window_seconds === null ? null : `windows of ${span(facts.window_seconds * 1_000)} work`,
    facts.row_cap === null ? null : `the source cut an answer at ${counted(facts.row_cap)} rows`,
    `most rows in one answer ${counted(facts.most_rows)}`,
    facts.pinned_account_id === null
      ? null
      : `answers name account ${oneLine(facts.pinned_account_id)}`,
  ]
    .filter((fact) => fact !== null)
    .join('; ');
}

function lagWords(seconds: number): string {
  return seconds < 0
    ? `${span(-seconds * 1_000)} ahead of now`
    : `${span(seconds * 1_000)} behind now`;
}

function runWords(run: RunRecord): string {
  const started = instant(run.started_at);
  if (run.status === 'started') return `${started} ${run.job}: under way, or killed`;
  if (run.status === 'died') {
    return `${started} ${run.job}: never ended, so it died. The next run goes on.`;
  }
  const words = `${started} ${run.job}: ${run.status}`;
  if (run.failure === undefined) return words;
  const { message, next_action } = run.failure;
  return `${words}: ${oneLine(message)}\n${' '.repeat(16)}→ ${asTyped(oneLine(next_action))}`;
}
