import type { Command } from 'commander';
import type { Answer, QuietAnswer } from '../../shared/activity/answer.ts';
import type { EventColumns } from '../../shared/activity/event-columns.ts';
import { HOUR_MS, MINUTE_MS, QUARTER_MS, secondAtOrBefore } from '../../shared/activity/instant.ts';
import { unzonedMsOf } from '../../shared/activity/misread-times.ts';
import { refusalOf } from '../../shared/activity/row-guards.ts';
import { sourceZone } from '../../shared/activity/source-zone.ts';
import type { Span } from '../../shared/activity/spans.ts';
import { NO_UPDATES } from '../../shared/activity/updates.ts';
import {
  ENOUGH_TIMES,
  fittingShifts,
  zoneShifts,
  zonesBehind,
} from '../../shared/activity/zone-guard.ts';
import { systemClock } from '../../shared/clock.ts';
import { connectionFailure } from '../../shared/connection-failure.ts';
import { SettingsError, SourceContractError, SourceUnavailableError } from '../../shared/errors.ts';
import { asRows, columnsOf } from '../../shared/lake/coding.ts';
import { agentActivity } from '../../shared/lake/tables.ts';
import type { AccountSettings } from '../../shared/settings.ts';
import { isForbiddenPort, SmartAssistClient } from '../../shared/smartassist/client.ts';
import {
  type Credentials,
  heldCredentials,
  SecretCredentials,
} from '../../shared/smartassist/credentials.ts';
import { CredentialsFile } from '../account/credentials-file.ts';
import {
  addSourceOptions,
  deployedSettings,
  givenAccount,
  refuseCredentials,
  type SourceOptions,
} from '../account/source-account.ts';
import { ASKING } from '../options/setting-options.ts';
import { inPlace } from '../places/open-place.ts';
import { oneLine, tableLines } from '../terminal/table.ts';
import { out, paintFor } from '../terminal/terminal.ts';
import { typedCommand } from '../terminal/typed-command.ts';
import { instant, plural, span } from '../terminal/wording.ts';

/** The first is one small request; the second is asked when that brings too few rows for the zone. */
const ASKED_SPANS_MS = [QUARTER_MS, 6 * HOUR_MS] as const;
const ROWS_SHOWN = 3;
const CALL_MS = 2 * MINUTE_MS;

export function addCheck(program: Command): void {
  const command = program
    .command('check')
    .description('try the connection to an account step by step; stores nothing');
  addSourceOptions(command, ASKING).action((options: SourceOptions) =>
    options.stack === undefined ? checkGiven(options) : checkDeployed(options),
  );
}

async function checkGiven(options: SourceOptions): Promise<void> {
  const { settings, credentialsFile } = givenAccount(options);
  await check(settings, async () => (await CredentialsFile.open(credentialsFile)).current());
}

async function checkDeployed(options: SourceOptions): Promise<void> {
  refuseCredentials(options);
  await inPlace(options, async (place) => {
    const settings = await deployedSettings(place, options);
    await check(settings, () =>
      place.use(({ secrets }) =>
        new SecretCredentials({ secrets, secretId: settings.credentialsSecret }).current(),
      ),
    );
  });
}

async function check(
  settings: AccountSettings,
  readCredentials: () => Promise<Credentials>,
): Promise<void> {
  await step('settings', async () => `account ${settings.accountId} at ${settings.host}`);
  const credentials = await step('credentials', readCredentials, kindOf);
  await step('host', () => reach(settings));
  const ask = () => request(settings, credentials);
  const pulled = await step('token and request', ask, pulledWords);
  const { events } = await step(
    'time zone',
    async () => understood(settings, pulled),
    ({ words }) => words,
  );
  tellRows(events);
  out();
  out('Everything works. Next:');
  out(`  ${typedCommand('pull')}`);
}

/** Does one step and prints its line. */
async function step<T>(
  name: string,
  action: () => Promise<T>,
  words: (result: T) => string = String,
): Promise<T> {
  const { green, red } = paintFor(process.stdout);
  try {
    const result = await action();
    out(`${green('✓')} ${name.padEnd(18)} ${words(result)}`);
    return result;
  } catch (error) {
    out(`${red('✗')} ${name.padEnd(18)} failed`);
    throw error;
  }
}

function kindOf(credentials: Credentials): string {
  return 'jwt' in credentials ? 'a ready token' : 'a client id and secret';
}

/** Any answer will do, without a token. */
async function reach({ host, requestTimeoutMs }: AccountSettings): Promise<string> {
  const startedMs = systemClock.now();
  try {
    const signal = AbortSignal.timeout(requestTimeoutMs);
    const response = await fetch(host, { method: 'HEAD', redirect: 'manual', signal });
    await response.body?.cancel();
  } catch (error) {
    if (isForbiddenPort(error)) {
      throw new SettingsError(
        `--host is ${host}, but no request may go to that port: it is kept for another protocol.`,
        'Give the port that SmartAssist answers at; usually it needs none.',
      );
    }
    const { code, words, nextAction } = connectionFailure(error, '--host');
    throw new SourceUnavailableError(`${host} can't be reached: ${words} (${code}).`, nextAction);
  }
  return `answers within ${span(systemClock.now() - startedMs)}`;
}

interface PulledSpan {
  readonly span: Span;
  readonly answer: Answer;
}

async function request(settings: AccountSettings, credentials: Credentials): Promise<PulledSpan> {
  const client = new SmartAssistClient({
    settings,
    clock: systemClock,
    credentials: heldCredentials(credentials),
    budget: { take: async () => {} },
  });
  const ask = async (lengthMs: number): Promise<PulledSpan> => {
    // The API asks by whole seconds: a part of one would leave rows outside of what was asked for.
    const toMs = secondAtOrBefore(systemClock.now() - settings.settleDelayMs);
    const asked = { fromMs: toMs - lengthMs, toMs };
    const fetched = () => client.fetchActivity(asked, { deadlineMs: systemClock.now() + CALL_MS });
    const first = await fetched();
    // Once more: a page of a gateway in between may be gone a moment later.
    const { answer, refusal } = first.answer.kind === 'broken' ? await fetched() : first;
    if (answer.kind === 'quiet' && answer.saysNothing)
      return { span: asked, answer: noRows(answer) };
    if (refusal !== null) throw refusal;
    if (answer.kind !== 'answer') {
      throw new SourceContractError(
        `${settings.host} answered 200, but ${answer.problem}.`,
        'Check that --host is the SmartAssist host and not a login page or a proxy.',
      );
    }
    return { span: asked, answer };
  };
  const [short, long] = ASKED_SPANS_MS;
  const first = await ask(short);
  return first.answer.updates.length >= ENOUGH_TIMES ? first : ask(long);
}

function noRows({ accountId }: QuietAnswer): Answer {
  return { kind: 'answer', accountId, updates: NO_UPDATES, cutBy: null, unknownFields: [] };
}

function pulledWords({ span: asked, answer }: PulledSpan): string {
  const named = answer.accountId === null ? 'no account' : `account ${oneLine(answer.accountId)}`;
  const length = span(asked.toMs - asked.fromMs);
  return `accepted: ${plural(answer.updates.length, 'row')} of the last ${length}, the answer names ${named}`;
}

/** What the newest rows mean, so that a person sees whether they are the right ones. */
function tellRows(events: EventColumns): void {
  if (events.length === 0) return;
  const newest = asRows(agentActivity, columnsOf(agentActivity, events))
    .toSorted((a, b) => b.event_time - a.event_time)
    .slice(0, ROWS_SHOWN)
    .map(({ event_time, agent_id, activity, reason_code }) => [
      instant(event_time),
      ...[agent_id, activity, reason_code ?? ''].map(oneLine),
    ]);
  out();
  out('The newest rows, as they would be stored:');
  const columns = ['event_time', 'agent_id', 'activity', 'reason_code'].map((name) => ({ name }));
  for (const line of tableLines(columns, newest, { indent: '  ' })) out(line);
}

interface Understood {
  readonly words: string;
  readonly events: EventColumns;
}

/** @throws SettingsError, or SourceContractError, when the rows as a whole can't be what they seem */
function understood(settings: AccountSettings, { span: asked, answer }: PulledSpan): Understood {
  const zone = sourceZone(settings.sourceTimeZone);
  const parsed = answer.updates.parse({
    window: asked,
    asked,
    zone,
    pulledAtMs: systemClock.now(),
    clockMs: systemClock.now(),
    earliestMs: settings.earliestDateMs,
    sourceObject: '',
  });
  const { times, events } = parsed;
  const unzonedMs = unzonedMsOf(times.all());
  const refusal = refusalOf(parsed, asked, zone);
  if (refusal !== null) {
    const Failure = zoneShifts(unzonedMs, asked).length > 0 ? SettingsError : SourceContractError;
    throw new Failure(
      `${instant(asked.fromMs)} to ${instant(asked.toMs)}: ${refusal.happened}.`,
      refusal.nextAction,
    );
  }
  const rows = `${plural(events.length, 'row')} understood`;
  const said = (words: string): Understood => ({ words, events });
  if (unzonedMs.length < ENOUGH_TIMES) {
    return times.length > unzonedMs.length && events.length >= ENOUGH_TIMES
      ? said(`the source writes it with each time; ${rows}`)
      : said(
          `too few rows to tell (${unzonedMs.length} of at least ${ENOUGH_TIMES}); taken as ${zone.name}`,
        );
  }
  const others = fittingShifts(unzonedMs, asked);
  if (others.length === 0) return said(`${zone.name} fits; ${rows}`);
  return said(
    `${zone.name} fits, and so does ${zonesBehind(zone, others, asked.toMs)}: the first pull, of more rows, tells; ${rows}`,
  );
}
