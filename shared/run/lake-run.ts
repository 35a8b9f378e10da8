import type { EventColumns } from '../activity/event-columns.ts';
import { utcDaySpan } from '../activity/instant.ts';
import type { Row } from '../activity/merge.ts';
import type { SourceZone } from '../activity/source-zone.ts';
import type { Span } from '../activity/spans.ts';
import type { RunCounts } from '../checkpoint/run-counts.ts';
import type { Clock } from '../clock.ts';
import type { Journal } from '../journal.ts';
import { openBlock, readBlock } from '../lake/block-format.ts';
import { dayIn, pointersPrefix } from '../lake/block-keys.ts';
import type { BlockStore } from '../lake/block-store.ts';
import type { Table } from '../lake/table.ts';
import { agentActivity, rejectedActivity, stayInputs } from '../lake/tables.ts';
import { type Upserted, upsert, type WrittenBlock } from '../lake/upsert.ts';
import type { AccountSettings, LakeSettings } from '../settings.ts';
import type { SmartAssistClient } from '../smartassist/client.ts';
import type { Stopwatch } from '../stopwatch.ts';
import type { AccountStores } from './account-stores.ts';
import type { Remembered } from './remembered.ts';

/** On what terms a run works, and whom it tells. */
export interface RunTerms {
  readonly settings: LakeSettings;
  readonly clock: Clock;
  /** When windows are planned as if it were, epoch milliseconds: now by `clock`, unless a user fixed it. */
  readonly planAtMs: () => number;
  /** When the run must have ended, epoch milliseconds on `clock`. */
  readonly deadlineMs: number;
  readonly codeVersion: string;
  /** Aborted when a person stops the run: it ends before its next window. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (reached: Reached) => void;
  readonly journal?: Journal;
}

/** What one run holds of an account's lake. */
export interface LakeRun extends RunTerms, AccountStores {
  readonly zone: SourceZone;
  readonly remembered: Remembered;
  readonly runId: string;
  /** This and the next four are filled as the run goes on: one that fails still says what it did. */
  readonly counts: RunCounts;
  readonly stopwatch: Stopwatch;
  readonly written: WrittenBlock[];
  readonly moved: Moved;
  /** Where in event time stays may have changed: what the run stored, read whole, or moved the watermark over. */
  readonly touched: Span[];
}

/** A run that asks the source. */
export interface Pipeline extends LakeRun {
  readonly settings: AccountSettings;
  readonly source: SmartAssistClient;
}

/** Where the watermark was and where the run moved it, epoch milliseconds. */
export interface Moved {
  beforeMs: number | null;
  afterMs: number | null;
}

/** How far in event time a job is, and how far it can go, epoch milliseconds. */
export interface Reached {
  readonly atMs: number;
  readonly untilMs: number;
}

/** Merges rows into the blocks of their days, and notes what was written. */
export async function storeRows<R extends Row>(
  run: LakeRun,
  table: Table<R>,
  rows: readonly NoInfer<R>[] | EventColumns,
): Promise<Upserted> {
  const { blocks, settings, stopwatch } = run;
  const stored = await stopwatch.during('merge', () =>
    upsert({ blocks, accountId: settings.accountId, table, rows }),
  );
  for (const written of stored.blocks) noteWritten(run, table, written);
  return stored;
}

/** For the run's record, and for the stays that follow from it. */
export function noteWritten(run: LakeRun, table: Table, written: WrittenBlock): void {
  run.written.push(written);
  const day = dayIn(written.key);
  if (day === null || !stayInputs.includes(table)) return;
  touch(run, utcDaySpan(day));
}

/** Notes where in event time something changed, or may have: the stays of its days are to be looked at. */
export function touch(run: LakeRun, { fromMs, toMs }: Span): void {
  // A status may last so long beyond it, and no longer; what is to come has no stays.
  const lastsMs = Math.min(toMs + run.settings.longestStayMs, run.planAtMs());
  run.touched.push({ fromMs, toMs: Math.max(toMs, lastsMs) });
}

/** Whether anything of an account is stored: then there was a checkpoint once. */
export async function holdsRows(blocks: BlockStore, accountId: string): Promise<boolean> {
  const tables = [agentActivity, rejectedActivity];
  const keys = tables.map((table) => blocks.keys(pointersPrefix(table, accountId)));
  return (await Promise.all(keys)).flat().length > 0;
}

/** The stored rows of one day of a table. */
export async function rowsOf<R extends Row>(
  { blocks, settings }: Pick<LakeRun, 'blocks' | 'settings'>,
  table: Table<R>,
  day: string,
): Promise<readonly R[]> {
  const stored = await blocks.get({ table, accountId: settings.accountId, day });
  return stored === null ? [] : readBlock(table, stored.bytes);
}

/** How many rows of a table are stored of a day. */
export async function countOf(
  { blocks, settings }: Pick<LakeRun, 'blocks' | 'settings'>,
  table: Table,
  day: string,
): Promise<number> {
  const stored = await blocks.get({ table, accountId: settings.accountId, day });
  return stored === null ? 0 : openBlock(table, stored.bytes).rows;
}
