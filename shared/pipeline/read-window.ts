import { type Answer, readAnswer } from '../activity/answer.ts';
import type { ResponseFacts } from '../activity/answer-text.ts';
import { answerWithout } from '../activity/answer-without.ts';
import { isAgentOf } from '../activity/erased-agents.ts';
import { DAY_MS } from '../activity/instant.ts';
import { spanOutside } from '../activity/misread-times.ts';
import type { Parsed } from '../activity/parse.ts';
import { isLimit, type RowCapWatch, type RowDigests, type Suspected } from '../activity/row-cap.ts';
import { refusalOf } from '../activity/row-guards.ts';
import { NO_UPDATES, type Updates } from '../activity/updates.ts';
import { askedFor, halves, named, type Window } from '../activity/window-plan.ts';
import { accountChanged } from '../checkpoint/checkpoint.ts';
import type { SourceFacts, Suspicion } from '../checkpoint/source-facts.ts';
import { SourceContractError } from '../errors.ts';
import type { Landed } from '../lake/landing.ts';
import type { LakeRun, Pipeline } from '../run/lake-run.ts';
import { askFor, askForList, type Listed, stillCut } from './ask-window.ts';

/** Of the rows outside nearest to a window, 20; a few may be withdrawn or corrected meanwhile. */
const FEWEST_LISTED_AGAIN = 15;
/** No window that is widened to whole days reaches so far, milliseconds. */
const OTHER_SPAN_MS = 3 * DAY_MS;

/** For rows that are looked at, but never stored. */
const NOT_LANDED: Landed = {
  ...{ key: '', pulledAtMs: 0, status: 200, charset: null },
  clockMs: Number.POSITIVE_INFINITY,
};
/** A window whose answer is whole. */
export interface ReadWindow {
  readonly digests: RowDigests;
  /** How many the answer has, whatever they are. */
  readonly rows: number;
  /** Of its envelope. */
  readonly unknownFields: readonly string[];
  readonly landed: Landed;
  /** Without the times, which would keep the body in memory while its rows are merged. */
  readonly parsed: Omit<Parsed, 'times'>;
}

/** Pulls, lands and parses one window; `cut` when its answer may lack rows and it can be split. */
export async function readWindow(
  pipeline: Pipeline,
  window: Window,
  facts: SourceFacts,
  caps: RowCapWatch,
): Promise<ReadWindow | 'cut'> {
  const { stopwatch } = pipeline;
  const received = await askForList(pipeline, window, facts);
  if (received === 'cut') return 'cut';
  const { answer } = received;
  const { updates } = answer;
  const suspicion = facts.suspicionOf(answer);
  let widened = false;
  if (suspicion !== null) {
    // The whole shows better than its halves what is wrong: these may have too few rows to tell.
    const parsed = await stopwatch.during('parse', () =>
      parse(pipeline, window, updates, NOT_LANDED),
    );
    const isChance = suspicion === 'record' || suspicion === 'round';
    const isWider = isChance && parsed.outside > updates.length / 2;
    widened =
      (isWider || seemsMisread(pipeline, window, parsed)) &&
      (await hasWidened(pipeline, window, { updates, parsed }, facts));
    checkRows(pipeline, window, parsed, widened);
    // Halves of a window that is widened would list the same again: they tell nothing of a limit.
    if (!(isWider && widened)) {
      if (halves(window) !== null) {
        if (suspicion === 'proved') facts.wasCut();
        else caps.suspect(window, updates);
        return 'cut';
      }
      await requireWhole(pipeline, window, facts, caps, { suspicion, answer, parsed });
    }
    pipeline.counts.suspect_windows += 1;
  }

  const kept = await stopwatch.during('parse', () => withoutErased(pipeline, received));
  const landed = await stopwatch.during('land', () =>
    pipeline.landing.land(window, kept, pipeline.planAtMs()),
  );
  const rows = rowsOf(window, kept, landed);
  const parsed = await stopwatch.during('parse', () => parse(pipeline, window, rows, landed));
  if (seemsMisread(pipeline, window, parsed)) {
    widened ||= await hasWidened(pipeline, window, { updates: rows, parsed }, facts);
    // Before its rows are stored: a replay, which can't ask the source, must not refuse them.
    if (widened) await pipeline.landing.markWidened(landed.key);
  }
  checkRows(pipeline, window, parsed, widened);
  if (parsed.events.length > 0) await checkAccount(pipeline, facts, answer.accountId);
  const { unknownFields } = answer;
  const { times: _, ...found } = parsed;
  const digests = caps.digestsOf(updates);
  return { digests, rows: updates.length, unknownFields, landed, parsed: found };
}

/** The body of a response without the agents who were erased; `null` when it names none of them. */
export function bodyWithoutErased(
  { checkpoint, settings }: Pick<LakeRun, 'checkpoint' | 'settings'>,
  response: ResponseFacts & { readonly body: Uint8Array },
) {
  if (checkpoint.erased.size === 0) return null;
  const isErased = isAgentOf(settings.accountId, checkpoint.erased);
  return answerWithout(response.body, response, isErased);
}

/** What the source still lists of erased agents is neither landed nor stored; of its limits it tells all the same. */
function withoutErased(pipeline: Pipeline, received: Listed): Listed {
  const { counts } = pipeline;
  const found = bodyWithoutErased(pipeline, received);
  if (found === null) return received;
  const { body, charset, removed } = found;
  const answer = readAnswer(body, { ...received, charset });
  const updates = answer.kind === 'answer' ? answer.updates : NO_UPDATES;
  counts.erased_rows += removed;
  return { ...received, body: Buffer.from(body), charset, answer: { ...received.answer, updates } };
}

/** As a replay will read them: the same bytes may have landed before under another charset. */
function rowsOf(window: Window, { answer, body, ...facts }: Listed, landed: Landed) {
  if (landed.charset === facts.charset && landed.status === facts.status) return answer.updates;
  const read = readAnswer(body, landed);
  const updates = read.kind === 'answer' ? read.updates : NO_UPDATES;
  if (updates.length === answer.updates.length) return updates;
  throw new SourceContractError(
    `${named(window)}: the same bytes came before with another status or charset, and meant something else.`,
    `Compare ${landed.key} with what the source sends now, and ask Kore.ai which is right.`,
  );
}

/**
 * The number of rows at which the source was seen to cut, if it was: by asking once more for a window
 * whose halves held rows that it lacked.
 */
export async function provedLimit(
  pipeline: Pipeline,
  facts: SourceFacts,
  suspected: Suspected,
): Promise<number | null> {
  const again = await askFor(pipeline, suspected.window, facts);
  if (again === 'cut' || again.answer.kind !== 'answer') return null;
  const { updates } = again.answer;
  if (isLimit(suspected, updates)) return suspected.count;
  facts.wasLate(updates.length);
  return null;
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
  const isCut = async (seen: RowDigests) => {
    const suspected = caps.lacking(rows, seen);
    return suspected !== null && (await provedLimit(pipeline, facts, suspected)) !== null;
  };
  if (await isCut([])) throw looksCut;
  const { toMs } = caps.suspected ?? window;
  if (toMs === window.toMs) return;
  const rest = await askFor(pipeline, { fromMs: window.toMs, toMs }, facts);
  if (rest === 'cut' || rest.answer.kind === 'broken') throw looksCut;
  const updates = rest.answer.kind === 'answer' ? rest.answer.updates : NO_UPDATES;
  if (await isCut(caps.digestsOf(updates))) throw looksCut;
}

export function parse(
  { zone, settings }: Pick<LakeRun, 'zone' | 'settings'>,
  window: Window,
  updates: Updates,
  { key, pulledAtMs, clockMs }: Landed,
): Parsed {
  return updates.parse({
    window,
    asked: askedFor(window),
    zone,
    pulledAtMs,
    clockMs,
    earliestMs: settings.earliestDateMs,
    sourceObject: key,
  });
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

/** Whether its rows look like those of a clock read wrongly, or of a source that widens its windows. */
function seemsMisread({ zone }: Pick<LakeRun, 'zone'>, window: Window, parsed: Parsed): boolean {
  return refusalOf(parsed, askedFor(window), zone)?.mayBeWidened === true;
}

/**
 * Whether rows outside stand where they should, and the source has widened its window: asked for the span
 * they lie in it lists them again, and asked for another it doesn't.
 */
async function hasWidened(
  pipeline: Pipeline,
  window: Window,
  { updates, parsed }: { readonly updates: Updates; readonly parsed: Parsed },
  facts: SourceFacts,
): Promise<boolean> {
  if (parsed.outside < FEWEST_LISTED_AGAIN) return false;
  const span = spanOutside(parsed.times.all(), askedFor(window));
  const rows = new Set(Array.from(updates, ({ text }) => text));
  const isListedFor = async (asked: Window) => {
    const received = await askFor(pipeline, asked, facts);
    if (received === 'cut' || received.answer.kind !== 'answer') return false;
    const again = [...received.answer.updates].filter(({ text }) => rows.has(text));
    return again.length >= FEWEST_LISTED_AGAIN;
  };
  const fromMs = span.fromMs - OTHER_SPAN_MS;
  const other = { fromMs, toMs: fromMs + (span.toMs - span.fromMs) };
  return (await isListedFor(span)) && !(await isListedFor(other));
}
