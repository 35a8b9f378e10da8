import { type Answer, readAnswer } from './activity/answer.ts';
import type { RejectionReason } from './activity/event.ts';
import { type Parsed, parseUpdates } from './activity/parse.ts';
import { isLimit, type RowCapWatch, type RowDigests, type Suspected } from './activity/row-cap.ts';
import { askedFor, halves, named, type Window } from './activity/window-plan.ts';
import { zoneShifts, zonesBehind } from './activity/zone-guard.ts';
import { askFor, askForList, type Listed, stillCut } from './ask-window.ts';
import { accountChanged } from './checkpoint/checkpoint.ts';
import type { SourceFacts, Suspicion } from './checkpoint/source-facts.ts';
import { SourceContractError } from './errors.ts';
import type { Landed } from './lake/landing.ts';
import type { LakeRun, Pipeline } from './lake-run.ts';

/** From this many rows on an answer without one valid row means that the contract changed. */
const ROWS_THAT_CANT_ALL_BE_WRONG = 20;

/** These were understood. */
const OUT_OF_DATES = new Set<RejectionReason>(['time_ahead_of_clock', 'before_earliest_date']);

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
  readonly parsed: Parsed;
}

/** Pulls, lands and parses one window; `cut` when its answer may lack rows and it can be split. */
export async function readWindow(
  pipeline: Pipeline,
  window: Window,
  facts: SourceFacts,
  caps: RowCapWatch,
): Promise<ReadWindow | 'cut'> {
  const received = await askForList(pipeline, window, facts);
  if (received === 'cut') return 'cut';
  const { answer } = received;
  const { updates } = answer;
  const suspicion = facts.suspicionOf(answer);
  if (suspicion !== null) {
    // The whole shows better than its halves what is wrong: these may have too few rows to tell.
    const parsed = parse(pipeline, window, updates, NOT_LANDED);
    checkRows(pipeline, window, parsed);
    if (halves(window) !== null) {
      if (suspicion === 'proved') facts.wasCut();
      else caps.suspect(window, updates);
      return 'cut';
    }
    await requireWhole(pipeline, window, facts, caps, { suspicion, answer, parsed });
    pipeline.counts.suspect_windows += 1;
  }

  const landed = await pipeline.landing.land(window, received, pipeline.now());
  const parsed = parse(pipeline, window, rowsOf(window, received, landed), landed);
  checkRows(pipeline, window, parsed);
  if (parsed.events.length > 0) await checkAccount(pipeline, facts, answer.accountId);
  const { unknownFields } = answer;
  return { digests: caps.digestsOf(updates), rows: updates.length, unknownFields, landed, parsed };
}

/** As a replay will read them: the same bytes may have landed before under another charset. */
function rowsOf(window: Window, { answer, body, ...facts }: Listed, landed: Landed) {
  if (landed.charset === facts.charset && landed.status === facts.status) return answer.updates;
  const read = readAnswer(body, landed);
  const updates = read.kind === 'answer' ? read.updates : [];
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
  const updates = rest.answer.kind === 'answer' ? rest.answer.updates : [];
  if (await isCut(caps.digestsOf(updates))) throw looksCut;
}

export function parse(
  { zone, settings }: Pick<LakeRun, 'zone' | 'settings'>,
  window: Window,
  updates: readonly unknown[],
  { key, pulledAtMs, clockMs }: Landed,
): Parsed {
  return parseUpdates(updates, {
    window,
    asked: askedFor(window),
    zone,
    pulledAtMs,
    clockMs,
    earliestMs: settings.earliestDate,
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
 * A function of the bytes and the settings alone, so that a replay refuses what a pull refused.
 *
 * @throws SourceContractError when the rows as a whole can't be what they seem
 */
export function checkRows({ zone }: Pick<LakeRun, 'zone'>, window: Window, parsed: Parsed): void {
  const { events, rejected, unzonedMs } = parsed;
  const broken = rejected.filter(({ reason }) => !OUT_OF_DATES.has(reason));
  if (events.length === 0 && broken.length >= ROWS_THAT_CANT_ALL_BE_WRONG) {
    const reasons = [...new Set(broken.map(({ reason }) => reason))].join(', ');
    throw new SourceContractError(
      `${named(window)}: none of its ${rejected.length} rows can be understood (${reasons}). Nothing of it was merged.`,
      'The format of the source has changed. Compare what it sends for this window with the documentation of the API.',
    );
  }
  const shifts = zoneShifts(unzonedMs, askedFor(window));
  if (shifts.length === 0) return;
  const likely = zonesBehind(zone, shifts, window.fromMs);
  throw new SourceContractError(
    `${named(window)}: read as ${zone.name}, most of its ${unzonedMs.length} times lie outside of it; read in another zone they lie inside. Nothing of it was merged.`,
    `Set sourceTimeZone to the zone the source writes EventTime in: likely ${likely}.`,
  );
}
