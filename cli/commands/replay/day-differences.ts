import type { Row } from '../../../shared/activity/merge.ts';
import type { DayDifferences } from '../../../shared/jobs/replay.ts';
import { oneLine } from '../../terminal/table.ts';
import { paintFor } from '../../terminal/terminal.ts';
import { instant, plural } from '../../terminal/wording.ts';

/** So many are written out for a day and table; the rest are counted. */
const WRITTEN_OUT = 20;
const PROVENANCE = ['ingested_at', 'source_object'];

/** In what a day's stored rows differ from its evidence, row by row. */
export function differenceLines({ day, table, differing, differences }: DayDifferences): string[] {
  const { bold } = paintFor(process.stdout);
  const shown = (row: Row, columns: readonly string[]) =>
    columns.map((name) => `${name}=${value(row, name, table)}`).join(' ');
  const lines = differences.slice(0, WRITTEN_OUT).map(({ kind, row, stored }) => {
    const identity = shown(row, table.identity);
    if (kind === 'missing') return `  missing  ${identity}`;
    if (kind === 'extra') return `  extra    ${identity}`;
    const columns = Object.keys(stored);
    const told = `${shown(stored, columns)} stored, ${shown(row, columns)} by the evidence`;
    const innocent = columns.every((name) => PROVENANCE.includes(name));
    const why = innocent ? ' (an older response that was landed, but never merged)' : '';
    return `  differs  ${identity}: ${told}${why}`;
  });
  const more = differing - lines.length;
  return [
    bold(`${day} ${table.name}: ${plural(differing, 'difference')}`),
    ...lines,
    ...(more > 0 ? [`  … and ${more} more`] : []),
  ];
}

function value(row: Row, name: string, { columns }: DayDifferences['table']): string {
  const held = row[name] ?? null;
  if (held === null) return 'NULL';
  const isTime = columns.some((column) => column.name === name && column.type === 'timestamp');
  return isTime ? instant(Number(held)).replace(' ', 'T') : oneLine(String(held));
}
