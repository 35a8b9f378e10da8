import { DAY_MS, isoDay, isoInstant, startOfDay } from '../../../shared/activity/instant.ts';
import {
  type AlarmName,
  alarmRules,
  isOn,
  lookedAtMs,
  runbookAnchor,
} from '../../../shared/alarms.ts';
import type { Backfill } from '../../../shared/checkpoint/backfills.ts';
import type { LearnedFacts } from '../../../shared/checkpoint/checkpoint.ts';
import type { RunLedger, RunRecord } from '../../../shared/checkpoint/run-ledger.ts';
import { systemClock } from '../../../shared/clock.ts';
import { agentActivity, rejectedActivity } from '../../../shared/lake/tables.ts';
import { metricsOf } from '../../../shared/metrics.ts';
import { type AccountStores, accountStores } from '../../../shared/run/account-stores.ts';
import { DERIVED_MS, staleDays } from '../../../shared/run/derive.ts';
import type { LakeSettings } from '../../../shared/settings.ts';
import { lakeSettingsOf } from '../../account/by-hand.ts';
import { type CheckedDay, checkedDays, verdictOn } from '../../account/checked-days.ts';
import { readSpan } from '../../account/read-span.ts';
import { countRows } from '../../account/row-counts.ts';
import type { Place } from '../../places/place.ts';
import { asShown } from '../../terminal/run-table.ts';
import { backfillsOf } from '../backfill/cursors.ts';

/** How far back a success is looked for. */
const RUNS_LOOKED_AT = 200;
const DAYS_OF_COMPLETENESS = 7;

/** Is it fresh, is it complete, is it healthy: what is known of an account. */
export interface AccountStatus {
  readonly account_id: string;
  /** This and the next three are `null` when no pull has got as far as to set a watermark. */
  readonly watermark: string | null;
  readonly lag_seconds: number | null;
  readonly start: string | null;
  readonly learned: ReturnType<typeof learned> | null;
  readonly events: number;
  readonly rejected: number;
  /** Local days of the last month whose stays are not what the events say. */
  readonly stale_days: readonly string[];
  /** What between start and watermark was never read. */
  readonly gaps: readonly { readonly from: string; readonly to: string }[];
  readonly days: readonly { readonly day: string; readonly confirmed: string }[];
  /** Those that CloudWatch would have on. It also watches for unusually few events, which this does not. */
  readonly alarms: readonly { readonly title: string; readonly runbook: string }[];
  readonly backfills: readonly Backfill[];
  readonly last_run: RunRecord | null;
  readonly last_pull: RunRecord | null;
  /** When a pull last reached everything that had settled. */
  readonly last_success: string | null;
}

export async function statusOf(place: Place, accountId: string): Promise<AccountStatus> {
  const settings = await lakeSettingsOf(place, accountId);
  const { state, runs, recent, events, rejected, stale } = await place.use(async (clients) => {
    const stores = accountStores(clients, place, accountId);
    const { ledger, checkpoint } = stores;
    return {
      state: await checkpoint.load(),
      runs: (await ledger.latest(RUNS_LOOKED_AT)).map(asShown),
      recent: await watchedRuns(ledger, settings.scheduleMinutes),
      events: await countRows(clients, place, agentActivity, [accountId]),
      rejected: await countRows(clients, place, rejectedActivity, [accountId]),
      stale: await staleOf(stores, settings),
    };
  });
  const days = await checkedDays({ place, settings }, DAYS_OF_COMPLETENESS);
  const { holes } = await readSpan({ place, settings });
  const pulls = runs.filter(({ job }) => job === 'pull');
  const backfills = await backfillsOf(place, accountId);
  return {
    account_id: accountId,
    watermark: state && isoInstant(state.watermarkMs),
    lag_seconds: state && Math.round((systemClock.now() - state.watermarkMs) / 1_000),
    start: state && isoInstant(Math.max(state.startMs, state.keptFromMs)),
    learned: state && learned(state.facts),
    events,
    rejected,
    stale_days: stale,
    gaps: holes.map(({ fromMs, toMs }) => ({ from: isoInstant(fromMs), to: isoInstant(toMs) })),
    days: days.filter(isToBeTold).map((day) => ({ day: day.day, confirmed: verdictOn(day) })),
    alarms: alarmsOn(recent, settings.scheduleMinutes),
    backfills: backfills.filter(({ status }) => status === 'active'),
    last_run: runs[0] ?? null,
    last_pull: pulls[0] ?? null,
    last_success: pulls.find(({ status }) => status === 'succeeded')?.ended_at ?? null,
  };
}

function staleOf(stores: AccountStores, settings: LakeSettings): Promise<readonly string[]> {
  const untilMs = systemClock.now();
  const span = { fromMs: untilMs - DERIVED_MS, toMs: untilMs + DAY_MS };
  return staleDays({ ...stores, settings }, span);
}

/** Not the days before the account's history, of which nobody expects anything. */
function isToBeTold({ found, readWhole }: CheckedDay): boolean {
  return found !== undefined || readWhole;
}

/** Of the days that any alarm looks at. */
async function watchedRuns(
  ledger: RunLedger,
  scheduleMinutes: number,
): Promise<readonly RunRecord[]> {
  const nowMs = systemClock.now();
  const lookedAt = Object.values(alarmRules).map((rule) => lookedAtMs(rule, scheduleMinutes));
  const runs: RunRecord[] = [];
  for (let ms = startOfDay(nowMs - Math.max(...lookedAt)); ms <= nowMs; ms += DAY_MS) {
    runs.push(...(await ledger.ofDay(isoDay(ms))));
  }
  return runs;
}

function alarmsOn(runs: readonly RunRecord[], scheduleMinutes: number): AccountStatus['alarms'] {
  const measured = runs
    // Runs by hand send no metrics.
    .filter(({ ended_at, actor }) => ended_at !== undefined && actor === undefined)
    .map((run) => ({ atMs: Date.parse(run.ended_at ?? ''), metrics: metricsOf(run) }));
  return (Object.keys(alarmRules) as AlarmName[])
    .map((name) => alarmRules[name])
    .filter((rule) => isOn(rule, measured, systemClock.now(), scheduleMinutes))
    .map(({ title }) => ({ title, runbook: runbookAnchor(title) }));
}

function learned({ windowMs, rowCap, mostRows, pinnedAccountId }: LearnedFacts) {
  return {
    window_seconds: windowMs === null ? null : windowMs / 1_000,
    row_cap: rowCap,
    most_rows: mostRows,
    pinned_account_id: pinnedAccountId,
  };
}
