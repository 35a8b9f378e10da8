import { area, curveStepAfter, line, stack } from 'd3-shape';
import { QUARTER_MS } from '../../shared/activity/instant.ts';
import { apart } from './axis.ts';
import { drawing } from './element.ts';
import type { Group } from './groups.ts';
import type { Report } from './report.ts';
import { average, peak, type Step } from './staffing-steps.ts';
import type { View } from './view.ts';

const HEIGHT = 300;
export const EDGE = { top: 12, right: 12, bottom: 28, left: 44 };

/** What is to be drawn, and how. */
interface Picture {
  readonly report: Report;
  readonly view: View;
  readonly steps: readonly Step[];
  readonly groups: readonly Group[];
  readonly width: number;
  /** The step that stands out. */
  readonly at: number | null;
}

/** The chart of the day: groups stacked, the peak and the plan as lines. */
export function staffingPicture({
  report,
  view,
  steps,
  groups,
  width,
  at,
}: Picture): SVGSVGElement {
  const { fromMs, toMs, observed, planned } = report;
  const shown = groups.filter((group) => !view.muted.has(group));
  const highest = Math.max(
    1,
    ...steps.map(({ quarter }) => peak(quarter)),
    ...planned.map(({ seconds }) => seconds / 900),
  );
  const ticks = ticksTo(highest);
  const top = ticks.at(-1) as number;
  const right = width - EDGE.right;
  const bottom = HEIGHT - EDGE.bottom;
  const x = (ms: number) => EDGE.left + ((ms - fromMs) / (toMs - fromMs)) * (right - EDGE.left);
  const y = (agents: number) => bottom - (agents / top) * (bottom - EDGE.top);
  // A step ends where the next begins; the last needs an end of its own.
  const ended = <T extends { readonly atMs: number }>(points: readonly T[], endMs: number) => {
    const last = points.at(-1);
    return last === undefined ? [] : [...points, { ...last, atMs: endMs }];
  };
  const knownTo = observed?.toMs ?? fromMs;
  const levels = ended(
    steps.map(({ fromMs: atMs, quarter }) => ({ atMs, quarter })),
    knownTo,
  );
  const stacked = stack<(typeof levels)[number], Group>()
    .keys(shown)
    .value(({ quarter }, group) => average(quarter, group))(levels);
  const areaOf = area<(typeof stacked)[number][number]>()
    .x(({ data }) => x(data.atMs))
    .y0(([low]) => y(low))
    .y1(([, high]) => y(high))
    .curve(curveStepAfter);
  const peaks = line<(typeof levels)[number]>()
    .x(({ atMs }) => x(atMs))
    .y(({ quarter }) => y(peak(quarter)))
    .curve(curveStepAfter);
  const plan = line<{ atMs: number; agents: number }>()
    .x(({ atMs }) => x(atMs))
    .y(({ agents }) => y(agents))
    .curve(curveStepAfter);
  const step = at === null ? undefined : steps[at];
  return drawing(
    'svg',
    { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, 'aria-hidden': 'true' },
    ...ticks.map((tick) =>
      drawing(
        'g',
        {},
        drawing('line', { class: 'grid', x1: EDGE.left, x2: right, y1: y(tick), y2: y(tick) }),
        drawing('text', { class: 'y', x: EDGE.left - 8, y: y(tick) + 4 }, String(tick)),
      ),
    ),
    ...apart(view.clocks.marks(Math.floor(width / 52)), ({ atMs }) => x(atMs)).map(
      ({ atMs, label }) =>
        drawing(
          'g',
          {},
          drawing('line', { class: 'tick', x1: x(atMs), x2: x(atMs), y1: bottom, y2: bottom + 5 }),
          drawing('text', { class: 'x', x: x(atMs), y: bottom + 19 }, label),
        ),
    ),
    ...stacked.map((series) =>
      drawing('path', { class: 'layer', fill: `url(#group-${series.key})`, d: areaOf(series) }),
    ),
    unknownArea(x(fromMs), x(observed?.fromMs ?? toMs)),
    unknownArea(x(knownTo), x(toMs)),
    planned.length > 0 &&
      drawing('path', {
        class: 'plan',
        d: plan(planPoints(report)),
      }),
    drawing('path', { class: 'peak', d: peaks(levels) }),
    step !== undefined &&
      drawing('rect', {
        ...{ class: 'cursor', x: x(step.fromMs), y: EDGE.top },
        ...{ width: Math.max(1, x(step.toMs) - x(step.fromMs)), height: bottom - EDGE.top },
      }),
    drawing('line', { class: 'axis', x1: EDGE.left, x2: right, y1: bottom, y2: bottom }),
  );

  function unknownArea(from: number, to: number) {
    if (to - from < 0.5) return null;
    const box = { x: from, y: EDGE.top, width: to - from, height: bottom - EDGE.top };
    return drawing('rect', { ...box, fill: 'url(#unknown)', class: 'not-known' });
  }
}

/** The plan of the whole day, quarters without any as none planned. */
function planPoints({ planned, fromMs, toMs }: Report) {
  const seconds = new Map(planned.map((each) => [each.fromMs, each.seconds]));
  const points: { atMs: number; agents: number }[] = [];
  for (let ms = Math.floor(fromMs / QUARTER_MS) * QUARTER_MS; ms < toMs; ms += QUARTER_MS) {
    points.push({ atMs: Math.max(ms, fromMs), agents: (seconds.get(ms) ?? 0) / 900 });
  }
  return [...points, { atMs: toMs, agents: points.at(-1)?.agents ?? 0 }];
}

/** Round numbers of agents from 0 to `highest` or the next above it, about five. */
function ticksTo(highest: number): readonly number[] {
  const rough = highest / 5;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, ([1, 2, 5, 10].find((each) => each * unit >= rough) ?? 10) * unit);
  return Array.from({ length: Math.ceil(highest / step) + 1 }, (_, index) => index * step);
}
