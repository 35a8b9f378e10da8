import { drawing, element } from './element.ts';
import { type Group, LOOKS, STAFFED } from './groups.ts';
import type { Hint } from './hint.ts';
import { legend } from './legend.ts';
import { tenth } from './numbers.ts';
import type { Report } from './report.ts';
import { section, tableBehindButton } from './section.ts';
import { EDGE, staffingPicture } from './staffing-picture.ts';
import { average, peak, type Step, stepsOf } from './staffing-steps.ts';
import { staffingTable } from './staffing-table.ts';
import type { View } from './view.ts';

const HOW_TO = 'Point at a quarter of an hour, or use the arrow keys.';

/** How many were staffed over the day: averages stacked by group, and the peak of all of them. */
export function staffingSection(report: Report, view: View, hint: Hint): HTMLElement {
  const groups = STAFFED.filter((group) => report.quarters.some((each) => each.groups[group]));
  const steps = stepsOf(report);
  const said = element('p', { class: 'said', 'aria-live': 'polite' }, HOW_TO);
  const chart = element('div', {
    ...{ class: 'chart', tabindex: '0', role: 'application', 'aria-roledescription': 'chart' },
    'aria-label': 'Agents staffed per quarter of an hour. Arrow keys go from quarter to quarter.',
  });
  let at: number | null = null;
  const draw = () => {
    const width = Math.max(280, chart.clientWidth || 960);
    chart.replaceChildren(staffingPicture({ report, view, steps, groups, width, at }));
  };
  const look = (next: number | null) => {
    at = next;
    const step = next === null ? undefined : steps[next];
    said.textContent = step === undefined ? HOW_TO : linesOf(step, groups, view).join(' ');
    draw();
  };
  const under = (event: PointerEvent) => {
    const box = chart.getBoundingClientRect();
    const share = (event.clientX - box.left - EDGE.left) / (box.width - EDGE.left - EDGE.right);
    const ms = report.fromMs + share * (report.toMs - report.fromMs);
    const found = steps.findIndex(({ fromMs, toMs }) => fromMs <= ms && ms < toMs);
    return found < 0 ? null : found;
  };
  chart.addEventListener('pointermove', (event) => {
    const next = under(event);
    if (next !== at) look(next);
    const step = next === null ? undefined : steps[next];
    if (step === undefined) hint.hide();
    else hint.show(event.clientX, event.clientY, linesOf(step, groups, view));
  });
  chart.addEventListener('pointerleave', () => {
    hint.hide();
    look(null);
  });
  chart.addEventListener('keydown', (event) => {
    const last = steps.length - 1;
    const next = { ArrowLeft: (at ?? 1) - 1, ArrowRight: (at ?? -1) + 1, Home: 0, End: last }[
      event.key
    ];
    if (next === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    look(Math.max(0, Math.min(last, next)));
  });
  new ResizeObserver(draw).observe(chart);
  view.show(draw);
  return section(
    'staffing',
    'Staffing',
    report.planned.length > 0
      ? 'Agents per quarter of an hour: the average in each group, stacked; the most at one time; and the plan.'
      : 'Agents per quarter of an hour: the average in each group, stacked, and the most at one time.',
    element(
      'div',
      { class: 'over-chart' },
      legend(view, groups),
      lineKeys(report.planned.length > 0),
    ),
    chart,
    said,
    tableBehindButton('staffing', () => staffingTable(report, view, steps, groups)),
  );
}

function linesOf(
  { quarter, fromMs, toMs, planned }: Step,
  groups: readonly Group[],
  { clocks }: View,
): readonly string[] {
  const parts = groups
    .filter((group) => quarter.groups[group])
    .map((group) => `${LOOKS[group].name} ${tenth(average(quarter, group))}`);
  return [
    `${clocks.minute(fromMs)}–${clocks.minute(toMs)}: ${tenth(average(quarter, 'staffed'))} staffed on average, ${peak(quarter)} at most.`,
    ...(parts.length > 0 ? [`${parts.join(', ')}.`] : []),
    ...(planned === null ? [] : [`Planned ${tenth(planned)}.`]),
  ];
}

function lineKeys(hasPlan: boolean): HTMLElement {
  const key = (name: string, text: string) =>
    element(
      'span',
      { class: 'line-key' },
      drawing(
        'svg',
        { viewBox: '0 0 22 16', class: 'line-sample', 'aria-hidden': 'true' },
        drawing('path', { class: name, d: 'M1,8H21' }),
      ),
      text,
    );
  return element(
    'div',
    { class: 'line-keys' },
    key('peak', 'Most at one time'),
    hasPlan && key('plan', 'Planned'),
  );
}
