import type { Oddity } from '../../shared/report/report-data.ts';
import { element } from './element.ts';
import { hours, length, plural } from './numbers.ts';
import { type Report, statusText } from './report.ts';
import { section } from './section.ts';
import type { View } from './view.ts';

/** So many are shown before the reader asks for the rest. */
const FIRST = 8;

interface Kind {
  readonly what: Oddity['what'];
  readonly heading: string;
  readonly intro: string;
  readonly text: (oddity: Oddity, view: View, report: Report) => string;
}

const KINDS: readonly Kind[] = [
  {
    what: 'ran_out',
    heading: 'Never logged off',
    intro: 'Nothing more was heard, and the last status ran out.',
    text: ({ activity, reasonCode, atMs }, { clocks }, { statuses }) => {
      const status = statuses.find(
        (each) => each.activity === activity && each.reasonCode === reasonCode,
      );
      const text = status === undefined ? activity : statusText(status);
      return `${text} since ${clocks.minute(Number(atMs))}`;
    },
  },
  {
    what: 'long_break',
    heading: 'Breaks of more than an hour',
    intro: 'The longest of each agent, whatever its reasons.',
    text: ({ seconds }) => length(Number(seconds)),
  },
  {
    what: 'flicker',
    heading: 'Connections that flicker',
    intro: 'The system set them away for less than a second, three times or more.',
    text: ({ times, atMs }, { clocks }) =>
      `${plural(Number(times), 'time')}, first at ${clocks.minute(Number(atMs))}`,
  },
];

/** What is out of line. */
export function lookHereSection(report: Report, view: View): HTMLElement {
  const names = new Map(report.agents.map(({ agentId, name }) => [agentId, name]));
  const ungrouped = report.statuses.filter(({ group }) => group === 'other');
  const boxes = KINDS.map((kind) => {
    const found = report.lookHere.filter(({ what }) => what === kind.what);
    const items = found.map((oddity) => {
      const text = element('span', { class: 'what' });
      view.show(() => {
        text.textContent = kind.text(oddity, view, report);
      });
      return element(
        'li',
        {},
        element(
          'button',
          { type: 'button', class: 'seek', onclick: () => view.seek(oddity.agentId) },
          names.get(oddity.agentId) ?? oddity.agentId,
        ),
        text,
      );
    });
    return box(kind.heading, kind.intro, items);
  });
  const statuses = ungrouped.map((status) =>
    element(
      'li',
      {},
      element('span', {}, statusText(status)),
      element(
        'span',
        { class: 'what' },
        `${hours(status.seconds)} h of ${plural(status.agents, 'agent')}`,
      ),
    ),
  );
  return section(
    'look-here',
    'Look here',
    'What is out of line on this day. A name leads to its band in the timeline.',
    element(
      'div',
      { class: 'boxes' },
      ...boxes,
      box('Statuses without a group', 'They count as staffed, and as no kind of work.', statuses),
    ),
  );
}

function box(heading: string, intro: string, items: readonly HTMLElement[]): HTMLElement {
  const list = element('ul', {}, ...items.slice(0, FIRST));
  const rest = items.slice(FIRST);
  const more = element(
    'button',
    {
      type: 'button',
      onclick: () => {
        list.append(...rest);
        more.remove();
      },
    },
    `Show ${rest.length} more`,
  );
  return element(
    'div',
    { class: 'box' },
    element('h3', {}, heading, element('span', { class: 'count' }, String(items.length))),
    element('p', { class: 'intro' }, intro),
    items.length > 0 ? list : element('p', { class: 'empty' }, 'None on this day.'),
    rest.length > 0 && more,
  );
}
