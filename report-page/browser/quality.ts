import { isoInstant, utcDaysIn } from '../../shared/activity/instant.ts';
import type { Quality, ReportData } from '../../shared/report/report-data.ts';
import { element } from './element.ts';
import { count, length, plural } from './numbers.ts';
import type { Report } from './report.ts';
import { section } from './section.ts';

export interface Verdict {
  readonly kind: 'good' | 'unsure';
  readonly text: string;
}

type Judged = Pick<ReportData, 'quality' | 'fromMs' | 'toMs'>;

/** Whether one may rely on the day: it lies in one UTC day or in two, and each of them is checked. */
export function verdictOf({ quality, fromMs, toMs }: Judged): Verdict {
  const days = utcDaysIn({ fromMs, toMs }).map((dt) => quality.find((each) => each.dt === dt));
  const late = days.reduce((sum, each) => sum + (each?.lateEvents ?? 0), 0);
  const more = late > 0 ? `, ${plural(late, 'late event')}` : '';
  if (days.some((each) => (each?.confirmed ?? null) === null)) {
    const some = days.some((each) => (each?.confirmed ?? null) !== null);
    return { kind: 'unsure', text: `${some ? 'Checked in part' : 'Never checked'}${more}` };
  }
  if (days.some((each) => each?.confirmed === false)) {
    return { kind: 'unsure', text: `Not yet confirmed${more}` };
  }
  return { kind: 'good', text: `Confirmed complete${more}` };
}

/** How good the data of each UTC day is. */
export function qualitySection(report: Report): HTMLElement {
  const within = new Set(utcDaysIn(report));
  const heads = ['UTC day', 'Verdict', 'Checked', 'Events', 'Agents', 'Late', 'Longest lag'];
  heads.push('No group', 'Rejected', 'Withdrawn');
  const rows = report.quality.map((day) =>
    element(
      'tr',
      within.has(day.dt) ? { class: 'within' } : {},
      element('th', { scope: 'row' }, day.dt),
      element('td', {}, verdictIn(day)),
      element('td', {}, day.checkedAtMs === null ? '–' : utcMinute(day.checkedAtMs)),
      ...[day.events, day.agents, day.lateEvents].map(number),
      element(
        'td',
        { class: 'number' },
        day.longestLagSeconds === null ? '–' : length(day.longestLagSeconds),
      ),
      ...[day.unknownEvents, day.rejected, day.withdrawn].map(number),
    ),
  );
  const table = element(
    'table',
    {},
    element('caption', {}, 'The data by UTC day. Those the day of this report lies in stand out.'),
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        ...heads.map((head, at) =>
          element('th', { scope: 'col', class: at > 2 ? 'number' : '' }, head),
        ),
      ),
    ),
    element('tbody', {}, ...rows),
  );
  return section(
    'quality',
    'How good the data is',
    'Confirmed: a check a day later found nothing missing. Late: pulled more than 15 minutes after it happened; of a backfilled day that is everything.',
    rows.length > 0
      ? element('div', { class: 'wide' }, table)
      : element('p', { class: 'empty' }, 'Nothing is stored of these days.'),
  );
}

function verdictIn({ confirmed }: Quality): string {
  if (confirmed === null) return 'never checked';
  return confirmed ? 'confirmed complete' : 'not yet';
}

function utcMinute(atMs: number): string {
  return isoInstant(atMs).slice(0, 16).replace('T', ' ');
}

function number(value: number): HTMLElement {
  return element('td', { class: 'number' }, count(value));
}
