import { type Answer, readAnswer } from './activity/answer.ts';
import { spanOutside } from './activity/misread-times.ts';
import { type Parsed, parseUpdates } from './activity/parse.ts';
import type { RowCapWatch, RowDigests } from './activity/row-cap.ts';
import { refusalOf } from './activity/row-guards.ts';
import type { SourceElement } from './activity/source-text.ts';
import { DAY_MS } from './activity/utc-day.ts';
import { askedFor, halves, type Window } from './activity/window-plan.ts';
import { accountChanged } from './checkpoint/checkpoint.ts';
import type { SourceFacts, Suspicion } from './checkpoint/source-facts.ts';
import { ResponseTooLargeError, SourceContractError, SourceTimeoutError } from './errors.ts';
import type { Landed } from './lake/landing.ts';
import type { LakeRun, Pipeline } from './lake-run.ts';
import type { SourceAnswer } from './smartassist/client.ts';

/** Of a run's time this stays for merging what the last request brought. */
const TIME_TO_MERGE_MS = 10_000;
/** Of the rows outside nearest to a window, 20; a few may be withdrawn or corrected meanwhile. */
const FEWEST_LISTED_AGAIN = 15;
/** No window that is widened to whole days reaches so far, milliseconds. */
const OTHER_SPAN_MS = 3 * DAY_MS;

/** For rows that are looked at, but never stored. */
const NOT_LANDED: Landed = { key: '', pulledAtMs: 0, clockMs: Number.POSITIVE_INFINITY };

/** A window whose answer is whole. */
export interface ReadWindow {
  readonly digests: RowDigests;
  readonly landed: Landed;
  readonly parsed: Parsed;
}

/** Pulls, lands and parses one window; `cut` when its answer may lack rows and it can be split. */
export async function readWindow(
  pipeline: Pipeline,
  window: Window,
  facts: SourceFacts,
  caps: RowCapWatch,
): Promise<ReadWindow | 'cut'> {
  const received = await request(pipeline, window, facts);
  if (received === 'cut') return 'cut';
  const { body, receivedAtMs } = received;
  const answer = readAnswer(body);
  if (answer.kind === 'broken') {
    throw new SourceContractError(
      `${named(window)}: ${answer.problem}.`,
      `Check that ${pipeline.settings.host} is the SmartAssist host and not a login page or a proxy.`,
    );
  }
  const { updates } = answer;
  const suspicion = facts.suspicionOf(answer);
  if (suspicion !== null) {
    // The whole shows better than its halves what is wrong: these may have too few rows to tell.
    const parsed = parse(pipeline, window, updates, NOT_LANDED);
    const widened = await hasWidened(pipeline, window, { updates, parsed }, facts);
    checkRows(pipeline, window, parsed, widened);
    if (halves(window) !== null) {
      if (suspicion === 'proved') facts.wasCut();
      else caps.suspect(window, updates);
      return 'cut';
    }
    await requireWhole(pipeline, window, facts, caps, { suspicion, answer, parsed });
    pipeline.counts.suspect_windows += 1;
  }

  const landed = await pipeline.landing.land(window, body, { receivedAtMs, nowMs: pipeline.now() });
  const parsed = parse(pipeline, window, updates, landed);
  const widened = await hasWidened(pipeline, window, { updates, parsed }, facts);
  // Before its rows are stored: a replay, which can't ask the source, must not refuse them.
  if (widened) await pipeline.landing.markWidened(landed.key);
  checkRows(pipeline, window, parsed, widened);
  if (parsed.events.length > 0) await checkAccount(pipeline, facts, answer.accountId);
  return { digests: caps.digestsOf(updates), landed, parsed };
}

/**
 * One second can't be split, so whether its answer is whole must be settled otherwise. That no answer
 * ever had more rows is chance, unless the windows around it, suspected before, lacked rows that are
 * there: the rest of them is asked for now.
 *
 * @throws SourceContractError when it is not whole, or nothing can tell
 */
async function requireWhole(
  pipeline: Pipeline,
  window: Window,
  facts: SourceFacts,
  caps: RowCapWatch,
  seen: { readonly suspicion: Suspicion; readonly answer: Answer; readonly parsed: Parsed },
): Promise<void> {
  const { suspicion, answer, parsed } = seen;
  const rows = answer.updates.length;
  if (parsed.outside > rows / 2) {
    throw stillCut(window, `most of its ${rows} rows lie outside of what was asked for`);
  }
  const looksCut = stillCut(window, `its ${rows} rows look like a limit of the source`);
  if (suspicion === 'round') return;
  if (suspicion === 'limit') throw looksCut;
  if (suspicion === 'proved') {
    throw stillCut(window, `its answer says by ${answer.cutBy} that there is more`);
  }
  if (caps.lacked(rows, [])) throw looksCut;
  const { toMs } = caps.suspected ?? window;
  if (toMs === window.toMs) return;
  const rest = await request(pipeline, { fromMs: window.toMs, toMs }, facts);
  const restAnswer = rest === 'cut' ? null : readAnswer(rest.body);
  if (restAnswer?.kind !== 'answer') throw looksCut;
  if (caps.lacked(rows, caps.digestsOf(restAnswer.updates))) throw looksCut;
}

export function parse(
  { zone, settings }: Pick<LakeRun, 'zone' | 'settings'>,
  window: Window,
  updates: readonly SourceElement[],
  { key, ...times }: Landed,
): Parsed {
  return parseUpdates(updates, {
    window,
    asked: askedFor(window),
    zone,
    ...times,
    earliestMs: settings.earliestDate,
    sourceObject: key,
  });
}

/** A window's answer, unread; `cut` when the source can't give it in one. */
async function request(
  { source, deadlineMs, signal }: Pipeline,
  window: Window,
  facts: SourceFacts,
): Promise<SourceAnswer | 'cut'> {
  const splittable = halves(window) !== null;
  try {
    const answer = await source.fetchActivity(askedFor(window), {
      deadlineMs: deadlineMs - TIME_TO_MERGE_MS,
      signal,
      // Half of what timed out is a better second try than the same again.
      retryTimeouts: !(facts.answered && splittable),
    });
    facts.answered = true;
    return answer;
  } catch (error) {
    if (error instanceof ResponseTooLargeError) {
      if (!splittable) throw stillCut(window, 'its answer is too large');
      facts.wasCut();
      return 'cut';
    }
    if (error instanceof SourceTimeoutError) {
      if (facts.answered && splittable) {
        facts.wasCut();
        return 'cut';
      }
      await facts.shrinkWindow(window);
    }
    throw error;
  }
}

async function checkAccount(
  { checkpoint }: Pipeline,
  facts: SourceFacts,
  accountId: string | null,
): Promise<void> {
  if (accountId === null || accountId === facts.pinnedAccountId) return;
  if (facts.pinnedAccountId !== null) throw accountChanged(accountId, facts.pinnedAccountId);
  await checkpoint.pinAccountId(accountId);
  facts.pinnedAccountId = accountId;
}

/**
 * @param widened whether it is known that the source merely widened this window
 * @throws SourceContractError when the rows as a whole can't be what they seem
 */
function checkRows(
  { zone }: Pick<LakeRun, 'zone'>,
  window: Window,
  parsed: Parsed,
  widened: boolean,
): void {
  const refusal = refusalOf(parsed, askedFor(window), zone);
  if (refusal === null || (widened && refusal.mayBeWidened)) return;
  throw new SourceContractError(
    `${named(window)}: ${refusal.happened}. Nothing of it was merged.`,
    refusal.nextAction,
  );
}

/**
 * Whether rows that seem misread stand where they should, and the source has widened its window: asked
 * for the span they lie in it lists them again, and asked for another it doesn't.
 */
async function hasWidened(
  pipeline: Pipeline,
  window: Window,
  { updates, parsed }: { readonly updates: readonly SourceElement[]; readonly parsed: Parsed },
  facts: SourceFacts,
): Promise<boolean> {
  const refusal = refusalOf(parsed, askedFor(window), pipeline.zone);
  if (refusal?.mayBeWidened !== true) return false;
  const span = spanOutside(parsed.times, askedFor(window));
  const rows = new Set(updates.map(({ text }) => text));
  const isListedFor = async (asked: Window) => {
    const received = await request(pipeline, asked, facts);
    const answer = received === 'cut' ? null : readAnswer(received.body);
    if (answer?.kind !== 'answer') return false;
    return answer.updates.filter(({ text }) => rows.has(text)).length >= FEWEST_LISTED_AGAIN;
  };
  const fromMs = span.fromMs - OTHER_SPAN_MS;
  const other = { fromMs, toMs: fromMs + (span.toMs - span.fromMs) };
  return (await isListedFor(span)) && !(await isListedFor(other));
}

function stillCut(window: Window, why: string): SourceContractError {
  return new SourceContractError(
    `${named(window)}: one second can't be split, and ${why}. Going on would lose events.`,
    'The watermark stays before this second. Ask Kore.ai how to read more rows of one second.',
  );
}

export function named({ fromMs, toMs }: Window): string {
  const iso = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z');
  return `Window ${iso(fromMs)} to ${iso(toMs)}`;
}
