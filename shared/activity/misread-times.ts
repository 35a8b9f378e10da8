import { writtenTime } from './event-time.ts';
import { DAY_MS, SECOND_MS } from './instant.ts';
import type { SeenTime, SeenTimes } from './seen-times.ts';
import { instantsOf, isInside } from './settled-time.ts';
import type { SourceZone } from './source-zone.ts';
import type { Span } from './spans.ts';
import { ENOUGH_TIMES, NEARLY_ALL, zoneShifts, zonesBehind } from './zone-guard.ts';

/** Why the times of an answer lie outside of what was asked for. */
interface Misreading {
  /** Goes on "most of its times lie outside of it, …". */
  readonly because: string;
  readonly nextAction: string;
  /** Whether a source that widens its windows, to whole days at most, explains it as well. */
  readonly mayBeWidened: boolean;
}

/**
 * Finds that nearly all times lie elsewhere than they should, and tries what could be wrong: times
 * that fewer than nine in ten of lie in what was asked for, and nine in ten do when they are read otherwise; or
 * times of which nine in ten lie more than a day off, whatever the reason.
 *
 * @returns `null` also for fewer than 20 times, and when the source has merely widened its window
 */
export function misreadingOf(seen: SeenTimes, asked: Span, zone: SourceZone): Misreading | null {
  if (seen.length < ENOUGH_TIMES || seen.inside / seen.length >= NEARLY_ALL) return null;
  const times = seen.all();
  const share = (fits: (time: SeenTime) => boolean) => times.filter(fits).length / times.length;
  const isNear = (ms: number, span: Span) =>
    isInside(ms, { fromMs: span.fromMs - DAY_MS, toMs: span.toMs + DAY_MS });

  const rewritten = (...rewrites: ((text: string) => string | null)[]) =>
    share(({ text }) =>
      rewrites.some((rewrite) => {
        const time = writtenTime(rewrite(text) ?? '');
        return typeof time === 'object' && instantsOf(time, zone).some((ms) => isInside(ms, asked));
      }),
    ) >= NEARLY_ALL;
  const farOff = share(({ ms }) => ms === null || !isNear(ms, asked)) >= NEARLY_ALL;

  if (rewritten(dayBeforeMonth)) {
    return {
      because: 'with day and month the other way round they lie inside',
      nextAction:
        'The source writes the day before the month, against its documentation (MM/DD/YYYY). Ask Kore.ai to mend it; if that is to stay, the parser must learn it.',
      mayBeWidened: false,
    };
  }
  const years = [asked.fromMs, asked.toMs].flatMap((ms) => [ms - DAY_MS, ms + DAY_MS]);
  if (farOff && rewritten(...years.map((ms) => inYear(new Date(ms).getUTCFullYear())))) {
    return {
      because: 'with another year they lie inside',
      nextAction: 'The clock of the source has the wrong year. Ask Kore.ai to mend it.',
      mayBeWidened: false,
    };
  }
  const shifts = zoneShifts(unzonedMsOf(times), asked);
  const halfDays = rewritten(withHalf('AM'), withHalf('PM'));
  if (halfDays || shifts.length > 0) {
    const likely = zonesBehind(zone, shifts, asked.fromMs);
    const set = `Set \`sourceTimeZone\` to the zone the source writes EventTime in: likely ${likely}.`;
    const ask = 'The source writes hours from 1 to 12 without AM or PM: ask Kore.ai to mend it.';
    return {
      because: [
        ...(halfDays ? ['read as a clock of 12 hours without AM or PM they lie inside'] : []),
        ...(shifts.length > 0 ? ['read in another zone they lie inside'] : []),
      ].join(', and '),
      nextAction: [...(halfDays ? [ask] : []), ...(shifts.length > 0 ? [set] : [])].join(' Or: '),
      mayBeWidened: !farOff,
    };
  }
  if (!farOff) return null;
  return {
    because: 'more than a day off, and no other way to read them brings them inside',
    nextAction:
      'The source seems to take no notice of the window it is asked for. Compare what it sends with the documentation of the API.',
    mayBeWidened: false,
  };
}

/**
 * Where up to 20 of the times outside lie, those nearest to what was asked for: whole seconds, half-open.
 */
export function spanOutside(times: readonly SeenTime[], asked: Span): Span {
  const distance = (ms: number) => Math.max(asked.fromMs - ms, ms - asked.toMs);
  const nearest = times
    .flatMap(({ ms }) => (ms === null || isInside(ms, asked) ? [] : [ms]))
    .sort((a, b) => distance(a) - distance(b))
    .slice(0, ENOUGH_TIMES);
  return { fromMs: Math.min(...nearest), toMs: Math.max(...nearest) + SECOND_MS };
}

/** The readings of times that carry no offset of their own. */
export function unzonedMsOf(times: readonly SeenTime[]): readonly number[] {
  return times.flatMap(({ ms, zoned }) => (zoned || ms === null ? [] : [ms]));
}

const DATE = /^(?:(\d{1,2})\/(\d{1,2})\/(\d{4})|(\d{4})-(\d{2})-(\d{2}))/;

function dayBeforeMonth(text: string): string {
  return text.replace(DATE, (_, first, second, year, isoYear, isoMonth, isoDay) =>
    isoYear === undefined ? `${second}/${first}/${year}` : `${isoYear}-${isoDay}-${isoMonth}`,
  );
}

function inYear(year: number) {
  return (text: string) =>
    text.replace(DATE, (_, first, second, _year, isoYear, isoMonth, isoDay) =>
      isoYear === undefined ? `${first}/${second}/${year}` : `${year}-${isoMonth}-${isoDay}`,
    );
}

/** `null` when it has one of its own, or an hour that no such clock shows. */
function withHalf(half: 'AM' | 'PM') {
  return (text: string) => {
    const hour = Number(/[T\s](\d{1,2}):\d{2}:\d{2}(?:[.,]\d+)?$/.exec(text)?.[1] ?? 0);
    return hour >= 1 && hour <= 12 ? `${text} ${half}` : null;
  };
}
