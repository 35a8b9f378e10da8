import {
  estimateOf,
  estimateWords,
  longestWindowMs,
  windowsIn,
} from '../../../cli/account/estimate.ts';

const HOUR_MS = 3_600_000;

describe('an estimate', () => {
  it('counts the windows of a span, and the minutes that they take', () => {
    const threeYears = { fromMs: Date.parse('2023-01-01'), toMs: Date.parse('2026-01-01') };
    const windows = windowsIn(threeYears, 6 * HOUR_MS);
    expect(windows).toBe(4_384);
    expect(estimateWords(estimateOf(windows, 15))).toMatch(
      /^about 4,384 requests; at 15 a minute that takes 4 h 52 m/,
    );
  });

  it('goes by the windows that the source answered whole before, if they are shorter', () => {
    const facts = { mostRows: 0, rowCap: null, pinnedAccountId: null, listed: null };
    const having = (windowMs: number | null) =>
      longestWindowMs({ maxWindowMs: 6 * HOUR_MS }, { facts: { ...facts, windowMs } });
    expect([having(null), having(HOUR_MS), having(9 * HOUR_MS)]).toEqual(
      [6, 1, 6].map((hours) => hours * HOUR_MS),
    );
    expect(longestWindowMs({ maxWindowMs: HOUR_MS }, null)).toBe(HOUR_MS);
  });
});
