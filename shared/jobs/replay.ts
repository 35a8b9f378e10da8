import { DAY_MS, isoDay, isoInstant, shifted, utcDaySpan } from '../activity/instant.ts';
import type { RowDifference } from '../activity/row-difference.ts';
import type { CheckpointState } from '../checkpoint/checkpoint.ts';
import { SettingsError } from '../errors.ts';
import { blockDifference } from '../lake/block-difference.ts';
import { openBlock, textsIn, writeBlock } from '../lake/block-format.ts';
import { type Block, dayIn, pointersPrefix } from '../lake/block-keys.ts';
import type { Pointer } from '../lake/block-store.ts';
import type { Table } from '../lake/table.ts';
import {
  agentActivity,
  etlCompleteness,
  rejectedActivity,
  withdrawnActivity,
} from '../lake/tables.ts';
import { derive, deriveBehind } from '../run/derive.ts';
import { type LakeRun, noteWritten, rowsOf, touch } from '../run/lake-run.ts';
import { keptFromMs } from './expiry.ts';
import { type RebuiltDay, rebuildDay } from './rebuild.ts';

/** UTC days, `YYYY-MM-DD`, both included; what is left out is as far as the lake reaches. */
export interface DayRange {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** What a day's stored rows and its evidence differ in. */
export interface DayDifferences {
  readonly day: string;
  readonly table: Table;
  /** How many rows. */
  readonly differing: number;
  /** The first of them. */
  readonly differences: readonly RowDifference[];
  /** Rows that the evidence gives. */
  readonly rows: number;
}

/** Told of each day when it is done. */
export type OnDay = (day: DayDifferences) => void;

/**
 * Rebuilds days from their evidence and puts them in the place of what is stored: the one path that
 * replaces. For a mended parser, a changed zone, or blocks that were lost. A day that is right
 * already is not written.
 *
 * @throws EvidenceError naming what is missing: days before it are done, that day is untouched
 * @throws SettingsError when the zone has changed and the range leaves days out
 */
export async function replay(run: LakeRun, range: DayRange, onDay: OnDay = () => {}) {
  const state = await run.checkpoint.load();
  await requireDates(run, state);
  const all = await daysInLake(run, state);
  const days = within(all, range);
  const zoneBefore = state?.sourceTimeZone ?? run.zone.name;
  // Also when one was interrupted in which the zone changed: what it had done must not stay mixed.
  const changes = zoneBefore !== run.zone.name || (state?.replayingZone ?? null) !== null;
  if (!changes) return replaceDays(run, days, onDay, []);
  if (days.length < all.length) throw partOfLake(run, zoneBefore, days.length, all.length);
  await stopTheOthers(run, zoneBefore);
  try {
    // Which days were checked, and what was withdrawn, was told by the clock of the other zone.
    await replaceDays(run, days, onDay, [withdrawnActivity, etlCompleteness]);
  } catch (error) {
    // Refused at the first day, as a wrong zone is: all is as before, and runs may go on.
    const untouched = run.written.length === 0 && state?.replayingZone === null;
    if (untouched) await run.checkpoint.endZoneChange(zoneBefore, zoneBefore);
    throw error;
  }
  await run.checkpoint.endZoneChange(zoneBefore, run.zone.name);
}

async function replaceDays(
  run: LakeRun,
  days: readonly string[],
  onDay: OnDay,
  cleared: readonly Table[],
): Promise<void> {
  for (const day of days) {
    run.signal?.throwIfAborted();
    for (const each of await replaceDay(run, day)) onDay(each);
    await clear(run, cleared, day);
    // Also where nothing differed: a replay before this one may have died before it derived.
    const span = utcDaySpan(day);
    touch(run, span);
    await deriveBehind(run, span);
    run.onProgress?.({ atMs: utcDaySpan(day).toMs, untilMs: endOf(days) });
  }
  await derive(run);
}

/** Rebuilds days in memory and says in what the stored ones differ. Writes nothing. */
export async function verify(run: LakeRun, range: DayRange, onDay: OnDay): Promise<void> {
  const state = await run.checkpoint.load();
  await requireDates(run, state);
  const days = within(await daysInLake(run, state), range);
  for (const day of days) {
    run.signal?.throwIfAborted();
    const held = await holdDay(run, day);
    for (const each of compared(day, held, await rebuilt(run, day, held))) onDay(each);
    run.onProgress?.({ atMs: utcDaySpan(day).toMs, untilMs: endOf(days) });
  }
}

/** Else what was read before the earliest date would be rebuilt as rejected. */
async function requireDates(
  { backfills, settings }: LakeRun,
  state: CheckpointState | null,
): Promise<void> {
  const startMs = state?.startMs ?? Number.POSITIVE_INFINITY;
  const firstMs = Math.min(startMs, ...(await backfills.all()).map(({ fromMs }) => fromMs));
  if (firstMs >= settings.earliestDateMs) return;
  throw new SettingsError(
    `\`earliestDate\` is ${isoInstant(settings.earliestDateMs)}, but the lake was read from ${isoInstant(firstMs)} on: all events between would be rejected.`,
    'Give the `earliestDate` with which it was read.',
  );
}

/** A block as it was read. */
interface Held {
  readonly block: Block;
  readonly pointer: Pointer | null;
  /** `null` when it is missing. */
  readonly bytes: Uint8Array | null;
}

type HeldDay = readonly [events: Held, rejected: Held];

async function replaceDay(run: LakeRun, day: string): Promise<readonly DayDifferences[]> {
  let found: readonly Compared[] = [];
  await run.blocks.untilSwapped(`The blocks of ${day}`, async () => {
    //   replay                         a pull
    //   holds the pointer, ETag 1
    //   gathers the evidence
    //                                  lands, merges: ETag 2
    //   puts if ETag 1: refused, or the rows of the pull would be lost; begins again
    const held = await holdDay(run, day);
    found = compared(day, held, await rebuilt(run, day, held));
    return run.stopwatch.during('merge', () => swapAll(run, held, found));
  });
  return found;
}

/** Events before rejected rows, so that a row which is now understood is never in neither. */
async function swapAll(run: LakeRun, held: HeldDay, found: readonly Compared[]): Promise<boolean> {
  for (const [index, each] of held.entries()) {
    const { differing, wanted } = found[index] as Compared;
    // Also of no rows: a pointer to a version that is gone would fail whoever reads it.
    const isLost = each.pointer !== null && each.bytes === null;
    if ((differing > 0 || isLost) && !(await swap(run, each, wanted))) return false;
  }
  return true;
}

async function swap(run: LakeRun, { block, pointer }: Held, bytes: Uint8Array) {
  await run.checkpoint.bind();
  const key = await run.blocks.swap(block, pointer, bytes);
  if (key === null) return false;
  const { rows } = openBlock(block.table, bytes);
  noteWritten(run, block.table, { key, rows, bytes: bytes.byteLength });
  return true;
}

async function holdDay(run: LakeRun, day: string): Promise<HeldDay> {
  return [await hold(run, agentActivity, day), await hold(run, rejectedActivity, day)];
}

/** Also where the version is gone that the pointer names: its rows are what is to be made again. */
async function hold({ blocks, settings }: LakeRun, table: Table, day: string): Promise<Held> {
  const block = { table, accountId: settings.accountId, day };
  const pointer = await blocks.pointer(block);
  const bytes = pointer === null ? null : await blocks.read(pointer.version);
  return { block, pointer, bytes };
}

async function rebuilt(run: LakeRun, day: string, [events, rejected]: HeldDay) {
  const yesterday = shifted(day, -1);
  const dayBefore = await rowsOf(run, rejectedActivity, yesterday);
  const named = new Set([...sourcesOf(events), ...sourcesOf(rejected)]);
  return run.stopwatch.during('parse', () => rebuildDay(run, day, named, dayBefore));
}

/** The landing objects that its rows name. */
function sourcesOf({ block, bytes }: Held): readonly string[] {
  return bytes === null ? [] : textsIn(openBlock(block.table, bytes), 'source_object');
}

interface Compared extends DayDifferences {
  readonly wanted: Uint8Array;
}

function compared(day: string, [events, rejected]: HeldDay, rebuilt: RebuiltDay): Compared[] {
  return [comparedTo(rebuilt.events, day, events), comparedTo(rebuilt.rejected, day, rejected)];
}

function comparedTo(wanted: Uint8Array, day: string, { block: { table }, bytes }: Held): Compared {
  const { differing, named } = blockDifference(table, bytes, wanted);
  const { rows } = openBlock(table, wanted);
  return { day, table, wanted, rows, differing, differences: named };
}

async function clear(run: LakeRun, tables: readonly Table[], day: string): Promise<void> {
  for (const table of tables) {
    await run.blocks.untilSwapped(`${table.name} of ${day}`, async () => {
      const held = await hold(run, table, day);
      const isEmpty = held.bytes === null || openBlock(table, held.bytes).rows === 0;
      return isEmpty || swap(run, held, writeBlock(table, []));
    });
  }
}

function within(days: readonly string[], { from = '', to = '9999' }: DayRange): readonly string[] {
  return days.filter((day) => day >= from && day <= to);
}

/**
 * Every day that the lake has anything of, and the days beside, for a change of zone moves rows there. Not
 * those whose rows have expired: their responses would bring them back.
 */
async function daysInLake(
  { landing, blocks, settings, planAtMs }: LakeRun,
  state: CheckpointState | null,
): Promise<readonly string[]> {
  // Also where the checkpoint is lost, which knew what had expired.
  const keptMs = keptFromMs(settings, planAtMs(), state);
  const days = new Set<string>();
  for (const { window } of await landing.all()) {
    for (const ms of [window.fromMs - DAY_MS, window.fromMs, window.toMs, window.toMs + DAY_MS]) {
      days.add(isoDay(ms));
    }
  }
  for (const table of [agentActivity, rejectedActivity]) {
    for (const key of await blocks.keys(pointersPrefix(table, settings.accountId))) {
      const day = dayIn(key);
      if (day !== null) days.add(day);
    }
  }
  return [...days].filter((day) => Date.parse(day) >= keptMs).sort();
}

/**
 * No run may merge what it read by the other clock into days that are done already: none begins any
 * more, and none may be under way.
 */
async function stopTheOthers(run: LakeRun, zoneBefore: string): Promise<void> {
  const { checkpoint, ledger, runId, clock } = run;
  await checkpoint.beginZoneChange(zoneBefore, run.zone.name);
  // A replay that was killed says `started` for good; to run it again must be possible at once.
  const others = (await ledger.underWay(runId, clock.now())).filter(({ job }) => job !== 'replay');
  if (others.length === 0) return;
  await checkpoint.endZoneChange(zoneBefore, zoneBefore);
  throw new SettingsError(
    `A run is under way that reads the clock as ${zoneBefore}: ${others.map((each) => `${each.job} ${each.run_id}`).join(', ')}.`,
    'Wait until it has ended, or 20 minutes if it was killed, and run the replay again.',
  );
}

function partOfLake({ zone }: LakeRun, zoneBefore: string, part: number, all: number) {
  return new SettingsError(
    `\`sourceTimeZone\` is ${zone.name}, but the stored events were read as ${zoneBefore}: to read ${part} of ${all} days again would mix two readings of the same clock.`,
    'Replay the whole lake, without --from and --to.',
  );
}

function endOf(days: readonly string[]): number {
  return utcDaySpan(days.at(-1) ?? '').toMs;
}
