import type { MergeRules } from '../activity/merge.ts';
import { type OpenBlock, type OpenRowGroup, spanOf, spansOf } from './block-format.ts';
import { type CodedColumn, type Columns, columnIn, splitBy } from './columns.ts';
import { sortedBy } from './row-order.ts';
import type { Table } from './table.ts';

/* Rows looked for in a stored row group, without decoding what need not be looked at. */

/** Sort keys within a row group. Identities are distinct, so they end every tie. */
export function sortKeys({ sort, identity }: MergeRules): readonly string[] {
  return [...new Set([...sort.filter((key) => typeof key === 'string'), ...identity])];
}

/** What stored rows are sorted by before anything that is no part of their identity. */
export function leadingKeys(table: MergeRules): readonly string[] {
  const keys = sortKeys(table);
  const other = keys.findIndex((key) => !table.identity.includes(key));
  return other < 0 ? keys : keys.slice(0, other);
}

/**
 * Where the incoming values of a column stand between the stored ones, so that an incoming row compares with
 * a stored one: stored value n stands at 2n + 1, what lies just below it at 2n, and null at -1.
 */
function standing(stored: CodedColumn, { values }: CodedColumn): Int32Array {
  const places = new Int32Array(values.length);
  for (let i = 0, at = 0; i < values.length; i += 1) {
    while (at < stored.values.length && (stored.values[at] as string) < (values[i] as string)) {
      at += 1;
    }
    places[i] = 2 * at + (stored.values[at] === values[i] ? 1 : 0);
  }
  return places;
}

/** Compares row `incoming` of one with row `stored` of the other. */
type Comparison = (incoming: number, stored: number) => number;

function comparison(stored: CodedColumn, incoming: CodedColumn): Comparison {
  const places = standing(stored, incoming);
  return (row, place) => {
    const code = incoming.codes[row] as number;
    return (code < 0 ? -1 : (places[code] as number)) - (2 * (stored.codes[place] as number) + 1);
  };
}

/** Comparisons by some columns, each decoded when the ones before it decide nothing. */
export function compareBy(
  names: readonly string[],
  stored: OpenRowGroup,
  { of }: Columns,
): Comparison {
  const made: Comparison[] = [];
  return (row, place) => {
    for (const [index, name] of names.entries()) {
      made[index] ??= comparison(stored.column(name), columnIn(of, name));
      const order = made[index](row, place);
      if (order !== 0) return order;
    }
    return 0;
  };
}

/**
 * Where each incoming row is stored; -1 for one that is not.
 *
 * @param order of the incoming rows by their identities, which begin as the sort keys of the table do
 */
export function findRows(
  table: Table,
  stored: OpenRowGroup,
  incoming: Columns,
  order: Int32Array,
): Int32Array {
  const leading = leadingKeys(table);
  const rest = table.identity.filter((name) => !leading.includes(name));
  const byLeading = compareBy(leading, stored, incoming);
  const byRest = compareBy(rest, stored, incoming);
  const places = new Int32Array(incoming.length).fill(-1);
  let first = 0;
  for (const row of order) {
    first = firstWhere((at) => byLeading(row, at) <= 0, first, stored.rows);
    let place = first;
    while (place < stored.rows && byLeading(row, place) === 0 && byRest(row, place) !== 0)
      place += 1;
    if (place < stored.rows && byLeading(row, place) === 0) places[row] = place;
  }
  return places;
}

/** Whether all these rows are stored in a block, by their identities. */
export function hasRows(table: Table, { groups }: OpenBlock, rows: Columns): boolean {
  const stored = new Map(groups.map((group) => [spanOf(table, group.group), group]));
  return [...splitBy(rows, spansOf(table, rows))].every(([span, ofSpan]) => {
    const group = stored.get(span);
    if (group === undefined) return false;
    return !findRows(table, group, ofSpan, sortedBy(ofSpan, table.identity)).includes(-1);
  });
}

/**
 * The first of `start` … `end` for which it `is` so, when it is for all that follow; `end` when for none. It looks
 * near `start` first.
 */
export function firstWhere(is: (at: number) => boolean, start: number, end: number): number {
  let from = start;
  let to = start;
  for (let step = 1; to < end && !is(to); step *= 2) {
    from = to + 1;
    to += step;
  }
  to = Math.min(to, end);
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (is(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
}
