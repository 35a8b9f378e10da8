import { readRetryAfterMs } from '../../../shared/smartassist/retry.ts';

const nowMs = Date.parse('2026-03-02T10:00:00Z');

describe('Retry-After', () => {
  it.each([
    ['120', 120_000],
    ['0', 0],
    ['1.5', 1_500],
    ['0.0004', 1],
    ['30 s', 30_000],
    ['30, 30', 30_000],
    ['5, 60', 60_000],
    ['Mon, 02 Mar 2026 10:05:00 GMT', 300_000],
    ['Monday, 02-Mar-26 10:05:00 GMT', 300_000],
    ['Mon Mar  2 10:05:00 2026', 300_000],
    ['Mon, 02 Mar 2026 10:05:00 GMT, Mon, 02 Mar 2026 10:06:00 GMT', 360_000],
    ['60, Mon, 02 Mar 2026 10:05:00 GMT', 300_000],
    ['Mon, 02 Mar 2020 10:05:00 GMT', 0],
    ['-3', 0],
    ['soon', 0],
    ['', 0],
    ['2026-03-02 10:05', 0],
    ['1e9', 0],
    [null, 0],
  ])('%j is %d ms', (header, ms) => {
    expect(readRetryAfterMs(header, nowMs)).toBe(ms);
  });
});
