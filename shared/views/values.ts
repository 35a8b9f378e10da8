import type { ColumnType, View } from './view.ts';

/** What Athena and DuckDB both call a type. */
const SQL_TYPES: Readonly<Record<ColumnType, string>> = {
  string: 'varchar',
  timestamp: 'timestamp',
  date: 'date',
  int: 'integer',
  bigint: 'bigint',
  double: 'double',
  boolean: 'boolean',
};

/**
 * The text of a view that holds its own rows.
 *
 * @param rows SQL literals, in the order of the columns
 */
export function valuesView({ columns }: View, rows: readonly (readonly string[])[]): string {
  const names = columns.map(({ name }) => name).join(', ');
  // Types stand for themselves: a column may have nothing but null in it, or no row.
  const typed = columns.map(({ name, type }) => `CAST(${name} AS ${SQL_TYPES[type]}) AS ${name}`);
  const held = rows.length > 0 ? rows : [columns.map(() => 'NULL')];
  const lines = held.map((row) => `  (${row.join(', ')})`);
  return [
    `SELECT ${typed.join(', ')}`,
    `FROM (VALUES\n${lines.join(',\n')}\n) AS t (${names})`,
    ...(rows.length > 0 ? [] : ['WHERE false']),
  ].join('\n');
}

export function sqlText(text: string | undefined): string {
  return text === undefined ? 'NULL' : `'${text.replaceAll("'", "''")}'`;
}

/** @param ms epoch milliseconds; whole seconds are shown */
export function sqlTimestamp(ms: number): string {
  return `TIMESTAMP '${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')}'`;
}
