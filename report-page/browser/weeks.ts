import { element } from './element.ts';
import { plural, tenth } from './numbers.ts';
import type { Report } from './report.ts';
import { section } from './section.ts';

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

/** How many are staffed by weekday and hour: a table that is coloured. */
export function weeksSection({ weeks }: Report): HTMLElement {
  const averageOf = new Map(
    weeks.map((cell) => [`${cell.weekday} ${cell.hour}`, cell.agentSeconds / cell.observedSeconds]),
  );
  const most = Math.max(1, ...averageOf.values());
  const peaks = new Map(weeks.map((cell) => [`${cell.weekday} ${cell.hour}`, cell]));
  const daysOf = (weekday: number) =>
    Math.max(0, ...weeks.filter((cell) => cell.weekday === weekday).map(({ days }) => days));
  const cell = (weekday: number, hour: number) => {
    const key = `${weekday} ${hour}`;
    const average = averageOf.get(key);
    if (average === undefined) return element('td', { class: 'none' }, '');
    const share = average / most;
    const made = element(
      'td',
      {
        class: share > 0.55 ? 'heat strong' : 'heat',
        title: `${WEEKDAYS[weekday - 1]}, ${hour}:00–${hour + 1}:00: ${tenth(average)} staffed on average, ${peaks.get(key)?.agentsPeak} at most`,
      },
      average >= 10 ? String(Math.round(average)) : tenth(average),
    );
    made.style.setProperty('--heat', `${Math.round(share * 100)}%`);
    return made;
  };
  return section(
    'weeks',
    'Four weeks by weekday and hour',
    'Agents staffed on average, in local hours, over the four weeks that end with this day. Blank: nothing is known.',
    element(
      'div',
      { class: 'wide', tabindex: '0', role: 'region', 'aria-label': 'Weekdays and hours' },
      element(
        'table',
        { class: 'weeks' },
        element('caption', { class: 'unseen' }, 'Agents staffed on average'),
        element(
          'thead',
          {},
          element(
            'tr',
            {},
            element('th', { scope: 'col' }, 'Weekday'),
            ...HOURS.map((hour) => element('th', { scope: 'col', class: 'number' }, String(hour))),
          ),
        ),
        element(
          'tbody',
          {},
          ...WEEKDAYS.map((name, at) =>
            element(
              'tr',
              {},
              element(
                'th',
                { scope: 'row' },
                name,
                element('span', { class: 'days-of' }, plural(daysOf(at + 1), 'day')),
              ),
              ...HOURS.map((hour) => cell(at + 1, hour)),
            ),
          ),
        ),
      ),
    ),
  );
}
