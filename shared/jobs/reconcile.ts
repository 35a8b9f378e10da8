import { type CompletenessRow, judged } from '../activity/completeness.ts';
import { isAgentOf } from '../activity/erased-agents.ts';
import { DAY_MS, isoDay, MINUTE_MS, startOfDay, utcDaySpan } from '../activity/instant.ts';
import { localDaySpan } from '../activity/local-day.ts';
import type { Parsed } from '../activity/parse.ts';
import { sourceZone } from '../activity/source-zone.ts';
import { covers, type Span } from '../activity/spans.ts';
import { LONGEST_SEAM_MS, type Window } from '../activity/window-plan.ts';
import type { CheckpointState } from '../checkpoint/checkpoint.ts';
import { coverageOf } from '../checkpoint/coverage.ts';
import type { DayCheck } from '../checkpoint/day-checks.ts';
import { SourceFacts } from '../checkpoint/source-facts.ts';
import { openBlock } from '../lake/block-format.ts';
import { columnsOf } from '../lake/coding.ts';
import { type ComparedWindow, compareColumns } from '../lake/compare-window.ts';
import { HeldBlock } from '../lake/held-block.ts';
import {
  agentActivity,
  etlCompleteness,
  rejectedActivity,
  withdrawnActivity,
} from '../lake/tables.ts';
import { openCheckpoint, readSpan } from '../pipeline/pipeline.ts';
import { DERIVED_MS, derive, lostDays, storedDays } from '../run/derive.ts';
import { countOf, type LakeRun, type Pipeline, rowsOf, storeRows } from '../run/lake-run.ts';
import { expireRows } from './expiry.ts';
import { removeSuperseded } from './removal.ts';
import { copyLedger } from './run-history.ts';

const LONGEST_WINDOW_MINUTES = 30;
const SHORTEST_WINDOW_MINUTES = 20;
const NOTHING_STORED = { stored: [], withdrawn: null };

/**
 * The daily job: copies the ledger, removes superseded versions, lets rows expire, asks for the last whole days again, merges what was missing,
 * says of each day how complete it is, and derives what is stale of the last month. Only days that were read whole before are checked.
 *
 * @param sinceMs a day whose check began at or after this instant, epoch milliseconds, is done.
 *   Default: today. A person's reconcile takes several runs, of which each goes on where one stopped.
 * @param checkedDays for how many days after it began each day is checked; with the last check it should be confirmed.
 *   Infinity where a person chose which days to check: the schedule will check them again.
 */
export async function reconcile(
  pipeline: Pipeline,
  sinceMs = startOfDay(pipeline.clock.now()),
  checkedDays: number = pipeline.settings.reconcileDays,
): Promise<void> {
  const { settings, checkpoint, dayChecks, clock, touched, stopwatch } = pipeline;
  await copyLedger(pipeline);
  await removeSuperseded(pipeline);
  const opened = await openCheckpoint(pipeline);
  await expireRows(pipeline);
  // Whatever was left undone: what no run passes again, nobody else would see.
  touched.push({ fromMs: pipeline.planAtMs() - DERIVED_MS, toMs: pipeline.planAtMs() });
  const lost = await lostDays(pipeline, await storedDays(pipeline));
  for (const day of lost) touched.push(localDaySpan(sourceZone(settings.reportTimeZone), day));
  await derive(pipeline, { lost });
  const days = await stopwatch.during('plan', () => checkableDays(pipeline, opened));
  const facts = new SourceFacts(checkpoint, opened.facts, settings.maxWindowMs);
  const untilMs = utcDaySpan(days.at(-1) ?? '').toMs;
  for (const day of days) {
    const latest = await dayChecks.latest(day);
    const isOld = latest === null || latest.beganAtMs < sinceMs;
    if (!isOld && latest.finished) continue;
    // One that was left unfinished before is begun anew: as old as it is, it could confirm nothing.
    const check = isOld ? await dayChecks.begin(day, clock.now(), latest) : latest;
    await checkDay(pipeline, facts, check, { untilMs, checkedDays });
  }
}

/** Whether the schedule has not brought it to its end today. */
export async function reconcileIsDue({ ledger, clock }: LakeRun): Promise<boolean> {
  const today = isoDay(clock.now());
  const runs = await ledger.ofDay(today);
  return !runs.some(
    ({ job, status, actor }) =>
      job === 'reconcile' && status === 'succeeded' && actor === undefined,
  );
}

/** Of the last whole days those that were read whole, `YYYY-MM-DD`, oldest first. */
export async function checkableDays(
  { settings, backfills, planAtMs }: Pick<LakeRun, 'settings' | 'backfills' | 'planAtMs'>,
  state: CheckpointState,
): Promise<readonly string[]> {
  const coverage = coverageOf(state, await backfills.all());
  const todayMs = startOfDay(planAtMs() - settings.settleDelayMs);
  return Array.from(
    { length: settings.reconcileDays },
    (_, i) => todayMs - (settings.reconcileDays - i) * DAY_MS,
  )
    .filter((fromMs) => covers(coverage, { fromMs, toMs: fromMs + DAY_MS }))
    .map((fromMs) => isoDay(fromMs));
}

async function checkDay(
  pipeline: Pipeline,
  facts: SourceFacts,
  begun: DayCheck,
  { untilMs, checkedDays }: { readonly untilMs: number; readonly checkedDays: number },
): Promise<void> {
  const { dayChecks, counts, clock, settings } = pipeline;
  const { erased } = pipeline.checkpoint;
  const dayStartMs = Date.parse(begun.day);
  const storedIn = await storedDay(pipeline, begun.day);
  let check = begun;
  let suspectBefore = counts.suspect_windows;
  await readSpan(pipeline, facts, {
    span: { fromMs: check.positionMs, toMs: dayStartMs + DAY_MS },
    longestMs: () => Math.min(facts.windowMs, checkWindowMs(dayStartMs, check.beganAtMs)),
    lateBeforeMs: Number.POSITIVE_INFINITY,
    advance: async (window, { parsed, landed }) => {
      const { changes, ...found } = compareColumns({
        window,
        // Rows left to the windows beside it are not withdrawn.
        ...(leavesRows(window, parsed) ? NOTHING_STORED : storedIn(window)),
        listed: columnsOf(agentActivity, parsed.events),
        isErased: erased.size === 0 ? null : isAgentOf(settings.accountId, erased),
        beganAtMs: check.beganAtMs,
        checkedAtMs: clock.now(),
        sourceObject: landed.key,
      });
      await storeRows(pipeline, withdrawnActivity, changes);
      counts.withdrawn += changes.filter((row) => row.returned_at === null).length;
      counts.returned += changes.filter((row) => row.returned_at !== null).length;
      const suspect_windows = counts.suspect_windows - suspectBefore;
      suspectBefore = counts.suspect_windows;
      const { listed, storedBefore: stored_before, added, withdrawn } = found;
      check = await dayChecks.advance(check, window.toMs, {
        ...{ listed, stored_before, added, withdrawn, suspect_windows },
      });
      pipeline.onProgress?.({ atMs: window.toMs, untilMs });
    },
  });
  const { confirmed } = await storeCompleteness(pipeline, check);
  const lastAtMs = dayStartMs + checkedDays * DAY_MS;
  if (!confirmed && check.beganAtMs >= lastAtMs) counts.unconfirmed_days += 1;
  await dayChecks.finish(check);
}

/** Whether its rows are told only by the windows beside it: where clocks are set back. */
function leavesRows({ fromMs, toMs }: Window, { elsewhere }: Pick<Parsed, 'elsewhere'>): boolean {
  return elsewhere > 0 && toMs - fromMs <= LONGEST_SEAM_MS;
}

/**
 * How long the windows of a check are at most, milliseconds: each cuts its day differently, from the pulls
 * and from the checks of the days before.
 */
export function checkWindowMs(dayStartMs: number, beganAtMs: number): number {
  const age = Math.floor((beganAtMs - dayStartMs) / DAY_MS);
  return Math.max(SHORTEST_WINDOW_MINUTES, LONGEST_WINDOW_MINUTES - age) * MINUTE_MS;
}

async function storeCompleteness(pipeline: Pipeline, check: DayCheck): Promise<CompletenessRow> {
  const { counts, beganAtMs, day } = check;
  const [before] = await rowsOf(pipeline, etlCompleteness, day);
  const rejected = await countOf(pipeline, rejectedActivity, day);
  const row = judged(
    {
      day_start: Date.parse(day),
      checked_at: beganAtMs,
      ...counts,
      rejected,
      empty_acknowledged_at: before?.empty_acknowledged_at ?? null,
      run_id: pipeline.runId,
    },
    before,
  );
  await storeRows(pipeline, etlCompleteness, [row]);
  return row;
}

/** What of a day is stored now, however it changes later: of events the row groups that a window touches. */
async function storedDay(
  { blocks, settings }: LakeRun,
  day: string,
): Promise<(window: Span) => Pick<ComparedWindow, 'stored' | 'withdrawn'>> {
  const { accountId } = settings;
  const events = await blocks.get({ table: agentActivity, accountId, day }, { asStored: true });
  const withdrawn = await blocks.get({ table: withdrawnActivity, accountId, day });
  const held = events && new HeldBlock(agentActivity, events.bytes);
  const [gone = null] = withdrawn ? openBlock(withdrawnActivity, withdrawn.bytes).groups : [];
  return (window) => ({ stored: held?.groupsIn(window) ?? [], withdrawn: gone });
}
