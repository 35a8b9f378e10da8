import { element } from './element.ts';
import { type Group, LOOKS } from './groups.ts';
import { tenth } from './numbers.ts';
import type { Report } from './report.ts';
import { scrolling } from './section.ts';
import { average, peak, type Step } from './staffing-steps.ts';
import type { View } from './view.ts';

/** The numbers of the chart. */
export function staffingTable(
  report: Report,
  view: View,
  steps: readonly Step[],
  groups: readonly Group[],
): HTMLElement {
  const body = element('tbody');
  const heads = ['Staffed', 'At most', ...(report.planned.length > 0 ? ['Planned'] : [])];
  view.show(() => {
    body.replaceChildren(
      ...steps.map(({ quarter, fromMs, planned }) =>
        element(
          'tr',
          {},
          element('th', { scope: 'row' }, view.clocks.minute(fromMs)),
          ...[
            tenth(average(quarter, 'staffed')),
            String(peak(quarter)),
            ...(planned === null ? [] : [tenth(planned)]),
            ...groups.map((group) => tenth(average(quarter, group))),
          ].map((text) => element('td', { class: 'number' }, text)),
        ),
      ),
    );
  });
  const table = element(
    'table',
    {},
    element('caption', {}, 'Agents per quarter of an hour, on average; "at most": at one time.'),
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        element('th', { scope: 'col' }, 'From'),
        ...[...heads, ...groups.map((group) => LOOKS[group].name)].map((head) =>
          element('th', { scope: 'col', class: 'number' }, head),
        ),
      ),
    ),
    body,
  );
  return scrolling('Staffing as a table', table);
}
