import { type CompletenessRow, judged } from '../activity/completeness.ts';
import { DAY_MS, isoInstant, SECOND_MS } from '../activity/instant.ts';
import { localDaySpan } from '../activity/local-day.ts';
import { sourceZone } from '../activity/source-zone.ts';
import { type CheckpointState, checkpointLost } from '../checkpoint/checkpoint.ts';
import { coverageOf } from '../checkpoint/coverage.ts';
import { SettingsError } from '../errors.ts';
import { etlCompleteness } from '../lake/tables.ts';
import { derive, lostDays, storedDays } from '../run/derive.ts';
import { holdsRows, type LakeRun, rowsOf, storeRows } from '../run/lake-run.ts';

/** Where a watermark is to be moved, epoch milliseconds, and whether to leave out what is between. */
interface WatermarkMove {
  readonly toMs: number;
  readonly skip: boolean;
}

/**
 * Moves the watermark by hand: back, so that pulls read again what follows, or forward, which leaves
 * a gap behind and must be meant.
 *
 * @throws SettingsError when it can't be moved there
 * @throws CheckpointConflictError when a run moved it meanwhile
 */
export async function moveWatermark(run: LakeRun, move: WatermarkMove): Promise<void> {
  const { checkpoint, moved, touched } = run;
  const state = await requireMovable(run, move);
  const { watermarkMs } = state;
  const { toMs } = move;
  moved.beforeMs = watermarkMs;
  moved.afterMs = watermarkMs;
  if (toMs === watermarkMs) return;
  await checkpoint.moveByHand(state, toMs);
  moved.afterMs = toMs;
  // What is no longer read whole counts no more until it is again.
  touched.push({ fromMs: Math.min(toMs, watermarkMs), toMs: Math.max(toMs, watermarkMs) });
}

/**
 * Whether the watermark can be moved there; looks only.
 *
 * @throws SettingsError when it can't
 */
export async function requireMovable(
  { checkpoint, blocks, planAtMs, settings }: LakeRun,
  { toMs, skip }: WatermarkMove,
): Promise<CheckpointState> {
  const state = await checkpoint.load();
  if (state === null) {
    if (await holdsRows(blocks, settings.accountId)) throw checkpointLost(settings.accountId);
    throw new SettingsError(
      `Account ${settings.accountId} has no watermark yet.`,
      'The first pull sets it: `pull`.',
    );
  }
  const { watermarkMs, startMs, keptFromMs } = state;
  if (toMs % SECOND_MS !== 0) {
    throw new SettingsError(
      `${isoInstant(toMs)} is not a whole second.`,
      'Windows are of whole seconds.',
    );
  }
  if (toMs > planAtMs()) {
    throw new SettingsError(
      `${isoInstant(toMs)} lies in the future: until then nothing would be pulled.`,
      'Give an instant in the past.',
    );
  }
  if (toMs < startMs) {
    throw new SettingsError(
      `${isoInstant(toMs)} lies before the start of the account's history, ${isoInstant(startMs)}.`,
      'To read what is older: `backfill --from ISO --to ISO`.',
    );
  }
  if (toMs < keptFromMs) {
    throw new SettingsError(
      `${isoInstant(toMs)} lies before ${isoInstant(keptFromMs)}, and what is older has expired (\`keepRows\`).`,
      'Let it be later.',
    );
  }
  if (toMs > watermarkMs && !skip) {
    throw new SettingsError(
      `${isoInstant(toMs)} lies after the watermark, ${isoInstant(watermarkMs)}: what is between would never be pulled.`,
      'If that is meant, say --skip. It is then recorded as a gap, which a backfill can fill later.',
    );
  }
  return state;
}

/**
 * Derives the stays of local days anew that are not what their events say, or whose version is gone.
 *
 * @param range local days, both included; what is left out is as far as the lake was read, or has stays
 * @returns how many days were looked at
 */
export async function deriveDays(
  run: LakeRun,
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
  onDay: (day: string, index: number, of: number) => void,
): Promise<number> {
  const zone = sourceZone(run.settings.reportTimeZone);
  const state = await run.checkpoint.load();
  const { accountId } = run.settings;
  // Of what nobody knows to be read no stay is told: all would go.
  if (state === null && (await holdsRows(run.blocks, accountId))) throw checkpointLost(accountId);
  const coverage = state === null ? [] : coverageOf(state, await run.backfills.all());
  // Days beyond it have stays when they were derived in another zone.
  const stored = await storedDays(run);
  const ends = stored.map((day) => localDaySpan(zone, day));
  const firstMs = Math.min(...[...coverage, ...ends].map((span) => span.fromMs)) - DAY_MS;
  const lastMs = Math.max(...[...coverage, ...ends].map((span) => span.toMs)) + DAY_MS;
  if (!(firstMs < lastMs)) return 0;
  const lost = await lostDays(run, stored);
  run.touched.push({
    fromMs: from === undefined ? firstMs : localDaySpan(zone, from).fromMs,
    toMs: to === undefined ? lastMs : localDaySpan(zone, to).toMs,
  });
  return derive(run, { onDay, lost });
}

/**
 * Records that a day really had no events. Its row is confirmed when all else holds.
 *
 * @param day UTC, `YYYY-MM-DD`
 * @throws SettingsError when the day was not checked, or is not empty
 */
export async function acknowledgeEmptyDay(run: LakeRun, day: string): Promise<CompletenessRow> {
  const row = await requireEmpty(run, day);
  const acknowledgement = { empty_acknowledged_at: run.clock.now(), run_id: run.runId };
  const acknowledged = judged({ ...row, ...acknowledgement }, row);
  await storeRows(run, etlCompleteness, [acknowledged]);
  return acknowledged;
}

/**
 * Whether a day was checked and is empty; looks only.
 *
 * @throws SettingsError when it was not, or is not
 */
export async function requireEmpty(run: LakeRun, day: string): Promise<CompletenessRow> {
  const [row] = await rowsOf(run, etlCompleteness, day);
  if (row === undefined) {
    throw new SettingsError(
      `${day} was not checked yet, so whether it is empty is not known.`,
      'Check it first: `reconcile`.',
    );
  }
  if (row.listed > 0) {
    throw new SettingsError(
      `${day} is not empty: the source listed ${row.listed} events.`,
      'Only an empty day needs to be acknowledged.',
    );
  }
  return row;
}
