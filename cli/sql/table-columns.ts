import { type Column, dayColumn, type Table } from '../../shared/lake/table.ts';

/** DuckDB and Athena call them alike. */
const SQL_TYPES = {
  string: 'VARCHAR',
  timestamp: 'TIMESTAMP',
  int: 'INTEGER',
  bigint: 'BIGINT',
  boolean: 'BOOLEAN',
} as const;

/** Columns of a table as SQL shows them: its own, then those its path holds. */
export function columnsOf(table: Table): readonly { name: string; type: string }[] {
  return [
    ...table.columns.map(({ name, type }: Column) => ({ name, type: SQL_TYPES[type] })),
    ...partitionsOf(table),
  ];
}

/** The columns that the path of a table's files holds. */
export function partitionsOf(table: Table): readonly { name: string; type: string }[] {
  const account = { name: 'account_id', type: 'VARCHAR' };
  const day = dayColumn(table);
  return day === null ? [account] : [account, { name: day.name, type: 'DATE' }];
}
