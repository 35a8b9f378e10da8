import { identityOf, type MergeRules, type Row } from './merge.ts';

/** How stored rows differ from what they should be. */
export interface RowDifference {
  readonly kind: 'missing' | 'extra' | 'differs';
  /** As it should be, or for an `extra` one as it is stored. */
  readonly row: Row;
  /** Columns whose stored values are others, with these; only of `differs`. */
  readonly stored: Row;
}

/** Every difference, column by column; none when the rows are the same, in any order. */
export function differences(
  rules: Pick<MergeRules, 'identity'>,
  stored: readonly Row[],
  wanted: readonly Row[],
): readonly RowDifference[] {
  const left = new Map(stored.map((row) => [identityOf(rules, row), row]));
  const found: RowDifference[] = [];
  for (const row of wanted) {
    const identity = identityOf(rules, row);
    const before = left.get(identity);
    left.delete(identity);
    if (before === undefined) {
      found.push({ kind: 'missing', row, stored: {} });
      continue;
    }
    const others = Object.keys(row).filter((column) => row[column] !== before[column]);
    if (others.length === 0) continue;
    const values = others.map((column) => [column, before[column] ?? null] as const);
    found.push({ kind: 'differs', row, stored: Object.fromEntries(values) });
  }
  for (const row of left.values()) found.push({ kind: 'extra', row, stored: {} });
  return found;
}
