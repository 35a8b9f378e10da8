import { isoInstant } from '../../shared/activity/instant.ts';
import { saveCsv } from './csv.ts';
import { drawing, element } from './element.ts';
import { GROUPS, type Group, LOOKS, STAFFED } from './groups.ts';
import { clockLength, plural } from './numbers.ts';
import type { Agent, Report } from './report.ts';
import { section } from './section.ts';
import type { View } from './view.ts';

interface Column {
  readonly name: string;
  /** What the column is sorted by: text upwards at first, numbers downwards. */
  readonly key: (agent: Agent) => string | number | null;
  readonly cell: (agent: Agent) => Node | string;
  readonly isText?: boolean;
}

/** Where each agent's time went; sortable, and to be had as CSV. */
export function agentsSection(report: Report, view: View): HTMLElement {
  const columns = columnsOf(report, view);
  const longest = Math.max(1, ...report.agents.map(({ staffed }) => staffed));
  let [sorted, downwards] = [0, false];
  const body = element('tbody');
  const count = element('p', { class: 'note', role: 'status' });
  const shown = () => {
    const { key } = columns[sorted] as Column;
    const found = report.agents.filter((agent) => view.finds(agent));
    return found.sort(
      (a, b) => inOrder(key(a), key(b), downwards) || inOrder(a.agentId, b.agentId),
    );
  };
  const heads = columns.map(({ name, isText }, at) => {
    const button = element(
      'button',
      { type: 'button', onclick: () => sortBy(at) },
      name,
      element('span', { class: 'direction', 'aria-hidden': 'true' }),
    );
    // Printers leave buttons out where a head is repeated on the next sheet.
    return element(
      'th',
      { scope: 'col', class: isText ? '' : 'number', 'data-printed': name },
      button,
    );
  });
  const bar = element('th', { scope: 'col', class: 'bar-head' }, 'Staffed time by group');
  const sortBy = (at: number) => {
    [sorted, downwards] = at === sorted ? [at, !downwards] : [at, columns[at]?.isText !== true];
    fill();
  };
  const fill = () => {
    for (const [at, head] of heads.entries()) {
      if (at === sorted) head.setAttribute('aria-sort', downwards ? 'descending' : 'ascending');
      else head.removeAttribute('aria-sort');
    }
    const agents = shown();
    body.replaceChildren(...agents.map((agent) => row(agent, columns, view, longest)));
    count.textContent = `${plural(agents.length, 'agent')}. Lengths are hours:minutes:seconds; times are ${view.clocks.zoneName(view.clocks.zone)}.`;
  };
  view.show(fill);
  const save = element(
    'button',
    { type: 'button', onclick: () => saveAgents(report, shown()) },
    'Save as CSV',
  );
  const [first, ...others] = heads;
  return section(
    'agents',
    'Time by agent',
    'Staffed and offline together are what is known of an agent’s day, not 24 hours. Without a login: staffed since the day before, or not at all.',
    element('div', { class: 'over-table' }, count, save),
    element(
      'div',
      { class: 'scroll tall', tabindex: '0', role: 'region', 'aria-label': 'Time by agent' },
      element(
        'table',
        { class: 'agents' },
        element('caption', { class: 'unseen' }, 'Time by group of each agent'),
        element('thead', {}, element('tr', {}, first ?? null, bar, ...others)),
        body,
      ),
    ),
  );
}

function columnsOf({ agents }: Report, { clocks }: View): readonly Column[] {
  const time = (name: string, key: (agent: Agent) => number | null): Column => ({
    ...{ name, key, isText: true },
    cell: (agent) => {
      const atMs = key(agent);
      return atMs === null ? '–' : clocks.second(atMs);
    },
  });
  const seconds = (name: string, key: (agent: Agent) => number): Column => ({
    ...{ name, key, cell: (agent) => (key(agent) === 0 ? '–' : clockLength(key(agent))) },
  });
  const ofGroups = STAFFED.filter((group) => agents.some((agent) => agent[group] > 0)).map(
    (group) => seconds(LOOKS[group].name, (agent) => agent[group]),
  );
  return [
    { name: 'Agent', key: ({ name }) => name, cell: nameOf, isText: true },
    time('Login', ({ loginMs }) => loginMs),
    time('Logout', ({ logoutMs }) => logoutMs),
    { name: 'Logins', key: ({ logins }) => logins, cell: ({ logins }) => String(logins) },
    seconds('Staffed', ({ staffed }) => staffed),
    ...ofGroups,
    seconds('Longest break', ({ longestBreak }) => longestBreak),
  ];
}

function nameOf({ name, agentId, ranOut }: Agent): Node {
  return element(
    'span',
    { title: agentId },
    name,
    ranOut && element('span', { class: 'mark' }, 'never logged off'),
  );
}

function row(agent: Agent, columns: readonly Column[], view: View, longest: number): HTMLElement {
  const [name, ...rest] = columns;
  return element(
    'tr',
    {},
    element(
      'th',
      { scope: 'row' },
      element(
        'button',
        { type: 'button', class: 'seek', onclick: () => view.seek(agent.agentId) },
        name?.cell(agent) ?? '',
      ),
    ),
    element('td', { class: 'bar-cell' }, bars(agent, view, longest)),
    ...rest.map(({ cell, isText }) =>
      element('td', { class: isText ? 'time' : 'number' }, cell(agent)),
    ),
  );
}

function bars(agent: Agent, view: View, longest: number): SVGSVGElement {
  let x = 0;
  const parts = STAFFED.filter((group) => agent[group] > 0 && !view.muted.has(group)).map(
    (group) => {
      const width = (200 * agent[group]) / longest;
      x += width;
      return drawing('rect', {
        ...{ x: x - width, y: 0, width, height: 14, fill: `url(#group-${group})` },
      });
    },
  );
  return drawing(
    'svg',
    { viewBox: '0 0 200 14', preserveAspectRatio: 'none', class: 'stack', 'aria-hidden': 'true' },
    ...parts,
  );
}

/** Nothing comes last, whichever way. */
function inOrder(a: string | number | null, b: string | number | null, downwards = false): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const order =
    typeof a === 'string' && typeof b === 'string' ? a.localeCompare(b) : Number(a) - Number(b);
  return downwards ? -order : order;
}

function saveAgents({ accountId, day }: Report, agents: readonly Agent[]): void {
  const utc = (atMs: number | null) => (atMs === null ? null : isoInstant(atMs));
  const groups: readonly Group[] = GROUPS;
  saveCsv(
    `agents-${accountId}-${day}.csv`,
    [
      ...['agent_id', 'agent_name', 'login_at', 'logout_at', 'logins', 'staffed_seconds'],
      ...groups.map((group) => `${group}_seconds`),
      ...['longest_break_seconds', 'ran_out'],
    ],
    agents.map((agent) => [
      ...[agent.agentId, agent.name, utc(agent.loginMs), utc(agent.logoutMs)],
      ...[agent.logins, agent.staffed, ...groups.map((group) => agent[group])],
      ...[agent.longestBreak, String(agent.ranOut)],
    ]),
  );
}
