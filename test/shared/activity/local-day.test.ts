import { localDayOf, localDaySpan, localDaysIn } from '../../../shared/activity/local-day.ts';
import { sourceZone } from '../../../shared/activity/source-zone.ts';

const HOUR_MS = 3_600_000;

describe('a local day', () => {
  it.each([
    ['UTC', '2026-03-08', '2026-03-08T00:00:00Z', 24],
    ['Asia/Kathmandu', '2026-03-08', '2026-03-07T18:15:00Z', 24],
    ['America/New_York', '2026-03-08', '2026-03-08T05:00:00Z', 23],
    ['America/New_York', '2026-11-01', '2026-11-01T04:00:00Z', 25],
    ['Australia/Lord_Howe', '2026-04-05', '2026-04-04T13:00:00Z', 24.5],
    ['Australia/Lord_Howe', '2026-10-04', '2026-10-03T13:30:00Z', 23.5],
    // No midnight: clocks go from 23:59:59 to 01:00.
    ['Africa/Cairo', '2026-04-24', '2026-04-23T22:00:00Z', 23],
    // Midnight comes, and 23:00 of the day before once more.
    ['Africa/Cairo', '2026-10-29', '2026-10-28T21:00:00Z', 25],
    // Midnight itself comes twice.
    ['America/Havana', '2026-11-01', '2026-11-01T04:00:00Z', 25],
    // A date that was left out.
    ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00:00Z', 0],
  ])('of %s, %s, begins at %s and has %d hours', (name, day, start, hours) => {
    const { fromMs, toMs } = localDaySpan(sourceZone(name), day);
    expect(new Date(fromMs)).toEqual(new Date(start));
    expect((toMs - fromMs) / HOUR_MS).toBe(hours);
  });

  it.each(['UTC', 'Asia/Kathmandu', 'America/Havana', 'Australia/Lord_Howe', 'Africa/Cairo'])(
    'of %s holds each of its instants, and no other day does',
    (name) => {
      const zone = sourceZone(name);
      const span = {
        fromMs: Date.parse('2026-10-25T00:00:00Z'),
        toMs: Date.parse('2026-11-03T00:00:00Z'),
      };
      const days = localDaysIn(zone, span);
      expect(days).toHaveLength(new Set(days).size);
      for (let ms = span.fromMs; ms < span.toMs; ms += HOUR_MS / 4) {
        const holding = days.filter((day) => {
          const { fromMs, toMs } = localDaySpan(zone, day);
          return fromMs <= ms && ms < toMs;
        });
        expect(holding).toEqual([localDayOf(zone, ms)]);
      }
    },
  );

  it('is none of an empty span, and one of a second', () => {
    const zone = sourceZone('Africa/Cairo');
    const ms = Date.parse('2026-04-23T22:00:00Z');
    expect(localDaysIn(zone, { fromMs: ms, toMs: ms })).toEqual([]);
    expect(localDaysIn(zone, { fromMs: ms, toMs: ms + 1_000 })).toEqual(['2026-04-24']);
    expect(localDaysIn(zone, { fromMs: ms - 1_000, toMs: ms })).toEqual(['2026-04-23']);
  });
});
