import { element } from './element.ts';
import { LOOKS } from './groups.ts';
import { length } from './numbers.ts';
import { type Agent, type Report, type Stay, statusText } from './report.ts';
import { scrolling } from './section.ts';
import { endText } from './stay-text.ts';
import type { View } from './view.ts';

interface AgentInFocus {
  /** Hears of the agent at once, and again after each change of what is shown. */
  onAgent(listener: (agent: Agent | undefined) => void): void;
}

/** The stays of the agent in focus. */
export function staysTable(report: Report, { clocks }: View, timeline: AgentInFocus): HTMLElement {
  const caption = element('caption');
  const body = element('tbody');
  const row = (agent: Agent, stay: Stay, at: number) => {
    const fromMs = report.fromMs + stay.start * 1_000;
    return element(
      'tr',
      {},
      element('td', {}, clocks.second(fromMs)),
      element('td', {}, clocks.second(fromMs + stay.seconds * 1_000)),
      element('td', { class: 'number' }, length(stay.seconds)),
      element('td', {}, statusText(stay.status)),
      element('td', {}, LOOKS[stay.status.group].name),
      element('td', {}, endText(agent, at)),
    );
  };
  timeline.onAgent((agent) => {
    caption.textContent =
      agent === undefined
        ? 'No agent matches.'
        : `Stays of ${agent.name} (${agent.agentId}). Choose another agent in the timeline.`;
    body.replaceChildren(...(agent?.stays.map((stay, at) => row(agent, stay, at)) ?? []));
  });
  const heads = ['From', 'To', 'Length', 'Status', 'Group', 'Then'];
  return scrolling(
    'Stays of one agent',
    element(
      'table',
      {},
      caption,
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          ...heads.map((head) =>
            element('th', { scope: 'col', class: head === 'Length' ? 'number' : '' }, head),
          ),
        ),
      ),
      body,
    ),
  );
}
