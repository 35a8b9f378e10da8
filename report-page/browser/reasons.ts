import type { Status } from '../../shared/report/report-data.ts';
import { drawing, element } from './element.ts';
import { LOOKS, swatch } from './groups.ts';
import { count, hours, percent } from './numbers.ts';
import type { Report } from './report.ts';
import { section } from './section.ts';

/** Where staffed time went. Statuses that no group has come first: somebody should give them one. */
export function reasonsSection({ statuses }: Report): HTMLElement {
  const staffed = statuses.filter(({ group }) => group !== 'offline');
  const ungrouped = staffed.filter(({ group }) => group === 'other');
  const others = staffed.filter(({ group }) => group !== 'other');
  const total = staffed.reduce((sum, { seconds }) => sum + seconds, 0);
  const most = Math.max(1, ...staffed.map(({ seconds }) => seconds));
  const heads = ['Status', 'Reason', 'Group', '', 'Hours', 'Share', 'Agents', 'Changes'];
  return section(
    'reasons',
    'Time by status and reason',
    ungrouped.length > 0
      ? 'Of all staffed time. Statuses without a group stand first: give them one in the setting activityGroups, and all of the history counts them so.'
      : 'Of all staffed time.',
    element(
      'div',
      { class: 'wide' },
      element(
        'table',
        { class: 'reasons' },
        element('caption', { class: 'unseen' }, 'Staffed time by status and reason'),
        element(
          'thead',
          {},
          element(
            'tr',
            {},
            ...heads.map((head, at) =>
              head === ''
                ? element('td', {})
                : element('th', { scope: 'col', class: at > 3 ? 'number' : '' }, head),
            ),
          ),
        ),
        element(
          'tbody',
          {},
          ...[...ungrouped, ...others].map((status) => row(status, total, most)),
        ),
      ),
    ),
  );
}

function row(status: Status, total: number, most: number): HTMLElement {
  const { activity, reasonCode, label, group, seconds, agents, changes } = status;
  const reason = label === null || reasonCode === null ? reasonCode : `${label} (${reasonCode})`;
  return element(
    'tr',
    group === 'other' ? { class: 'ungrouped' } : {},
    element('th', { scope: 'row' }, activity),
    element('td', {}, reason ?? '–'),
    element('td', { class: 'group' }, swatch(group), LOOKS[group].name),
    element(
      'td',
      { class: 'bar-cell' },
      drawing(
        'svg',
        {
          viewBox: '0 0 200 14',
          preserveAspectRatio: 'none',
          class: 'stack',
          'aria-hidden': 'true',
        },
        drawing('rect', {
          ...{ width: (200 * seconds) / most, height: 14, fill: `url(#group-${group})` },
        }),
      ),
    ),
    ...[hours(seconds), percent(seconds, total), count(agents), count(changes)].map((text) =>
      element('td', { class: 'number' }, text),
    ),
  );
}
