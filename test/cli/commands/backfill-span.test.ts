import { backfillName, backfillSpan } from '../../../cli/commands/backfill/span.ts';

const ms = (iso: string) => Date.parse(iso);
const NOW = ms('2026-03-02T10:00:00Z');
const settings = { earliestDateMs: ms('2024-01-01'), settleDelayMs: 90_000 };
const span = (from: string, to: string) =>
  backfillSpan(
    { fromMs: ms(from), toMs: ms(to) },
    settings,
    { nowMs: NOW, keptFromMs: ms('2024-01-10') },
    false,
  );

describe('backfillSpan', () => {
  it('rounds parts of seconds outward', () => {
    expect(span('2026-01-01T00:00:00.900Z', '2026-01-02T00:00:00.100Z')).toEqual({
      fromMs: ms('2026-01-01T00:00:00Z'),
      toMs: ms('2026-01-02T00:00:01Z'),
    });
  });

  it.each([
    ['2026-01-02', '2026-01-02', /--from.*--to/],
    ['2026-01-02', '2026-03-02T09:59:00Z', /--to.*2026-03-02 09:58:30Z/],
    ['2023-12-31', '2026-01-02', /2023-12-31.*2024-01-01/],
    ['2024-01-09T23:00:00Z', '2026-01-02', /2024-01-09.*2024-01-10.*expire/],
  ])('refuses %s to %s', (from, to, message) => {
    expect(() => span(from, to)).toThrow(message);
  });

  it('takes what has just settled, from the first day on that has not expired', () => {
    expect(() => span('2024-01-10', '2026-03-02T09:58:30Z')).not.toThrow();
  });
});

describe('backfillName', () => {
  it('is made of the two ends, without the time where it is midnight', () => {
    const name = (from: string, to: string) => backfillName({ fromMs: ms(from), toMs: ms(to) });
    expect(name('2024-01-01', '2024-02-01T08:30:00Z')).toBe('20240101_20240201T083000Z');
  });
});
