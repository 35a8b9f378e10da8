import { DAY_MS, isoInstant, utcDaysIn } from '../activity/instant.ts';
import { localDayOf, localDaySpan, localDaysIn } from '../activity/local-day.ts';
import { sourceZone } from '../activity/source-zone.ts';
import { overlaps, type Span, subtractSpans, unionOfSpans } from '../activity/spans.ts';
import { coverageOf } from '../checkpoint/coverage.ts';
import { OutOfTimeError } from '../errors.ts';
import { agentStay } from '../lake/agent-stay.ts';
import {
  columnsIn,
  type OpenBlock,
  type OpenRowGroup,
  openBlock,
  spanOf,
  writeColumns,
} from '../lake/block-format.ts';
import { type Block, dayIn, pointerKey, pointersPrefix } from '../lake/block-keys.ts';
import type { Pointer } from '../lake/block-store.ts';
import { columnsOf } from '../lake/coding.ts';
import { type Columns, concat } from '../lake/columns.ts';
import { rowGroupsIn } from '../lake/row-groups.ts';
import { stayColumns } from '../lake/stay-columns.ts';
import { agentActivity, stayInputs, withdrawnActivity } from '../lake/tables.ts';
import { type LakeRun, noteWritten, touch } from './lake-run.ts';
import { MOST_BEHIND_MS } from './quiet-tick.ts';

/** Of the rules by which stays are made of events. With another one all days are stale. */
const RULES_VERSION = 1;
/** Below this no further day is begun, milliseconds. */
const TIME_FOR_A_DAY_MS = 5_000;

/** How far before its beginning a run looks for stays that are not what the events say. */
const HEALED_MS = 2 * DAY_MS;
const ROW_GROUP_MS = agentActivity.rowGroup?.ms ?? DAY_MS;

/** How far back it is looked every night whether stays are what the events say. */
export const DERIVED_MS = 31 * DAY_MS;

/** So many days are looked at at a time: each takes a handful of requests. */
const DAYS_AT_ONCE = 31;

/** What is needed to look at the days of an account. */
export type StaysAt = Pick<LakeRun, 'blocks' | 'checkpoint' | 'backfills' | 'settings'>;

/** A local day, as its stays are stored and as they should be. */
interface DerivedDay {
  readonly day: string;
  readonly block: Block;
  readonly held: Pointer | null;
  /** Whether no version is there, though the pointer names one. */
  readonly lost: boolean;
  readonly known: Span;
  readonly inputs: readonly Input[];
  /** What the pointer says once the day is derived. */
  readonly madeOf: string;
}

/** In the metadata of a pointer: by what a day was derived, up to when, and from what. */
interface MadeOf {
  readonly rules: string;
  /** From and to, ISO 8601. */
  readonly known: readonly string[];
  readonly inputs: Readonly<Record<string, string>>;
}

interface Input {
  readonly block: Block;
  readonly pointer: Pointer;
}

/**
 * The last step of the protocol: makes the stays of each local day anew that the run has touched and
 * that are not what its events say. Days that are in order already are not written.
 *
 * @param which.beforeMs days that end later are left for the next call, epoch milliseconds
 * @param which.lost days whose stays are to be made anew though their pointers are in order
 * @param which.onDay told of each day that is derived, and of how many are looked at
 * @returns how many days were looked at
 * @throws OutOfTimeError when little time is left: the next run derives what this one did not
 */
export function derive(run: LakeRun, which: WhichDays = {}): Promise<number> {
  return run.stopwatch.during('derive', () => deriveTouched(run, which));
}

interface WhichDays {
  readonly beforeMs?: number;
  readonly lost?: ReadonlySet<string>;
  readonly onDay?: (day: string, index: number, of: number) => void;
}

async function deriveTouched(
  run: LakeRun,
  { beforeMs = Number.POSITIVE_INFINITY, lost = new Set(), onDay }: WhichDays,
): Promise<number> {
  const zone = sourceZone(run.settings.reportTimeZone);
  const touched = unionOfSpans(run.touched);
  const days = [...new Set(touched.flatMap((span) => localDaysIn(zone, span)))]
    .sort()
    .filter((day) => localDaySpan(zone, day).toMs <= beforeMs);
  const madeOf = new Map<string, string>();
  for (let from = 0; from < days.length; from += DAYS_AT_ONCE) {
    const portion = days.slice(from, from + DAYS_AT_ONCE);
    for (const found of await dayStates(run, portion, lost)) {
      for (const { block, pointer } of found.inputs) madeOf.set(pointerKey(block), pointer.version);
      if (!isStale(found)) continue;
      run.signal?.throwIfAborted();
      if (run.deadlineMs - run.clock.now() < TIME_FOR_A_DAY_MS) throw outOfTime(found.day);
      onDay?.(found.day, days.indexOf(found.day), days.length);
      await deriveDay(run, found);
    }
    const toMs = localDaySpan(zone, portion.at(-1) ?? '').toMs;
    const left = subtractSpans(run.touched, [{ fromMs: Number.NEGATIVE_INFINITY, toMs }]);
    run.touched.splice(0, run.touched.length, ...left);
  }
  const { afterMs } = run.moved;
  const last = afterMs === null ? null : localDayOf(zone, afterMs - 1);
  if (afterMs !== null && last !== null && days.includes(last)) {
    const { watermarkRun } = run.checkpoint;
    const at = { watermarkMs: afterMs, watermarkRun };
    run.remembered.derived = { ...at, toldUntilMs: afterMs, day: last, madeOf };
  }
  return days.length;
}

/** The local days that have stays stored, earliest first. */
export async function storedDays({ blocks, settings }: StaysAt): Promise<readonly string[]> {
  const keys = await blocks.keys(pointersPrefix(agentStay, settings.accountId));
  return keys.map((key) => dayIn(key)).filter((day) => day !== null);
}

/** Of these days those of whose stays no version is there, though a pointer names one. */
export async function lostDays(
  { blocks, settings }: StaysAt,
  days: readonly string[],
): Promise<ReadonlySet<string>> {
  const versions = await blocks.versions(agentStay, settings.accountId);
  return new Set(days.filter((day) => !versions.has(day)));
}

/**
 * A run that was killed may have stored what no stay tells: looks at the days around a cursor, where it
 * stood, too.
 */
export function healAround(run: LakeRun, cursorMs: number, byMs = HEALED_MS): void {
  touch(run, { fromMs: cursorMs - byMs, toMs: cursorMs });
}

/**
 * Whether the run that moved the watermark to where it is has derived up to there: as days are derived in
 * their order, all before it, too.
 */
export async function isDerivedUpTo(at: StaysAt, watermarkMs: number): Promise<boolean> {
  const { accountId, reportTimeZone } = at.settings;
  const day = localDayOf(sourceZone(reportTimeZone), watermarkMs - 1);
  const pointer = await at.blocks.pointer({ table: agentStay, accountId, day });
  const { known: [, toIso] = [] } = JSON.parse(pointer?.madeOf ?? '{}') as Partial<MadeOf>;
  return toIso === isoInstant(watermarkMs);
}

/**
 * The local days of `span` whose stays are not what the stored events say, earliest first. One that is not over
 * may wait for a tick that brings something new.
 */
export async function staleDays(at: StaysAt, span: Span): Promise<readonly string[]> {
  const zone = sourceZone(at.settings.reportTimeZone);
  const states = await dayStates(at, localDaysIn(zone, span));
  return states
    .filter((found) => isStale(found) && !waits(found, localDaySpan(zone, found.day)))
    .map(({ day }) => day);
}

/** Whether it is made of all that there is, and merely tells less than the watermark says. */
function waits({ held, madeOf, known, lost }: DerivedDay, { toMs }: Span): boolean {
  if (lost || !held?.madeOf) return false;
  const [is, shouldBe] = [held.madeOf, madeOf].map((text): MadeOf => JSON.parse(text));
  const toldUntilMs = Date.parse(is?.known[1] ?? '');
  const behindMs = known.toMs - toldUntilMs;
  const isSame =
    JSON.stringify({ ...is, known: [] }) === JSON.stringify({ ...shouldBe, known: [] }) &&
    is?.known[0] === shouldBe?.known[0];
  return isSame && known.toMs < toMs && behindMs > 0 && behindMs < MOST_BEHIND_MS;
}

/**
 * Derives the days that a window leaves behind, so that a long run tells what it has read as it goes, and
 * each day once: no later window writes to the row groups that such a day is made of.
 */
export async function deriveBehind(run: LakeRun, { fromMs, toMs }: Span): Promise<void> {
  const zone = sourceZone(run.settings.reportTimeZone);
  const whole = (ms: number) => ms - (ms % ROW_GROUP_MS);
  if (localDayOf(zone, whole(fromMs)) === localDayOf(zone, whole(toMs))) return;
  await derive(run, { beforeMs: whole(toMs) });
}

function isStale({ held, madeOf, known, lost }: DerivedDay): boolean {
  if (lost) return true;
  // A day of which nothing was ever known has no stays to be wrong.
  return held === null ? known.fromMs < known.toMs : held.madeOf !== madeOf;
}

async function deriveDay(run: LakeRun, found: DerivedDay): Promise<void> {
  let state: DerivedDay | undefined = found;
  await run.blocks.untilSwapped(`The stays of ${found.day}`, async () => {
    const [now] = state === undefined ? await dayStates(run, [found.day]) : [state];
    state = undefined;
    if (now === undefined || !isStale(now)) return true;
    const rows = await staysOf(run, now);
    if (rows === null) return false;
    const bytes = writeColumns(agentStay, rows);
    const key = await run.blocks.swap(now.block, now.held, bytes, now.madeOf);
    if (key === null) return false;
    noteWritten(run, agentStay, { key, rows: rows.length, bytes: bytes.byteLength });
    run.counts.derived_days += 1;
    return true;
  });
}

/**
 * What days are made of, as it is now.
 *
 *     this run                              another run
 *     reads the pointer of the stays, ETag 1
 *     reads the watermark and the inputs
 *                                           stores events, moves the watermark, derives: ETag 2
 *     puts if ETag 1: refused, and read again from the pointer on
 *
 * Read the other way round, it could put what it knew before over what the other run knew.
 */
async function dayStates(
  at: StaysAt,
  days: readonly string[],
  lost: ReadonlySet<string> = new Set(),
): Promise<readonly DerivedDay[]> {
  const { blocks, checkpoint, backfills, settings } = at;
  const { accountId, reportTimeZone, longestStayMs } = settings;
  const zone = sourceZone(reportTimeZone);
  const rules = `${RULES_VERSION} ${reportTimeZone} ${longestStayMs / 1_000}s`;
  const held = await Promise.all(
    days.map(async (day) => {
      const block = { table: agentStay, accountId, day };
      return { day, block, pointer: await blocks.pointer(block) };
    }),
  );
  const state = await checkpoint.load();
  const coverage = state === null ? [] : coverageOf(state, await backfills.all());
  const pointers = new Map<string, Promise<Input | null>>();
  const input = (table: Block['table'], day: string) => {
    const key = `${table.name} ${day}`;
    const asked = pointers.get(key) ?? inputAt(at, { table, accountId, day });
    pointers.set(key, asked);
    return asked;
  };
  return Promise.all(
    held.map(async ({ day, block, pointer }) => {
      const span = localDaySpan(zone, day);
      const needed = { fromMs: span.fromMs - longestStayMs, toMs: span.toMs };
      const known = knownOf(coverage, span, needed);
      const asked = stayInputs.flatMap((table) => utcDaysIn(known).map((d) => input(table, d)));
      const inputs = (await Promise.all(asked)).filter((found) => found !== null);
      const madeOf: MadeOf = {
        rules,
        known: [known.fromMs, known.toMs].map(isoInstant),
        inputs: Object.fromEntries(inputs.map((each) => namedInput(each, known))),
      };
      const found = { day, block, held: pointer, lost: lost.has(day), known, inputs };
      return { ...found, madeOf: JSON.stringify(madeOf) };
    }),
  );
}

/**
 * What was read whole, of what a day needs: without a hole, and up to the latest that is known of the
 * day. Empty, at its beginning, when nothing is.
 */
function knownOf(coverage: readonly Span[], day: Span, needed: Span): Span {
  const latest = coverage.findLast((span) => overlaps(span, day));
  if (latest === undefined) return { fromMs: day.fromMs, toMs: day.fromMs };
  return {
    fromMs: Math.max(latest.fromMs, needed.fromMs),
    toMs: Math.min(latest.toMs, needed.toMs),
  };
}

/** An input by its day, with what is another one when the part of it changes that matters. */
function namedInput({ block: { table, day }, pointer }: Input, known: Span): [string, string] {
  const { etag, rowGroups } = pointer;
  const part =
    rowGroups === null
      ? etag.replaceAll('"', '')
      : rowGroupsIn(table, rowGroups)
          .filter((group) => overlaps(group, known))
          .map(({ digest }) => digest)
          .join(' ');
  return [`${table.folder}/${day}`, part];
}

async function inputAt({ blocks }: StaysAt, block: Block): Promise<Input | null> {
  const pointer = await blocks.pointer(block);
  return pointer === null ? null : { block, pointer };
}

/** @returns `null` when a version was removed meanwhile: the pointer has moved on */
async function staysOf(run: LakeRun, { day, known, inputs }: DerivedDay): Promise<Columns | null> {
  const groups: OpenRowGroup[] = [];
  const withdrawn = [columnsOf(withdrawnActivity, [])];
  for (const input of inputs) {
    const opened = await openInput(run, input);
    if (opened === null) return null;
    const { table } = input.block;
    if (table === agentActivity)
      groups.push(...opened.groups.filter((group) => isPartOf(known, group)));
    else withdrawn.push(...opened.groups.map((group) => columnsIn(table, group)));
  }
  return stayColumns(groups, concat(withdrawn), day, run.settings, known);
}

/** By the digests of the same row groups it is known whether a day is stale. */
function isPartOf({ fromMs, toMs }: Span, { group }: OpenRowGroup): boolean {
  const startMs = spanOf(agentActivity, group) * ROW_GROUP_MS;
  return startMs < toMs && startMs + ROW_GROUP_MS > fromMs;
}

/** @throws BlockLostError when the version is gone though the pointer names it */
async function openInput(
  { blocks }: LakeRun,
  { block, pointer }: Input,
): Promise<OpenBlock | null> {
  const bytes = await blocks.read(pointer.version);
  if (bytes !== null) return openBlock(block.table, bytes);
  await blocks.get(block);
  return null;
}

function outOfTime(day: string): OutOfTimeError {
  return new OutOfTimeError(
    `The run's time is used up before the stays of ${day} were derived.`,
    'Nothing needs to be done: the next run, or the nightly one, derives them.',
  );
}
