import { dayColumn, type Table } from '../../shared/lake/table.ts';
import { tables } from '../../shared/lake/tables.ts';

/** The page `docs/tables.md`, made from the definitions that the lake is written by. */
export function tablesPage(): string {
  return [
    '# Tables',
    '',
    'Made from `shared/lake/tables.ts` by `npm run docs`; a test keeps the two the same.',
    'Times are UTC. Partition columns are part of the object key: filter on them and Athena reads nothing else.',
    "`dt` is a date, and in Athena a date is not text: `dt = DATE '2026-01-31'`.",
    'A table is a pointer for each account and day to one immutable Parquet file: [files.md](files.md).',
    '',
    ...tables.flatMap(section),
  ].join('\n');
}

function section(table: Table): string[] {
  const day = dayColumn(table);
  const partitions = [
    ['account_id', 'string', 'The SmartAssist account. Partition.'],
    ...(day === null ? [] : [[day.name, 'date', `${day.comment} Partition.`]]),
  ];
  const columns = table.columns.map(({ name, type, nullable, comment }) => [
    name,
    type,
    nullable ? comment : `${comment} Never null.`,
  ]);
  const kept = 'least' in table.winner ? 'smallest' : 'greatest';
  const by = 'least' in table.winner ? table.winner.least : table.winner.greatest;
  return [
    `## ${table.name}`,
    '',
    table.comment,
    '',
    '| Column | Type | Meaning |',
    '|---|---|---|',
    ...[...partitions, ...columns].map(
      ([name, type, text]) => `| \`${name}\` | ${type} | ${text} |`,
    ),
    '',
    `One row for each ${quoted(table.identity)} of an account. ` +
      (by.length === 0
        ? 'Rows are never merged: those of a day are replaced together.'
        : `Of two, the one with the ${kept} ${quoted(by)} is kept` +
          `${table.largest.length === 0 ? '' : `, with the largest ${quoted(table.largest)} seen`}.`),
    '',
  ];
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}
