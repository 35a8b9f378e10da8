import { type Answer, readAnswer } from './activity/answer.ts';
import type { RejectionReason } from './activity/event.ts';
import { type Parsed, parseUpdates } from './activity/parse.ts';
import { RowCapWatch, type RowDigests } from './activity/row-cap.ts';
import type { SourceZone, Span } from './activity/source-zone.ts';
import { askedFor, halves, nextWindow, pullSpan, type Window } from './activity/window-plan.ts';
import { zoneShifts, zonesBehind } from './activity/zone-guard.ts';
import { accountChanged, type Checkpoint, type CheckpointState } from './checkpoint/checkpoint.ts';
import type { RunCounts } from './checkpoint/run-ledger.ts';
import { SourceFacts, type Suspicion } from './checkpoint/source-facts.ts';
import type { Clock } from './clock.ts';
import {
  OutOfTimeError,
  ResponseTooLargeError,
  SettingsError,
  SourceContractError,
  SourceTimeoutError,
  WatermarkAheadError,
} from './errors.ts';
import type { BlockStore } from './lake/block-store.ts';
import type { Landed, Landing } from './lake/landing.ts';
import { upsertRejected } from './lake/rejected.ts';
import { agentActivity } from './lake/tables.ts';
import { upsert, type WrittenBlock } from './lake/upsert.ts';
import type { AccountSettings } from './settings.ts';
import type { SmartAssistClient, SourceAnswer } from './smartassist/client.ts';

/** Below this the run begins no further window, milliseconds. */
const TIME_FOR_A_WINDOW_MS = 20_000;
/** Of a run's time this stays for merging what the last request brought. */
const TIME_TO_MERGE_MS = 10_000;
/** From this many rows on an answer without one valid row means that the contract changed. */
const ROWS_THAT_CANT_ALL_BE_WRONG = 20;

/** These were understood. */
const OUT_OF_DATES = new Set<RejectionReason>(['time_ahead_of_clock', 'before_earliest_date']);

/** For rows that are looked at, but never stored. */
const NOT_LANDED: Landed = { key: '', pulledAtMs: 0, clockMs: Number.POSITIVE_INFINITY };

export interface Pipeline {
  readonly settings: AccountSettings;
  readonly zone: SourceZone;
  readonly source: SmartAssistClient;
  readonly landing: Landing;
  readonly blocks: BlockStore;
  readonly checkpoint: Checkpoint;
  readonly clock: Clock;
  /** The clock by which windows are planned, epoch milliseconds: the real one unless a user fixed it. */
  readonly now: () => number;
  /** When the run must have ended, on `clock`. */
  readonly deadlineMs: number;
  /** Aborted when a person stops the run: it ends before its next window. */
  readonly signal?: AbortSignal;
  readonly runId: string;
  /** Filled as the run goes on, so that a run that fails can still say what it did. */
  readonly counts: RunCounts;
  readonly written: WrittenBlock[];
  readonly onWindow?: (done: { readonly watermarkMs: number; readonly untilMs: number }) => void;
}

/** Where the watermark was and where the run moved it, epoch milliseconds. */
export interface Moved {
  beforeMs: number | null;
  afterMs: number | null;
}

/**
 * The scheduled job: plan, pull, land, parse, merge, advance, window by window, oldest first.
 * At-least-once pulls give exactly-once rows, because merging is idempotent and the watermark moves
 * only after what it passes is durable.
 *
 * @throws OutOfTimeError when little time is left: what is durable stays, the next run goes on
 * @throws CheckpointConflictError when another run moved the watermark first
 */
export async function pull(pipeline: Pipeline, moved: Moved): Promise<void> {
  const { settings, checkpoint } = pipeline;
  const nowMs = pipeline.now();
  const opened = await checkpoint.open({
    startMs: settings.start ?? nowMs - 24 * 3_600_000,
    sourceTimeZone: settings.sourceTimeZone,
  });
  moved.beforeMs = opened.watermarkMs;
  moved.afterMs = opened.watermarkMs;
  checkDates(settings, opened, nowMs);

  const facts = new SourceFacts(checkpoint, opened.facts, settings.maxWindow);
  const span = pullSpan({
    watermarkMs: opened.watermarkMs,
    startMs: opened.startMs,
    nowMs,
    lookbackMs: settings.lookback,
    settleDelayMs: settings.settleDelay,
  });
  const advance = async (window: Window) => {
    const watermarkMs = moved.afterMs ?? opened.watermarkMs;
    if (window.toMs > watermarkMs) {
      await checkpoint.advance(watermarkMs, window.toMs);
      moved.afterMs = window.toMs;
    }
    pipeline.onWindow?.({ watermarkMs: moved.afterMs ?? watermarkMs, untilMs: span.toMs });
  };
  await pullSpanWindows(pipeline, span, facts, advance);
  await facts.growWindow();
}

function checkDates(
  { earliestDate }: AccountSettings,
  { startMs, watermarkMs }: CheckpointState,
  nowMs: number,
): void {
  const iso = (ms: number) => new Date(ms).toISOString();
  if (startMs < earliestDate) {
    throw new SettingsError(
      `start is ${iso(startMs)}, but earliestDate is ${iso(earliestDate)}: all before it would be rejected.`,
      'Set earliestDate to the first day of the history you want.',
    );
  }
  if (watermarkMs > nowMs) {
    throw new WatermarkAheadError(
      `The watermark is ${iso(watermarkMs)}, after now, which is ${iso(nowMs)}. Nothing was pulled.`,
      'Check the clock. If the watermark was moved by a clock set ahead, pull into an empty lake.',
    );
  }
}

async function pullSpanWindows(
  pipeline: Pipeline,
  span: Span,
  facts: SourceFacts,
  advance: (window: Window) => Promise<void>,
): Promise<void> {
  const { zone, clock, deadlineMs, signal, counts } = pipeline;
  const caps = new RowCapWatch();
  const split: Window[] = [];
  const next = (fromMs: number) =>
    split.pop() ?? nextWindow({ span: { ...span, fromMs }, longestMs: facts.windowMs, zone });

  for (let window = next(span.fromMs); window !== null; ) {
    signal?.throwIfAborted();
    if (deadlineMs - clock.now() < TIME_FOR_A_WINDOW_MS) {
      throw new OutOfTimeError(
        `The run's time is used up before ${named(window)}.`,
        'Nothing needs to be done: the next run goes on where this one stopped.',
      );
    }
    const pulled = await pullWindow(pipeline, window, facts, caps);
    if (pulled === 'cut') {
      const [first, second] = halves(window) as readonly [Window, Window];
      split.push(second);
      counts.windows_split += 1;
      window = first;
      continue;
    }
    await mergeWindow(pipeline, pulled.parsed);
    counts.windows += 1;
    await facts.windowRead(window, caps.read(window, pulled.digests));
    await advance(window);
    window = next(window.toMs);
  }
}

interface Pulled {
  readonly digests: RowDigests;
  readonly parsed: Parsed;
}

/** Pulls, lands and parses one window; `cut` when its answer may lack rows and it can be split. */
async function pullWindow(
  pipeline: Pipeline,
  window: Window,
  facts: SourceFacts,
  caps: RowCapWatch,
): Promise<Pulled | 'cut'> {
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
    checkRows(pipeline, window, parsed);
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
  checkRows(pipeline, window, parsed);
  if (parsed.events.length > 0) await checkAccount(pipeline, facts, answer.accountId);
  return { digests: caps.digestsOf(updates), parsed };
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

function parse(
  { zone, settings }: Pipeline,
  window: Window,
  updates: readonly unknown[],
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

async function mergeWindow(pipeline: Pipeline, parsed: Parsed): Promise<void> {
  const { blocks, clock, runId, counts, written, settings } = pipeline;
  const into = { blocks, clock, runId, accountId: settings.accountId };
  const events = await upsert({ ...into, table: agentActivity, rows: parsed.events });
  const rejected = await upsertRejected(into, parsed.rejected);
  written.push(...events.blocks, ...rejected.blocks);
  counts.events += parsed.events.length + parsed.repeated;
  counts.new += events.added;
  counts.repeated += events.repeated + parsed.repeated;
  counts.rejected += rejected.added;
  counts.outside += parsed.outside;
  counts.unknown_fields += parsed.unknownFields;
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

/** @throws SourceContractError when the rows as a whole can't be what they seem */
function checkRows({ zone }: Pipeline, window: Window, parsed: Parsed): void {
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

function stillCut(window: Window, why: string): SourceContractError {
  return new SourceContractError(
    `${named(window)}: one second can't be split, and ${why}. Going on would lose events.`,
    'The watermark stays before this second. Ask Kore.ai how to read more rows of one second.',
  );
}

function named({ fromMs, toMs }: Window): string {
  const iso = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z');
  return `Window ${iso(fromMs)} to ${iso(toMs)}`;
}
