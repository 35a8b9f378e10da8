import type { ReportData } from '../../shared/report/report-data.ts';
import { dayInShort, dayInWords, type Zone } from './clocks.ts';
import { element } from './element.ts';
import { count, length, plural } from './numbers.ts';
import { verdictOf } from './quality.ts';
import type { Report } from './report.ts';
import type { View } from './view.ts';

/** What is reported, how far it is known, and what the reader may choose. */
export function fillBar(bar: HTMLElement, report: Report, view: View): void {
  const known = element('p', { class: 'known' });
  view.show(() => known.replaceChildren(knownUntil(report, view)));
  const verdict = verdictOf(report);
  bar.append(
    element(
      'div',
      { class: 'title' },
      element('p', { class: 'account' }, `Account ${report.accountId}`),
      element('h1', {}, dayInWords(report.day)),
      known,
    ),
    element(
      'div',
      { class: 'controls' },
      dayLinks(report),
      view.clocks.differ ? zoneChoice(view) : element('span', { class: 'zone' }, 'Times are UTC'),
      search(report, view),
      element(
        'a',
        { class: `badge ${verdict.kind}`, href: '#quality' },
        element('span', { 'aria-hidden': 'true' }, verdict.kind === 'good' ? '✓ ' : '! '),
        verdict.text,
      ),
    ),
  );
}

function knownUntil({ observed, toMs, madeAtMs }: ReportData | Report, { clocks }: View): string {
  if (observed === null) return 'Nothing is known of any agent on this day.';
  const from =
    observed.fromMs > clocks.fromMs ? `Known from ${clocks.minute(observed.fromMs)}` : 'Known';
  const zone = clocks.zoneName(clocks.zone);
  if (observed.toMs === toMs) {
    return from === 'Known' ? 'The whole day is known' : `${from} ${zone} to the end of the day`;
  }
  const age = length(Math.max(0, Math.round((madeAtMs - observed.toMs) / 60_000)) * 60);
  return `${from} until ${clocks.minute(observed.toMs)} ${zone}, ${age} before this page was made`;
}

function dayLinks({ days, day }: Report): HTMLElement {
  const at = days.findIndex((each) => each.day >= day);
  const earlier = days.slice(0, at < 0 ? undefined : at).at(-1);
  const later = days.find((each) => each.day > day);
  const arrow = (to: typeof later, sign: string, name: string) =>
    to?.file == null
      ? element('span', { class: 'arrow none', 'aria-hidden': 'true' }, sign)
      : element(
          'a',
          { class: 'arrow', href: to.file, 'aria-label': `${name}: ${dayInWords(to.day)}` },
          sign,
        );
  const list = [...days].reverse().map((each) => {
    const text = `${dayInShort(each.day)} ${each.day.slice(0, 4)}`;
    if (each.day === day) return element('li', { 'aria-current': 'page' }, text);
    return element('li', {}, each.file === null ? text : element('a', { href: each.file }, text));
  });
  const isLinked = days.every(({ day: each, file }) => each === day || file !== null);
  const picker = element(
    'details',
    {},
    element('summary', {}, plural(days.length, 'day')),
    element(
      'div',
      { class: 'list' },
      element('ol', {}, ...list),
      !isLinked &&
        element('p', {}, 'A day is linked when its report lay beside this one as it was made.'),
    ),
  );
  document.addEventListener('click', ({ target }) => {
    if (!picker.contains(target as Node)) picker.open = false;
  });
  picker.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') picker.open = false;
  });
  return element(
    'nav',
    { class: 'days', 'aria-label': 'Days' },
    arrow(earlier, '‹', 'The day before'),
    picker,
    arrow(later, '›', 'The day after'),
  );
}

function zoneChoice(view: View): HTMLElement {
  const choice = (zone: Zone, text: string) =>
    element(
      'label',
      {},
      element('input', {
        ...{ type: 'radio', name: 'zone', value: zone, checked: zone === view.clocks.zone },
        onchange: () => view.setZone(zone),
      }),
      element('span', {}, text),
    );
  return element(
    'fieldset',
    { class: 'zone' },
    element('legend', { class: 'unseen' }, 'Times are shown in'),
    choice('local', `Local (${view.clocks.zoneName('local')})`),
    choice('utc', 'UTC'),
  );
}

function search({ agents }: Report, view: View): HTMLElement {
  const input = element('input', {
    ...{ type: 'search', placeholder: 'Find an agent', 'aria-label': 'Find an agent' },
    oninput: () => view.searchFor(input.value),
  });
  const found = element('span', { class: 'found', role: 'status' });
  view.show(() => {
    if (input.value !== view.search) input.value = view.search;
    const matching = agents.filter((agent) => view.finds(agent)).length;
    found.textContent =
      view.search.trim() === '' ? '' : `${count(matching)} of ${plural(agents.length, 'agent')}`;
  });
  return element('div', { class: 'search' }, input, found);
}
