import { readAnswer } from '../activity/answer.ts';
import type { RejectedActivityRow } from '../activity/event.ts';
import { DAY_MS, isoDay, isoInstant, utcDaySpan } from '../activity/instant.ts';
import { mergeRows } from '../activity/merge.ts';
import type { Parsed } from '../activity/parse.ts';
import { refusalOf } from '../activity/row-guards.ts';
import { type Span, subtractSpans } from '../activity/spans.ts';
import { NO_UPDATES } from '../activity/updates.ts';
import { askedFor } from '../activity/window-plan.ts';
import { coverageOf } from '../checkpoint/coverage.ts';
import { EvidenceError } from '../errors.ts';
import { writeBlock } from '../lake/block-format.ts';
import { columnsOf } from '../lake/coding.ts';
import { type Columns, concat } from '../lake/columns.ts';
import type { LandedKey, LandedResponse } from '../lake/landing.ts';
import { mergeBlock } from '../lake/merge-block.ts';
import { dayOf, type Table } from '../lake/table.ts';
import { agentActivity, rejectedActivity } from '../lake/tables.ts';
import { byDay } from '../lake/upsert.ts';
import { bodyWithoutErased, parse } from '../pipeline/read-window.ts';
import type { LakeRun } from '../run/lake-run.ts';

/** So many rows are merged at once: responses overlap, and list each event a dozen times. */
const PORTION = 200_000;
const MISSING_NAMED = 5;

/** The blocks of a day as the evidence gives them. */
export interface RebuiltDay {
  readonly events: Uint8Array;
  readonly rejected: Uint8Array;
}

/**
 * Parses again every response that can hold rows of a UTC day: those whose window touches it, and
 * those that stored rows name. A response that a guard refused when it was pulled is refused again.
 *
 * @param named the landing objects that stored rows of the day name
 * @param dayBefore the stored rejected rows of the day before, which may hold some of this day's
 * @throws EvidenceError when a response that was merged is gone: the rest would lose rows
 */
export async function rebuildDay(
  run: LakeRun,
  day: string,
  named: ReadonlySet<string>,
  dayBefore: readonly RejectedActivityRow[],
): Promise<RebuiltDay> {
  const span = utcDaySpan(day);
  // Before the evidence is looked for: what a pull adds to both meanwhile is no part of this.
  const state = await run.checkpoint.load();
  const covered = state === null ? [] : coverageOf(state, await run.backfills.all());
  const pinned = state?.facts.pinnedAccountId ?? null;
  const sameZone = state?.sourceTimeZone === run.zone.name;
  const besides = [span.fromMs - DAY_MS, span.fromMs, span.toMs];
  const landed = (await Promise.all(besides.map((ms) => run.landing.ofDay(isoDay(ms))))).flat();
  const touching = landed.filter(({ window }) => touches(askedFor(window), span));
  const gather = new Set([...touching.map(({ key }) => key), ...named]);

  const events = new GrowingBlock(agentActivity);
  const rejected = new GrowingBlock(rejectedActivity);
  const timeless: RejectedActivityRow[] = [];
  const read: Span[] = [];
  const missing: string[] = [];
  const misread: string[] = [];
  for (const key of gather) {
    run.signal?.throwIfAborted();
    const parsed = await parseLanded(run, pinned, key);
    // What a stored row names was merged; a guard that refuses it today would take the row away.
    const gone = parsed === 'missing' || (parsed === 'refused' && named.has(key) && sameZone);
    if (gone) missing.push(key);
    if (parsed === 'refused' && !sameZone) misread.push(key);
    if (parsed === 'missing' || parsed === 'refused') continue;
    read.push(parsed.window);
    events.add(byDay(agentActivity, columnsOf(agentActivity, parsed.events)).get(day));
    const ofDay = parsed.rejected.filter((row) => dayOf(rejectedActivity, row) === day);
    timeless.push(...ofDay.filter((row) => row.event_time === null));
    const timed = ofDay.filter((row) => row.event_time !== null);
    rejected.add(columnsOf(rejectedActivity, timed));
  }
  const gap = gapIn(span, { covered, read });
  requireEvidence(day, { missing, gap, misread, zone: run.zone.name });
  if (timeless.length > 0) {
    const later = landed.filter(({ window }) => window.fromMs >= span.toMs);
    const firstLater = await firstTimeless(run, pinned, later);
    rejected.add(columnsOf(rejectedActivity, placedHere(timeless, dayBefore, firstLater)));
  }
  return { events: events.bytes(), rejected: rejected.bytes() };
}

/** A block made of rows as they come, which are merged into it when there are many. */
class GrowingBlock {
  readonly #table: Table;
  #merged: Uint8Array | null = null;
  #waiting: Columns[] = [];
  #rows = 0;

  constructor(table: Table) {
    this.#table = table;
  }

  add(rows: Columns | undefined): void {
    if (rows === undefined || rows.length === 0) return;
    this.#waiting.push(rows);
    this.#rows += rows.length;
    if (this.#rows >= PORTION) this.#merge();
  }

  bytes(): Uint8Array {
    if (this.#rows > 0) this.#merge();
    return this.#merged ?? writeBlock(this.#table, []);
  }

  #merge(): void {
    const { bytes } = mergeBlock(this.#table, this.#merged, concat(this.#waiting));
    this.#merged = bytes ?? this.#merged;
    this.#waiting = [];
    this.#rows = 0;
  }
}

/** A response parsed again, and what it says of itself. */
interface ParsedResponse extends Parsed {
  readonly window: Span;
  readonly pulledAtMs: number;
  /** The account it names, which need not be the one asked for. */
  readonly accountId: string | null;
}

/**
 * Parses a landed response with today's code and settings.
 *
 * @param pinned the account that responses must name; `null`: any
 * @returns `refused` when a guard refuses its rows
 */
export async function parseLanded(
  run: LakeRun,
  pinned: string | null,
  key: string,
): Promise<ParsedResponse | 'missing' | 'refused'> {
  const landed = await run.landing.read(key);
  if (landed === null) return 'missing';
  const response = withoutErased(run, landed);
  const parsed = parseResponse(run, pinned, response);
  // Asked of the few that are refused alone.
  if (parsed !== 'refused' || !(await run.landing.isWidened(key))) return parsed;
  return parseResponse(run, pinned, response, true);
}

/**
 * As an erasure leaves it, or will:
 *
 *   erasure                          replay
 *   leaves the agent out
 *                                    reads a response
 *   rewrites it, removes the rows
 *                                    would store them again
 */
function withoutErased(run: LakeRun, response: LandedResponse): LandedResponse {
  const found = bodyWithoutErased(run, response);
  return found === null
    ? response
    : { ...response, body: Buffer.from(found.body), charset: found.charset };
}

/** The same of one that was read. */
export function parseResponse(
  run: LakeRun,
  pinned: string | null,
  response: LandedResponse,
  isWidened = false,
): ParsedResponse | 'refused' {
  const { window, body, pulledAtMs, passed } = response;
  const answer = readAnswer(body, response);
  if (answer.kind === 'broken' || answer.kind === 'failed') return 'refused';
  // One without a list has landed only because it was proved to be for want of events.
  const parsed = parse(
    run,
    window,
    answer.kind === 'quiet' ? NO_UPDATES : answer.updates,
    response,
  );
  const refusal = passed ? null : refusalOf(parsed, askedFor(window), run.zone);
  if (refusal !== null && !(refusal.mayBeWidened && isWidened)) return 'refused';
  const { accountId } = answer;
  const foreign = accountId !== null && pinned !== null && accountId !== pinned;
  if (parsed.events.length > 0 && foreign) return 'refused';
  return { ...parsed, window, pulledAtMs, accountId };
}

/** Nothing is rebuilt from less than what was merged. */
function requireEvidence(
  day: string,
  {
    missing,
    gap,
    misread,
    zone,
  }: {
    readonly missing: readonly string[];
    readonly gap: Span | undefined;
    /** Responses that are refused in this zone, which is another than that of the lake. */
    readonly misread: readonly string[];
    readonly zone: string;
  },
): void {
  if (missing.length > 0) {
    const others = missing.length - MISSING_NAMED;
    const list = missing.slice(0, MISSING_NAMED).join(', ');
    throw new EvidenceError(
      `${day} can't be rebuilt: rows of it name responses that are gone, or refused today: ${list}${others > 0 ? `, and ${others} more` : ''}.`,
      'Nothing of that day was changed. Responses are kept as long as landingRetention says; leave out the days before.',
    );
  }
  if (gap === undefined) return;
  if (misread.length > 0) {
    throw new EvidenceError(
      `${day} can't be rebuilt: read as ${zone}, the times of ${misread[0]} do not fit the window that was asked for.`,
      'Nothing of that day was changed. Is the zone right? Without `sourceTimeZone` the times are read as they were.',
    );
  }
  throw new EvidenceError(
    `${day} can't be rebuilt: it was read whole, but no response of ${isoInstant(gap.fromMs)} to ${isoInstant(gap.toMs)} is there.`,
    'Nothing of that day was changed. Responses are kept as long as landingRetention says; leave out the days before.',
  );
}

/** The first span of a day that was read whole, and of which no response is read now. */
function gapIn(
  { fromMs, toMs }: Span,
  { covered, read }: { readonly covered: readonly Span[]; readonly read: readonly Span[] },
): Span | undefined {
  const outside = [
    { fromMs: Number.NEGATIVE_INFINITY, toMs: fromMs },
    { fromMs: toMs, toMs: Number.POSITIVE_INFINITY },
  ];
  return subtractSpans(subtractSpans(covered, outside), read)[0];
}

/** When each rejected row without a readable time was first pulled, of these responses. */
async function firstTimeless(
  run: LakeRun,
  pinned: string | null,
  landed: readonly LandedKey[],
): Promise<ReadonlyMap<string, number>> {
  const first = new Map<string, number>();
  for (const { key } of landed) {
    const parsed = await parseLanded(run, pinned, key);
    if (parsed === 'missing' || parsed === 'refused') continue;
    for (const { raw_sha256, ingested_at, event_time } of parsed.rejected) {
      if (event_time !== null) continue;
      first.set(raw_sha256, Math.min(ingested_at, first.get(raw_sha256) ?? ingested_at));
    }
  }
  return first;
}

/**
 * Of rejected rows without a readable time those that a pull stored on this day: it looks into the
 * days beside first, so each lies where it was found first.
 */
function placedHere(
  timeless: readonly RejectedActivityRow[],
  dayBefore: readonly RejectedActivityRow[],
  firstLater: ReadonlyMap<string, number>,
): readonly RejectedActivityRow[] {
  const before = new Set(
    dayBefore.filter((row) => row.event_time === null).map((row) => row.raw_sha256),
  );
  const first = mergeRows(rejectedActivity, [], timeless).rows;
  return first.filter(
    ({ raw_sha256, ingested_at }) =>
      !before.has(raw_sha256) && ingested_at <= (firstLater.get(raw_sha256) ?? ingested_at),
  );
}

function touches(a: Span, b: Span): boolean {
  return a.fromMs < b.toMs && a.toMs >= b.fromMs;
}
