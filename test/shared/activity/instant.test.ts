import fc from 'fast-check';
import {
  basicSecond,
  HOUR_MS,
  isoDay,
  isoInstant,
  isoSecond,
  secondAtOrAfter,
  secondAtOrBefore,
  shifted,
  utcDaySpan,
  utcDaysIn,
} from '../../../shared/activity/instant.ts';

const ms = Date.parse('2026-01-31T08:00:00.250Z');

describe('an instant', () => {
  it('is written as whole as it is wanted', () => {
    expect([isoInstant(ms), isoSecond(ms), basicSecond(ms), isoDay(ms)]).toEqual([
      '2026-01-31T08:00:00.250Z',
      '2026-01-31T08:00:00Z',
      '20260131T080000Z',
      '2026-01-31',
    ]);
  });

  it('lies between the whole seconds around it, or is one', () => {
    expect([secondAtOrBefore(ms), secondAtOrAfter(ms)]).toEqual([ms - 250, ms + 750]);
    expect([secondAtOrBefore(ms + 500), secondAtOrAfter(ms + 500)]).toEqual([ms - 250, ms + 750]);
    expect([secondAtOrBefore(ms - 250), secondAtOrAfter(ms - 250)]).toEqual([ms - 250, ms - 250]);
  });
});

describe('a UTC day', () => {
  it('ends where the next one begins, over the ends of months and years too', () => {
    expect(['2024-02-28', '2023-02-28', '2023-12-31'].map((day) => shifted(day, 1))).toEqual([
      '2024-02-29',
      '2023-03-01',
      '2024-01-01',
    ]);
    expect(utcDaySpan('2024-02-28').toMs).toBe(utcDaySpan(shifted('2024-02-28', 1)).fromMs);
  });

  it('is among those of a span when it has an instant of it', () => {
    const days = Array.from({ length: 5 }, (_, index) => shifted('2024-02-27', index));
    const from = utcDaySpan('2024-02-27').fromMs;
    const instants = fc.nat(5 * 4).map((quarters) => from + quarters * 6 * HOUR_MS);
    fc.assert(
      fc.property(instants, instants, (a, b) => {
        fc.pre(a !== b);
        const span = { fromMs: Math.min(a, b), toMs: Math.max(a, b) };
        const having = days.filter((day) => {
          const { fromMs, toMs } = utcDaySpan(day);
          return Math.max(fromMs, span.fromMs) < Math.min(toMs, span.toMs);
        });
        expect(utcDaysIn(span)).toEqual(having);
      }),
    );
  });
});
