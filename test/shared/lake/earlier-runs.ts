import type { Row } from '../../../shared/activity/merge.ts';
import type { Table } from '../../../shared/lake/table.ts';
import { etlRuns } from '../../../shared/lake/tables.ts';

/** `etl_runs` from before any of the columns came that came later. */
export const earlierRuns: Table = {
  ...etlRuns,
  columns: etlRuns.columns.filter(({ cameLater }) => !cameLater),
};

/** A run in the columns of `table`, as far as they must have a value. */
export function runIn({ columns }: Table, startedMs: number, more: Row = {}): Row {
  return {
    ...Object.fromEntries(columns.map(({ name }) => [name, null])),
    ...{ run_id: `run ${startedMs}`, job: 'pull', status: 'succeeded', code_version: '0.1.0' },
    started_at: startedMs,
    ...more,
  };
}
