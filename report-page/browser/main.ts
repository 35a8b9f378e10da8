import { isoInstant } from '../../shared/activity/instant.ts';
import type { ReportData } from '../../shared/report/report-data.ts';
import { agentsSection } from './agents-table.ts';
import { fillBar } from './bar.ts';
import { dayInWords } from './clocks.ts';
import { element } from './element.ts';
import { figures } from './figures.ts';
import { groupPatterns } from './groups.ts';
import { Hint } from './hint.ts';
import { lookHereSection } from './look-here.ts';
import { qualitySection } from './quality.ts';
import { reasonsSection } from './reasons.ts';
import { reportOf } from './report.ts';
import { staffingSection } from './staffing.ts';
import { timelineSection } from './timeline.ts';
import { View } from './view.ts';
import { weeksSection } from './weeks.ts';

const data: ReportData = JSON.parse(document.getElementById('report')?.textContent ?? '');
const report = reportOf(data);
const view = new View(data);
const hint = new Hint();
const [bar, main] = ['bar', 'content'].map((id) => document.getElementById(id) as HTMLElement) as [
  HTMLElement,
  HTMLElement,
];

document.body.prepend(groupPatterns());
fillBar(bar, report, view);
if (report.agents.length === 0) {
  main.append(
    element(
      'section',
      { class: 'nobody', 'aria-label': 'Nobody' },
      element('h2', {}, 'No agent was seen on this day'),
      element(
        'p',
        {},
        `Nothing is stored of any agent on ${dayInWords(report.day)}. That may be true of a holiday; how good the data of the day is, stands below.`,
      ),
    ),
  );
} else {
  main.append(
    figures(report, view),
    staffingSection(report, view, hint),
    timelineSection(report, view, hint),
    agentsSection(report, view),
    reasonsSection(report),
  );
}
if (report.weeks.length > 0) main.append(weeksSection(report));
if (report.agents.length > 0) main.append(lookHereSection(report, view));
main.append(qualitySection(report));
const madeAt = isoInstant(report.madeAtMs).slice(0, 16).replace('T', ' ');
document.body.append(
  element(
    'footer',
    {},
    `Made ${madeAt} UTC by Agent Activity Lake. Every number is one that the views for analysts give. `,
    'From status changes alone nobody can tell who was talking to a customer: the shares here are shares of staffed time.',
  ),
);
