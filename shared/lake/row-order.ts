import { type Columns, codesOf, columnIn, compareCodes, inTurn } from './columns.ts';

/** Rows alike in what is sorted by counting; more of them are left to a sort that is quick for many. */
const FEW = 16;

/**
 * Rows in the order of these columns, the first deciding; those that are alike in all stay as they are.
 *
 * @param from which rows, and how they are now
 */
export function sortedBy(
  columns: Columns,
  names: readonly string[],
  from = inTurn(columns.length),
): Int32Array {
  // Two columns, an agent and a time, leave little to decide to the others.
  const leading = names.slice(0, 2);
  let order: Int32Array = from.slice();
  let ties = tiesIn(columns, leading, order);
  if (ties === null) {
    order = counted(columns, leading, from);
    ties = tiesIn(columns, leading, order) ?? [];
  }
  const rest = codesOf(columns, names.slice(2));
  if (rest.length === 0) return order;
  const compare = (a: number, b: number) => compareCodes(rest, a, b);
  for (let i = 0; i < ties.length; i += 2) {
    sortPart(order, ties[i] as number, ties[i + 1] as number, compare);
  }
  return order;
}

/** Where rows that are alike begin and end, in turn; `null` when the rows are not in the order of these columns. */
function tiesIn(
  columns: Columns,
  names: readonly string[],
  order: Int32Array,
): readonly number[] | null {
  const [first = new Int32Array(columns.length), second = first] = codesOf(columns, names);
  const ties: number[] = [];
  let begin = 0;
  for (let at = 1; at < order.length; at += 1) {
    const row = order[at] as number;
    const before = order[at - 1] as number;
    const by =
      (first[row] as number) - (first[before] as number) ||
      (second[row] as number) - (second[before] as number);
    if (by < 0) return null;
    if (by === 0) continue;
    if (at - begin > 1) ties.push(begin, at);
    begin = at;
  }
  if (order.length - begin > 1) ties.push(begin, order.length);
  return ties;
}

/** Sorted by counting, from the last column to the first: that keeps the order of the rows that it finds alike. */
function counted({ of }: Columns, names: readonly string[], from: Int32Array): Int32Array {
  const { length } = from;
  let order = from;
  for (const name of [...names].reverse()) {
    const { values, codes } = columnIn(of, name);
    const places = new Int32Array(values.length + 2);
    for (let i = 0; i < length; i += 1) {
      const after = (codes[order[i] as number] as number) + 2;
      places[after] = (places[after] as number) + 1;
    }
    if (places.includes(length)) continue;
    for (let code = 1; code < places.length; code += 1) {
      places[code] = (places[code] as number) + (places[code - 1] as number);
    }
    const next = new Int32Array(length);
    for (let i = 0; i < length; i += 1) {
      const row = order[i] as number;
      const code = (codes[row] as number) + 1;
      const place = places[code] as number;
      places[code] = place + 1;
      next[place] = row;
    }
    order = next;
  }
  return order;
}

function sortPart(
  rows: Int32Array,
  begin: number,
  end: number,
  compare: (a: number, b: number) => number,
): void {
  if (end - begin > FEW) {
    rows.subarray(begin, end).sort(compare);
    return;
  }
  for (let i = begin + 1; i < end; i += 1) {
    const row = rows[i] as number;
    let at = i;
    for (; at > begin && compare(rows[at - 1] as number, row) > 0; at -= 1) {
      rows[at] = rows[at - 1] as number;
    }
    rows[at] = row;
  }
}
