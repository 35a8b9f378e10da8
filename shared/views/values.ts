import { isoInstant } from '../activity/instant.ts';
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

/** The rows of a view that an account has. */
interface AccountRows {
  readonly accountId: string;
  /** SQL literals, in the order of the columns after `account_id`. */
  readonly rows: readonly (readonly string[])[];
}

/**
 * The text of a view that holds its own rows, `account_id` first. Rows that several accounts have alike stand in
 * it once: Glue keeps no long text, and there may be hundreds of accounts.
 */
export function valuesView({ columns }: View, accounts: readonly AccountRows[]): string {
  const [, ...own] = columns;
  const lists = new Map<string, { readonly number: number; readonly rows: AccountRows['rows'] }>();
  const owners = accounts.map(({ accountId, rows }) => {
    const key = JSON.stringify(rows);
    const list = lists.get(key) ?? { number: lists.size + 1, rows };
    lists.set(key, list);
    return [sqlText(accountId), String(list.number)];
  });
  const rows = [...lists.values()].flatMap(({ number, rows }) =>
    rows.map((row) => [String(number), ...row]),
  );
  const empty = rows.length === 0;
  // Types stand for themselves: a column may have nothing but null in it, or no row.
  const typed = columns.map(({ name, type }) => `CAST(${name} AS ${SQL_TYPES[type]}) AS ${name}`);
  const names = own.map(({ name }) => name);
  return [
    `SELECT ${typed.join(', ')}`,
    `FROM ${values(empty ? [['NULL', 'NULL']] : owners)} AS owner (account_id, owned)`,
    `JOIN ${values(empty ? [['NULL', ...names.map(() => 'NULL')]] : rows)} AS held (list, ${names.join(', ')}) ON list = owned`,
    ...(empty ? ['WHERE false'] : []),
  ].join('\n');
}

function values(rows: readonly (readonly string[])[]): string {
  return `(VALUES\n${rows.map((row) => `  (${row.join(', ')})`).join(',\n')}\n)`;
}

export function sqlText(text: string | undefined): string {
  return text === undefined ? 'NULL' : `'${text.replaceAll("'", "''")}'`;
}

/** @param ms epoch milliseconds; whole seconds are shown */
export function sqlTimestamp(ms: number): string {
  return `TIMESTAMP '${isoInstant(ms).slice(0, 19).replace('T', ' ')}'`;
}
