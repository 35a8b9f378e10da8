import { DAY_MS, isoDay, startOfDay } from '../activity/instant.ts';
import type { Row } from '../activity/merge.ts';
import { type RunCounts, runCounts } from '../checkpoint/run-counts.ts';
import { isDead, type RunRecord } from '../checkpoint/run-ledger.ts';
import { stepNames } from '../checkpoint/run-steps.ts';
import { dayIn, pointersPrefix } from '../lake/block-keys.ts';
import { etlRuns } from '../lake/tables.ts';
import { type LakeRun, rowsOf, storeRows } from '../run/lake-run.ts';

/** More than a night's, for a lake that is reconciled now and then. */
const DAYS_COPIED = 14;

/**
 * Says of runs that never ended that they died, and copies the ledger's last whole days into
 * `etl_runs`, where it is kept for good and SQL finds it.
 */
export async function copyLedger(run: LakeRun): Promise<void> {
  const { ledger, clock } = run;
  const todayMs = startOfDay(clock.now());
  for (let ago = DAYS_COPIED; ago >= 0; ago -= 1) {
    const day = isoDay(todayMs - ago * DAY_MS);
    const runs: RunRecord[] = [];
    for (const record of await ledger.ofDay(day)) {
      const died = isDead(record, clock.now()) && (await ledger.markDied(record));
      runs.push(died ? { ...record, status: 'died' } : record);
    }
    if (ago === 0) continue;
    const rows = runs.filter(({ status }) => status !== 'started').map(rowOf);
    await storeRows(run, etlRuns, rows);
  }
}

function rowOf(record: RunRecord): Row {
  const ms = (iso: string | undefined) => (iso === undefined ? null : Date.parse(iso));
  const { counts, steps_ms, blocks, failure } = record;
  return {
    run_id: record.run_id,
    job: record.job,
    status: record.status,
    code_version: record.code_version,
    started_at: Date.parse(record.started_at),
    ended_at: ms(record.ended_at),
    duration_ms: record.duration_ms ?? null,
    watermark_before: ms(record.watermark_before),
    watermark_after: ms(record.watermark_after),
    ...Object.fromEntries(
      Object.keys(runCounts).map((name) => [name, counts?.[name as keyof RunCounts] ?? null]),
    ),
    ...Object.fromEntries(stepNames.map((step) => [`${step}_ms`, steps_ms?.[step] ?? null])),
    blocks: blocks === undefined ? null : JSON.stringify(blocks),
    failure_class: failure?.class ?? null,
    failure_message: failure?.message ?? null,
    next_action: failure?.next_action ?? null,
    actor: record.actor ?? null,
    reason: record.reason ?? null,
  };
}

/** Every row of `etl_runs` of the account: what is left of the ledger when the table is lost. */
export async function* storedRuns(run: Pick<LakeRun, 'blocks' | 'settings'>): AsyncGenerator<Row> {
  for (const key of await run.blocks.keys(pointersPrefix(etlRuns, run.settings.accountId))) {
    yield* await rowsOf(run, etlRuns, dayIn(key) ?? '');
  }
}
