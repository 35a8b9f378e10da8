import fc from 'fast-check';
import { writtenTime } from '../../../shared/activity/event-time.ts';
import { misreadingOf } from '../../../shared/activity/misread-times.ts';
import { type SeenTime, seenTimes } from '../../../shared/activity/seen-times.ts';
import { instantsOf } from '../../../shared/activity/settled-time.ts';
import { sourceZone } from '../../../shared/activity/source-zone.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const utc = sourceZone('UTC');

/** `MM/DD/YYYY HH:MM:SS` of the parts of an instant, which a mistake may change. */
type Parts = readonly [month: string, day: string, year: string, hour: string, rest: string];
const partsOf = (ms: number): Parts => {
  const iso = new Date(ms).toISOString();
  return [iso.slice(5, 7), iso.slice(8, 10), iso.slice(0, 4), iso.slice(11, 13), iso.slice(13, 19)];
};
const documented = ([month, day, year, hour, rest]: Parts) =>
  `${month}/${day}/${year} ${hour}${rest}`;

function seen(text: string): SeenTime {
  const time = writtenTime(text);
  const [ms = null] = typeof time === 'string' ? [] : instantsOf(time, utc);
  return { text, ms, zoned: false };
}

/** 40 times all over a window of an hour, written with a mistake. */
const found = (fromMs: number, write: (ms: number) => string) => {
  const times = Array.from({ length: 40 }, (_, i) => seen(write(fromMs + i * 90_000)));
  const asked = { fromMs: fromMs - 2_000, toMs: fromMs + HOUR + 2_000 };
  return misreadingOf(seenTimes(times, asked), asked, utc);
};

const hours = fc
  .integer({ min: Date.parse('2024-01-01') / HOUR, max: Date.parse('2028-01-01') / HOUR })
  .map((hour) => hour * HOUR);

describe('misreadingOf', () => {
  it('finds nothing in times that lie where they should', () => {
    fc.assert(
      fc.property(hours, (fromMs) => {
        expect(found(fromMs, (ms) => documented(partsOf(ms)))).toBeNull();
      }),
    );
  });

  it('knows days written before months, on any day on which that makes a difference', () => {
    fc.assert(
      fc.property(hours, (fromMs) => {
        const [month, day] = partsOf(fromMs);
        const swapped = found(fromMs, (ms) => {
          const [m, d, ...rest] = partsOf(ms);
          return documented([d, m, ...rest]);
        });
        if (month === day) expect(swapped).toBeNull();
        else expect(swapped).toMatchObject({ because: expect.stringMatching(/day and month/) });
      }),
    );
  });

  it('knows a wrong year', () => {
    fc.assert(
      fc.property(hours, fc.integer({ min: -3, max: 3 }), (fromMs, years) => {
        fc.pre(years !== 0 && !documented(partsOf(fromMs)).startsWith('02/29'));
        const wrong = found(fromMs, (ms) => {
          const [month, day, year, ...rest] = partsOf(ms);
          return documented([month, day, String(Number(year) + years), ...rest]);
        });
        expect(wrong).toMatchObject({ because: expect.stringMatching(/another year/) });
      }),
    );
  });

  it('knows a clock of 12 hours, and that a window that was widened may look the same', () => {
    fc.assert(
      fc.property(hours, (fromMs) => {
        const hour = new Date(fromMs).getUTCHours();
        const halfDay = found(fromMs, (ms) => {
          const [month, day, year, , rest] = partsOf(ms);
          return documented([month, day, year, String(hour % 12 || 12), rest]);
        });
        if (hour >= 1 && hour <= 12) expect(halfDay).toBeNull();
        else {
          expect(halfDay).toMatchObject({
            because: expect.stringMatching(/12 hours/),
            mayBeWidened: true,
          });
        }
      }),
    );
  });

  it('knows a source that takes no notice of its window', () => {
    const farOff = found(Date.parse('2026-05-05T05:00:00Z'), (ms) =>
      documented(partsOf(ms - 3 * DAY)),
    );
    expect(farOff).toMatchObject({ because: expect.stringMatching(/more than a day off/) });
  });

  it('finds nothing in rows of the rest of the day, nor in fewer than 20', () => {
    const asked = {
      fromMs: Date.parse('2026-05-05T05:00:00Z'),
      toMs: Date.parse('2026-05-05T05:20:00Z'),
    };
    const dayLong = Array.from({ length: 60 }, (_, i) =>
      seen(documented(partsOf(asked.fromMs - 5 * HOUR + i * 24 * 60_000))),
    ).filter(({ ms }) => (ms ?? 0) < asked.fromMs || (ms ?? 0) > asked.toMs);
    expect(misreadingOf(seenTimes(dayLong, asked), asked, utc)).toBeNull();
    const few = Array.from({ length: 19 }, () => seen('05/05/2020 05:10:00'));
    expect(misreadingOf(seenTimes(few, asked), asked, utc)).toBeNull();
  });
});
