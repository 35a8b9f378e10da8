import {
  isDead,
  type RunFailure,
  type RunRecord,
  type RunStatus,
} from '../../shared/checkpoint/run-ledger.ts';
import { systemClock } from '../../shared/clock.ts';
import { oneLine, tableOf } from './table.ts';
import { type Paint, paintFor } from './terminal.ts';
import { asTyped } from './typed-command.ts';
import { counted, instant, plural, span } from './wording.ts';

/** How many places of a run's id a table shows; they are enough to find it by. */
const ID_SHOWN = 8;

/** The record of a run that can't be under way any more says that it died, marked or not. */
export function asShown(run: RunRecord): RunRecord {
  return isDead(run, systemClock.now()) ? { ...run, status: 'died' } : run;
}

/** One run in one line, as it ends. */
export function runLine({ status, counts, duration_ms, watermark_after }: RunRecord): string {
  const parts = [
    plural(counts?.windows ?? 0, 'window'),
    plural(counts?.requests ?? 0, 'request'),
    plural(counts?.new ?? 0, 'new event'),
    ...(watermark_after === undefined ? [] : [`watermark ${instant(watermark_after)}`]),
  ];
  return `Run ${status} after ${span(duration_ms ?? 0)}: ${parts.join(', ')}`;
}

/** Runs as a table, each line behind `indent`; beneath a run stands who made it, and if it failed why and what to do. */
export function runLines(runs: readonly RunRecord[], indent = ''): string[] {
  const several = new Set(runs.map(({ account_id }) => account_id)).size > 1;
  const numbers = ['windows', 'requests', 'events', 'new', 'repeated', 'rejected'] as const;
  const columns = [
    { name: 'started' },
    { name: 'id' },
    ...(several ? [{ name: 'account' }] : []),
    { name: 'job' },
    { name: 'status' },
    ...numbers.map((name) => ({ name, alignRight: true })),
    { name: 'watermark' },
    { name: 'took', alignRight: true },
  ];
  const rows = runs.map((run) => [
    instant(run.started_at),
    run.run_id.slice(0, ID_SHOWN),
    ...(several ? [run.account_id] : []),
    run.job,
    paintedStatus(run.status),
    ...numbers.map((name) => (run.counts === undefined ? '' : counted(run.counts[name]))),
    run.watermark_after === undefined ? '' : instant(run.watermark_after),
    run.duration_ms === undefined ? '' : span(run.duration_ms),
  ]);
  const { head, line } = tableOf(columns, rows, indent);
  const beneath = (run: RunRecord) =>
    [...actorLines(run), ...failureLines(run)].map((words) => `${indent}    ${words}`);
  return [...head, ...runs.flatMap((run, index) => [line(rows[index] ?? []), ...beneath(run)])];
}

function actorLines({ actor, reason }: RunRecord): string[] {
  if (actor === undefined) return [];
  return [`by ${oneLine(actor)}${reason === undefined ? '' : `: ${oneLine(reason)}`}`];
}

function failureLines({ failure }: RunRecord): string[] {
  if (failure === undefined) return [];
  return [`${failure.class}: ${oneLine(failure.message)}`, `→ ${nextActionOf(failure)}`];
}

/** What to do, and where the runbook says more. */
export function nextActionOf({ next_action, runbook }: RunFailure): string {
  const more = runbook === undefined ? '' : ` More: docs/runbook.md#${runbook}`;
  return `${asTyped(oneLine(next_action))}${more}`;
}

const COLOURS: Readonly<Record<RunStatus, keyof Paint>> = {
  succeeded: 'green',
  stopped: 'yellow',
  superseded: 'yellow',
  started: 'yellow',
  waiting: 'yellow',
  failed: 'red',
  died: 'red',
};

export function paintedStatus(status: RunStatus): string {
  return paintFor(process.stdout)[COLOURS[status]](status);
}
