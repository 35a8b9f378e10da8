/** A stored row: column name → value. Instants are epoch milliseconds. */
export type Row = { readonly [column: string]: string | number | boolean | null };

/** How rows of one table merge. Every rule is a minimum or a maximum, so order never matters. */
export interface MergeRules {
  /** Columns that make two rows the same fact. */
  readonly identity: readonly string[];
  /** Of two rows of one identity the one with the smallest, or greatest, values here is kept. */
  readonly winner: { readonly least: readonly string[] } | { readonly greatest: readonly string[] };
  /** Columns that together take the largest values seen, the first deciding, whichever row is kept. */
  readonly largest: readonly string[];
  /** Order of the stored rows; ties are broken by the whole row. */
  readonly sort: readonly SortKey[];
}

type SortKey = string | ((row: Row) => number);

interface Merged<R extends Row> {
  readonly rows: readonly R[];
  /** Incoming rows of which nothing was stored before. */
  readonly added: readonly R[];
  /** Stored rows that a better one replaced, or whose largest value grew. */
  readonly changed: number;
  /** Incoming rows that were stored already, exactly or with precedence over them. */
  readonly repeated: number;
}

/** Idempotent, commutative and associative: any order and grouping of merges gives the same rows. */
export function mergeRows<R extends Row>(
  rules: MergeRules,
  stored: readonly R[],
  incoming: readonly R[],
): Merged<R> {
  const byIdentity = new Map<string, R>();
  for (const row of stored) byIdentity.set(identityOf(rules, row), row);
  const fresh = new Set<string>();
  const touched = new Set<string>();
  let repeated = 0;
  for (const row of incoming) {
    const identity = identityOf(rules, row);
    const before = byIdentity.get(identity);
    const after = before === undefined ? row : join(rules, before, row);
    if (before === undefined) fresh.add(identity);
    else repeated += 1;
    if (after === before) continue;
    byIdentity.set(identity, after);
    if (!fresh.has(identity)) touched.add(identity);
  }
  const unchanged = fresh.size === 0 && touched.size === 0;
  return {
    rows: unchanged ? stored : [...byIdentity.values()].sort((a, b) => compareRows(rules, a, b)),
    added: [...fresh].map((identity) => byIdentity.get(identity) as R),
    changed: touched.size,
    repeated,
  };
}

/** What makes a row the same fact as another, as a key. */
export function identityOf(rules: Pick<MergeRules, 'identity'>, row: Row): string {
  const [only] = rules.identity;
  if (rules.identity.length === 1 && only !== undefined) return String(row[only]);
  return JSON.stringify(rules.identity.map((column) => row[column]));
}

/** The join of two rows of one identity; `a` itself when it already is the join. */
function join<R extends Row>(rules: MergeRules, a: R, b: R): R {
  const order = compareColumns(winnerColumns(rules), a, b) || compareWhole(rules, a, b);
  const least = 'least' in rules.winner;
  const winner = order === 0 || order < 0 === least ? a : b;
  const loser = winner === a ? b : a;
  const largest = compareColumns(rules.largest, loser, winner) > 0 ? loser : winner;
  const values = Object.fromEntries(rules.largest.map((column) => [column, largest[column]]));
  return largest === winner ? winner : { ...winner, ...values };
}

function winnerColumns({ winner }: MergeRules): readonly string[] {
  return 'least' in winner ? winner.least : winner.greatest;
}

/** Decides between rows alike in the winner's columns; values that always grow have no say. */
function compareWhole(rules: MergeRules, a: Row, b: Row): number {
  const columns = Object.keys(a).filter((column) => !rules.largest.includes(column));
  return compareColumns(columns.sort(), a, b);
}

function compareRows(rules: MergeRules, a: Row, b: Row): number {
  for (const key of rules.sort) {
    const order = typeof key === 'string' ? compare(a[key], b[key]) : compare(key(a), key(b));
    if (order !== 0) return order;
  }
  return compareColumns(rules.identity, a, b);
}

function compareColumns(columns: readonly string[], a: Row, b: Row): number {
  for (const column of columns) {
    const order = compare(a[column], b[column]);
    if (order !== 0) return order;
  }
  return 0;
}

type Value = Row[string] | undefined;

/** Null first, then ascending. */
function compare(a: Value, b: Value): number {
  if (a === b) return 0;
  if (a === null || a === undefined) return -1;
  if (b === null || b === undefined) return 1;
  return a < b ? -1 : 1;
}
