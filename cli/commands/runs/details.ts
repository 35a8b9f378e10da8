import { type RunCounts, runCounts } from '../../../shared/checkpoint/run-counts.ts';
import type { RunRecord } from '../../../shared/checkpoint/run-ledger.ts';
import { runSteps, stepNames } from '../../../shared/checkpoint/run-steps.ts';
import { nextActionOf, paintedStatus } from '../../terminal/run-table.ts';
import { oneLine, tableLines } from '../../terminal/table.ts';
import { paintFor } from '../../terminal/terminal.ts';
import { counted, instant, plural, span } from '../../terminal/wording.ts';

/** All that is recorded of one run, in lines. */
export function runDetails(run: RunRecord): string[] {
  const { bold } = paintFor(process.stdout);
  const line = (name: string, value: string) => `  ${name.padEnd(13)} ${value}`;
  return [
    `Run ${bold(run.run_id)}`,
    line('account', run.account_id),
    line('job', run.job),
    line('status', paintedStatus(run.status)),
    ...(run.actor === undefined ? [] : [line('by', oneLine(run.actor))]),
    ...(run.reason === undefined ? [] : [line('reason', oneLine(run.reason))]),
    line('started', instant(run.started_at)),
    line('ended', endOf(run)),
    line('code', run.code_version),
    line('watermark', watermarkOf(run)),
    ...failureOf(run, line),
    ...stepsOf(run),
    ...countsOf(run),
    ...blocksOf(run),
  ];
}

function endOf({ status, ended_at, duration_ms }: RunRecord): string {
  if (ended_at !== undefined) return `${instant(ended_at)}, after ${span(duration_ms ?? 0)}`;
  return status === 'died'
    ? 'never: the process was killed or lost; the next run went on'
    : 'not yet, or it was killed';
}

function watermarkOf({ status, ended_at, watermark_before, watermark_after }: RunRecord): string {
  if (ended_at === undefined) {
    return status === 'died' ? 'not recorded: the run never ended' : 'not recorded yet';
  }
  if (watermark_before === undefined || watermark_after === undefined) return 'not its concern';
  if (watermark_before === watermark_after) return `stayed at ${instant(watermark_after)}`;
  return `moved from ${instant(watermark_before)} to ${instant(watermark_after)}`;
}

function failureOf({ failure }: RunRecord, line: (name: string, value: string) => string) {
  if (failure === undefined) return [];
  return [
    line('failure', `${failure.class}: ${oneLine(failure.message)}`),
    line('', `→ ${nextActionOf(failure)}`),
  ];
}

/** Where its time went, without the steps that took none of it. */
function stepsOf({ steps_ms, duration_ms = 0 }: RunRecord): string[] {
  if (steps_ms === undefined) return [];
  const known = stepNames.map((step) => [step, steps_ms[step] ?? 0, runSteps[step]] as const);
  const otherMs = duration_ms - known.reduce((sum, [, ms]) => sum + ms, 0);
  const other = [
    'other',
    otherMs,
    'All else: entering the run into the ledger, removing what was superseded, …',
  ] as const;
  const rows = [...known, other]
    .filter(([, ms]) => ms > 0)
    .map(([step, ms, meaning]) => [`  ${step}`, span(ms), shareOf(ms, duration_ms), meaning]);
  if (rows.length === 0) return [];
  const right = { name: '', alignRight: true };
  const columns = [{ name: '' }, right, right, { name: '' }];
  return ['', 'Steps', ...tableLines(columns, rows, { withHead: false })];
}

function shareOf(ms: number, allMs: number): string {
  const percent = Math.round((100 * ms) / allMs);
  return percent === 0 ? '< 1 %' : `${percent} %`;
}

/** Every count that is not zero, and what it means. */
function countsOf({ counts }: RunRecord): string[] {
  if (counts === undefined) return [];
  const names = Object.keys(runCounts) as (keyof RunCounts)[];
  const rows = names
    .filter((name) => (counts[name] ?? 0) !== 0)
    .map((name) => [`  ${name}`, counted(counts[name]), runCounts[name]]);
  const zero = names.filter((name) => (counts[name] ?? 0) === 0);
  const columns = [{ name: '' }, { name: '', alignRight: true }, { name: '' }];
  return [
    '',
    'Counts',
    ...tableLines(columns, rows, { withHead: false }),
    ...(zero.length > 0 ? [`  zero: ${zero.join(', ')}`] : []),
  ];
}

function blocksOf({ blocks = [] }: RunRecord): string[] {
  if (blocks.length === 0) return [];
  const rows = blocks.map(({ key, rows }) => [`  ${oneLine(key)}`, plural(rows, 'row')]);
  const columns = [{ name: '' }, { name: '', alignRight: true }];
  return ['', 'Blocks written', ...tableLines(columns, rows, { withHead: false })];
}
