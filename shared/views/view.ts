/** What an analyst reads of one view. Its text is `sql/views/<name>.sql`, the same in Athena and DuckDB. */
export interface View {
  readonly name: string;
  /** What a row is. */
  readonly row: string;
  readonly columns: readonly ViewColumn[];
}

export interface ViewColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** With its unit, where the name does not say it. */
  readonly meaning: string;
  readonly example: string;
  /** What null means; `null`: it never is. */
  readonly whenNull: string | null;
}

/** `timestamp`: without a zone, milliseconds. */
export type ColumnType = 'string' | 'timestamp' | 'date' | 'int' | 'bigint' | 'double' | 'boolean';
