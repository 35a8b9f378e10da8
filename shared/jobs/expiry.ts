import { DAY_MS, startOfDay, utcDaySpan } from '../activity/instant.ts';
import { localDaySpan } from '../activity/local-day.ts';
import type { Row } from '../activity/merge.ts';
import { sourceZone } from '../activity/source-zone.ts';
import type { CheckpointState } from '../checkpoint/checkpoint.ts';
import { OutOfTimeError } from '../errors.ts';
import { agentStay } from '../lake/agent-stay.ts';
import { openBlock, readBlock, writeBlock } from '../lake/block-format.ts';
import { dayIn } from '../lake/block-keys.ts';
import type { ListedVersion } from '../lake/block-store.ts';
import type { Table } from '../lake/table.ts';
import {
  agentActivity,
  agents,
  etlCompleteness,
  rejectedActivity,
  withdrawnActivity,
} from '../lake/tables.ts';
import { type LakeRun, noteWritten, touch } from '../run/lake-run.ts';
import type { LakeSettings } from '../settings.ts';
import { storedRuns } from './run-history.ts';

/** Below this no further block is begun, milliseconds. */
const TIME_FOR_A_BLOCK_MS = 5_000;

/** What goes with its UTC day. Of stays that follows: nothing is known of the day any more. */
const expiring: readonly Table[] = [
  agentActivity,
  rejectedActivity,
  withdrawnActivity,
  // What it says of a day is said of rows that are gone.
  etlCompleteness,
];

/** The start of the first UTC day whose rows are to be kept, epoch milliseconds; −∞: all are. */
export function keptFromMs(
  { keepRowsMs }: Pick<LakeSettings, 'keepRowsMs'>,
  nowMs: number,
  state: Pick<CheckpointState, 'keptFromMs'> | null,
): number {
  const wantedMs =
    keepRowsMs === undefined ? Number.NEGATIVE_INFINITY : startOfDay(nowMs - keepRowsMs);
  return Math.max(wantedMs, state?.keptFromMs ?? Number.NEGATIVE_INFINITY);
}

/** Up to where `etl_runs` says that rows have expired: what a lost checkpoint knew; −∞: none have. */
export async function expiredUpToMs(run: LakeRun): Promise<number> {
  let upToMs = Number.NEGATIVE_INFINITY;
  for await (const row of storedRuns(run)) {
    if (!(Number(row.expired_rows) > 0)) continue;
    const written: readonly { key: string; rows: number }[] = JSON.parse(`${row.blocks}`);
    for (const { key, rows } of written) {
      const day = dayIn(key);
      const isEmptied = rows === 0 && expiring.some((table) => isVersionOf(table, key));
      if (isEmptied && day !== null) upToMs = Math.max(upToMs, utcDaySpan(day).toMs);
    }
  }
  return upToMs;
}

const isVersionOf = ({ folder }: Table, key: string) => key.startsWith(`blocks/${folder}/`);

/**
 * Lets the rows of days go that are older than `keepRows`: each block is swapped for one without rows, so
 * readers, writers and the removal of superseded versions meet what they always do. Whatever it is
 * interrupted in, the next night goes on, and takes what came late for such a day.
 */
export async function expireRows(run: LakeRun): Promise<void> {
  const { settings, checkpoint } = run;
  const state = await checkpoint.load();
  if (state === null) return;
  // By the earlier of the clocks: one that a person sets ahead takes nothing away.
  const fromMs = keptFromMs(settings, Math.min(run.planAtMs(), run.clock.now()), state);
  if (fromMs === Number.NEGATIVE_INFINITY) return;
  if (fromMs > state.keptFromMs) await checkpoint.expireBefore(fromMs);
  const zone = sourceZone(settings.reportTimeZone);
  for (const { day } of await daysWithRows(run, agentStay)) {
    const span = localDaySpan(zone, day);
    if (span.toMs <= fromMs) run.touched.push(span);
  }
  // The days at the edge know less of what was before them.
  touch(run, { fromMs: fromMs - DAY_MS, toMs: fromMs });
  for (const table of expiring) {
    for (const { day, versions } of await daysWithRows(run, table)) {
      run.signal?.throwIfAborted();
      if (Date.parse(day) >= fromMs) continue;
      if (run.deadlineMs - run.clock.now() < TIME_FOR_A_BLOCK_MS) throw outOfTime(table, day);
      await empty(run, table, day, versions);
    }
  }
  await expireNames(run, fromMs);
}

function outOfTime(table: Table, day: string): OutOfTimeError {
  return new OutOfTimeError(
    `The run's time is used up before the rows of ${table.name} of ${day} expired.`,
    'Nothing needs to be done: the next run goes on where this one stopped.',
  );
}

/** The days of which any version holds rows, current or not, earliest first. */
async function daysWithRows({ blocks, settings }: LakeRun, table: Table) {
  const days: { readonly day: string; readonly versions: readonly ListedVersion[] }[] = [];
  for (const [day, versions] of await blocks.versions(table, settings.accountId)) {
    const holdsRows = versions.some(({ bytes }) => bytes > bytesOfNone(table));
    if (day !== null && holdsRows) days.push({ day, versions });
  }
  return days;
}

const bytesOfNone = (table: Table) => writeBlock(table, []).byteLength;

async function empty(
  run: LakeRun,
  table: Table,
  day: string,
  versions: readonly ListedVersion[],
): Promise<void> {
  const { blocks, settings, counts } = run;
  const block = { table, accountId: settings.accountId, day };
  await blocks.untilSwapped(`${table.name} of ${day}`, async () => {
    const pointer = await blocks.pointer(block);
    if (pointer === null) return true;
    const listed = versions.find(({ key }) => key === pointer.version);
    if (listed !== undefined && listed.bytes <= bytesOfNone(table)) return true;
    const stored = await blocks.read(pointer.version);
    const rows = stored === null ? 0 : openBlock(table, stored).rows;
    const bytes = writeBlock(table, []);
    const key = await blocks.swap(block, pointer, bytes);
    if (key === null) return false;
    noteWritten(run, table, { key, rows: 0, bytes: bytes.byteLength });
    counts.expired_rows += rows;
    return true;
  });
}

/** A name goes when the directory has not listed it for as long as rows are kept. */
async function expireNames(run: LakeRun, fromMs: number): Promise<void> {
  const { blocks, settings, counts } = run;
  const block = { table: agents, accountId: settings.accountId, day: null };
  let before = 0;
  let left: readonly Row[] = [];
  const key = await blocks.replace(block, async (stored) => {
    const rows = stored === null ? [] : readBlock(agents, stored.bytes);
    before = rows.length;
    left = rows.filter(({ checked_at }) => Number(checked_at) >= fromMs);
    return left.length === before ? null : writeBlock(agents, left);
  });
  if (key === null) return;
  const bytes = writeBlock(agents, left).byteLength;
  noteWritten(run, agents, { key, rows: left.length, bytes });
  counts.expired_rows += before - left.length;
}
