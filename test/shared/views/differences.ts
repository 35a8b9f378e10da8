import type { Expected } from './expected.ts';

/** What rows should be that are the same. */
export const none = { tooMuch: [], missing: [], twice: 0 };

/** What one has and the other lacks, a few of them. */
export function differences(found: readonly Expected[], wanted: readonly Expected[]) {
  const asText = (rows: readonly Expected[]) => rows.map((row) => JSON.stringify(row));
  const [left, right] = [new Set(asText(found)), new Set(asText(wanted))];
  return {
    tooMuch: [...left].filter((row) => !right.has(row)).slice(0, 3),
    missing: [...right].filter((row) => !left.has(row)).slice(0, 3),
    twice: found.length - left.size,
  };
}
