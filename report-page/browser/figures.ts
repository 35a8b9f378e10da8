import type { Figures } from '../../shared/report/report-data.ts';
import { dayInShort } from './clocks.ts';
import { element } from './element.ts';
import { count, hours, length, percent, plural } from './numbers.ts';
import type { Report } from './report.ts';
import type { View } from './view.ts';

interface Figure {
  readonly name: string;
  readonly value: (figures: Figures) => string;
  readonly more: (figures: Figures) => string;
  /** How much more than a week before, as far as that can be said. */
  readonly difference: (ours: Figures, before: Figures) => string;
}

/** Five figures, each with that of the same weekday a week before. */
export function figures(report: Report, view: View): HTMLElement {
  const list = element('dl', { class: 'figures' });
  view.show(() => {
    list.replaceChildren(...figuresOf(view).map((figure) => card(figure, report)));
  });
  return element(
    'section',
    { id: 'figures', 'aria-labelledby': 'figures-heading' },
    element('h2', { id: 'figures-heading', class: 'unseen' }, 'The day in five figures'),
    list,
    element('p', { class: 'note' }, notes(report)),
  );
}

function figuresOf({ clocks }: View): readonly Figure[] {
  return [
    {
      name: 'Agents seen',
      value: ({ agentsSeen }) => count(agentsSeen),
      more: () => 'staffed for a second at least',
      difference: (ours, before) => signed(ours.agentsSeen - before.agentsSeen, count),
    },
    {
      name: 'Staffed hours',
      value: ({ staffedSeconds }) => hours(staffedSeconds),
      more: () => 'of all agents together',
      difference: (ours, before) => signed(ours.staffedSeconds - before.staffedSeconds, hours),
    },
    {
      name: 'Peak staffed',
      value: ({ agentsPeak }) => count(agentsPeak),
      more: ({ peakFromMs }) => `in the quarter from ${clocks.minute(peakFromMs)}`,
      difference: (ours, before) => signed(ours.agentsPeak - before.agentsPeak, count),
    },
    {
      name: 'Break share',
      value: ({ breakSeconds, staffedSeconds }) => percent(breakSeconds, staffedSeconds),
      more: () => 'of staffed time',
      difference: () => '',
    },
    {
      name: 'Never logged off',
      value: ({ agentsRanOut }) => count(agentsRanOut),
      more: () => 'whose last status ran out',
      difference: (ours, before) => signed(ours.agentsRanOut - before.agentsRanOut, count),
    },
  ];
}

function signed(difference: number, text: (number: number) => string): string {
  if (difference === 0) return '±0';
  return `${difference > 0 ? '+' : '−'}${text(Math.abs(difference))}`;
}

function card({ name, value, more, difference }: Figure, report: Report): HTMLElement {
  const { figures: ours, weekBefore } = report;
  const isFair = ours !== null && ours.observedSeconds === weekBefore?.observedSeconds;
  return element(
    'div',
    { class: 'figure' },
    element('dt', {}, name),
    element('dd', { class: 'value' }, ours === null ? '–' : value(ours)),
    element('dd', { class: 'more' }, ours === null ? '' : more(ours)),
    element(
      'dd',
      { class: 'before' },
      element(
        'span',
        {},
        weekBefore === null ? 'a week before: not known' : `a week before: ${value(weekBefore)}`,
      ),
      ours !== null &&
        weekBefore !== null &&
        isFair &&
        element('span', { class: 'difference' }, difference(ours, weekBefore)),
    ),
  );
}

/** What one must know to read the figures, and to compare them. */
function notes({ figures: ours, weekBefore, weekBeforeDay, days, day }: Report): string {
  const before = dayInShort(weekBeforeDay);
  const notes: string[] = [];
  if (days[0]?.day === day) {
    notes.push(
      'The history begins on this day: who was there already shows from the next change on.',
    );
  }
  const offline = ours === null ? 0 : ours.agentsKnown - ours.agentsSeen;
  if (offline > 0) notes.push(`${plural(offline, 'more agent')} known as offline alone.`);
  if (weekBefore === null) {
    notes.push(`The lake has nothing of ${before}, a week before, to compare with.`);
  } else if (ours === null || ours.observedSeconds === weekBefore.observedSeconds) {
    notes.push(`A week before: ${before}, of which as much is known.`);
  } else {
    const [then, now] = [weekBefore, ours].map(({ observedSeconds }) => length(observedSeconds));
    notes.push(
      `A week before: ${before}, of which ${then} are known, and of this day ${now}: mind that when you compare.`,
    );
  }
  return notes.join(' ');
}
