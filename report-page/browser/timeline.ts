import { AXIS, BandPainter, type Focus, type Layout, ROW } from './band-painter.ts';
import { element } from './element.ts';
import { STAFFED } from './groups.ts';
import type { Hint } from './hint.ts';
import { legend } from './legend.ts';
import { plural } from './numbers.ts';
import type { Agent, Report } from './report.ts';
import { section, tableBehindButton } from './section.ts';
import { ShownSpan } from './shown-span.ts';
import { stayLines } from './stay-text.ts';
import { staysTable } from './stays-table.ts';
import type { View } from './view.ts';

/** Rows that are visible at once. */
const ROWS_SHOWN = 20;
/** On paper: so many fit on a sheet, and so many there are. A picture can't go on overleaf. */
const ROWS_A_SHEET = 22;
const ROWS_PRINTED = 220;

type Order = (a: Agent, b: Agent) => number;

const byName: Order = (a, b) => a.name.localeCompare(b.name) || (a.agentId < b.agentId ? -1 : 1);
const firstSeen = ({ loginMs, staffedAtStart, staffed }: Agent) =>
  staffedAtStart ? 0 : (loginMs ?? (staffed > 0 ? 1 : Number.MAX_SAFE_INTEGER));

const ORDERS: Readonly<Record<string, readonly [name: string, order: Order]>> = {
  login: ['first login', (a, b) => firstSeen(a) - firstSeen(b) || byName(a, b)],
  name: ['name', byName],
  staffed: ['staffed time', (a, b) => b.staffed - a.staffed || byName(a, b)],
  break: ['longest break', (a, b) => b.longestBreak - a.longestBreak || byName(a, b)],
};

/** A band for each agent, with all that is known of their day. */
export function timelineSection(report: Report, view: View, hint: Hint): HTMLElement {
  const groups = [...STAFFED, 'offline' as const].filter((group) =>
    report.statuses.some(
      ({ group: of, changes, seconds }) => of === group && changes + seconds > 0,
    ),
  );
  const timeline = new Timeline(report, view, hint);
  return section(
    'timeline',
    'Timeline',
    'A band for each agent. Blank: nothing is known. A hatched edge: carried over midnight. An arrow: still going on when last known. A dotted end: nothing more was heard. A tick above: a status that was over within the second.',
    element('div', { class: 'over-chart' }, legend(view, groups), timeline.choices),
    timeline.frame,
    timeline.sheets,
    timeline.said,
    tableBehindButton('timeline', () => staysTable(report, view, timeline)),
  );
}

class Timeline {
  readonly frame = element('div', {
    ...{
      class: 'timeline',
      tabindex: '0',
      role: 'application',
      'aria-roledescription': 'timeline',
    },
    'aria-label':
      'Timeline. Left and right arrows go from stay to stay, up and down from agent to agent, Home and End to the first and the last.',
  });
  readonly said = element('p', { class: 'said', 'aria-live': 'polite' });
  /** What stands on paper in the place of the frame. */
  readonly sheets = element('div', { class: 'sheets', 'aria-hidden': 'true' });
  readonly choices: HTMLElement;
  readonly #canvas = element('canvas', { 'aria-hidden': 'true' });
  readonly #space = element('div', { class: 'space' });
  readonly #report: Report;
  readonly #view: View;
  readonly #hint: Hint;
  readonly #painter: BandPainter;
  #agents: readonly Agent[] = [];
  #order = ORDERS.login?.[1] ?? byName;
  #focus: Focus | null = null;
  readonly #shown: ShownSpan;
  #isWaiting = false;
  readonly #focusListeners: (() => void)[] = [];

  constructor(report: Report, view: View, hint: Hint) {
    [this.#report, this.#view, this.#hint] = [report, view, hint];
    this.#painter = new BandPainter(this.#canvas, report, view);
    this.frame.append(this.#space);
    this.#space.append(this.#canvas);
    const stayInFocus = () => this.#focus?.agent.stays[this.#focus.at];
    this.#shown = new ShownSpan(report, stayInFocus, () => this.#paint());
    this.choices = element('div', { class: 'choices' }, this.#shown.choice, this.#orderChoice());
    this.frame.addEventListener('scroll', () => this.#paintSoon(), { passive: true });
    this.frame.addEventListener('keydown', (event) => this.#key(event));
    this.frame.addEventListener('pointermove', (event) => this.#point(event));
    this.frame.addEventListener('pointerleave', () => hint.hide());
    this.frame.addEventListener('click', (event) => {
      const under = this.#under(event);
      if (under !== null) this.#look(under);
    });
    this.frame.addEventListener('focus', () => {
      const [agent] = this.#agents;
      if (this.#focus === null && agent !== undefined) this.#look({ agent, at: 0 });
    });
    new ResizeObserver(() => this.#paint()).observe(this.frame);
    const again = () => {
      this.#painter.readColours();
      this.#paint();
    };
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', again);
    const toPaper = (isPaper: boolean) => {
      // Before the media change: pages are counted then.
      document.documentElement.classList.toggle('paper', isPaper);
      this.sheets.replaceChildren(...(isPaper ? this.#printed() : []));
      again();
    };
    addEventListener('beforeprint', () => toPaper(true));
    addEventListener('afterprint', () => toPaper(false));
    matchMedia('print').addEventListener('change', ({ matches }) => toPaper(matches));
    requestAnimationFrame(again);
    view.show(() => this.#arrange());
    view.onSeek((agentId) => this.#seek(agentId));
  }

  /** Hears which agent is in focus, at once and after each change. */
  onAgent(listener: (agent: Agent | undefined) => void): void {
    const tell = () => listener(this.#focus?.agent ?? this.#agents[0]);
    this.#focusListeners.push(tell);
    this.#view.show(tell);
  }

  #orderChoice(): HTMLElement {
    const select = element('select', {
      onchange: () => {
        this.#order = ORDERS[select.value]?.[1] ?? byName;
        this.#arrange();
        this.frame.scrollTop = 0;
      },
    });
    for (const [value, [name]] of Object.entries(ORDERS)) {
      select.append(element('option', { value }, name));
    }
    return element('label', {}, 'Sort by ', select);
  }

  #arrange(): void {
    this.#agents = this.#report.agents.filter((agent) => this.#view.finds(agent)).sort(this.#order);
    if (this.#focus !== null && !this.#agents.includes(this.#focus.agent)) this.#focus = null;
    this.#say();
    this.#paint();
  }

  #layout(): Layout {
    const width = this.frame.clientWidth;
    const rows = Math.max(1, Math.min(this.#agents.length, ROWS_SHOWN));
    return {
      width,
      height: AXIS + rows * ROW,
      names: Math.min(190, Math.round(width * 0.28)),
      scrolled: this.frame.scrollTop,
      scale: Math.max(1, devicePixelRatio),
      shown: this.#shown.span,
    };
  }

  #paintSoon(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    requestAnimationFrame(() => {
      this.#isWaiting = false;
      this.#paint();
    });
  }

  #paint(): void {
    const layout = this.#layout();
    if (layout.width === 0) return;
    this.frame.style.height = `${layout.height}px`;
    this.#space.style.height = `${AXIS + this.#agents.length * ROW}px`;
    this.#canvas.style.width = `${layout.width}px`;
    this.#canvas.style.height = `${layout.height}px`;
    this.#painter.paint(this.#agents, layout, this.#focus);
  }

  /** As many agents as paper can take, a sheet after the other. */
  #printed(): readonly Node[] {
    const sheets: Node[] = [];
    const last = Math.min(this.#agents.length, ROWS_PRINTED);
    for (let first = 0; first < last; first += ROWS_A_SHEET) {
      const agents = this.#agents.slice(first, Math.min(last, first + ROWS_A_SHEET));
      const canvas = element('canvas');
      this.sheets.append(canvas);
      const painter = new BandPainter(canvas, this.#report, this.#view);
      painter.readColours();
      const height = AXIS + agents.length * ROW;
      const shown = this.#shown.span;
      const layout = { width: 1_200, height, names: 190, scrolled: 0, scale: 2, shown };
      painter.paint(agents, layout, null);
      sheets.push(canvas);
    }
    const left = this.#agents.length - last;
    if (left > 0) sheets.push(element('p', {}, `${plural(left, 'more agent')} not printed here.`));
    return sheets;
  }

  #key(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const { agent, at } = this.#focus ?? { agent: this.#agents[0], at: 0 };
    if (agent === undefined) return;
    const last = agent.stays.length - 1;
    const steps: Readonly<Record<string, () => Focus>> = {
      ArrowLeft: () => ({ agent, at: Math.max(0, at - 1) }),
      ArrowRight: () => ({ agent, at: Math.min(last, at + 1) }),
      Home: () => ({ agent, at: 0 }),
      End: () => ({ agent, at: last }),
      ArrowUp: () => this.#besides(agent, at, -1),
      ArrowDown: () => this.#besides(agent, at, 1),
      PageUp: () => this.#besides(agent, at, -ROWS_SHOWN),
      PageDown: () => this.#besides(agent, at, ROWS_SHOWN),
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    this.#hint.hide();
    this.#look(step());
  }

  /** The stay of an agent some rows away that is at the same time, or nearest to it. */
  #besides(agent: Agent, at: number, rows: number): Focus {
    const row = this.#agents.indexOf(agent) + rows;
    const next = this.#agents[Math.max(0, Math.min(this.#agents.length - 1, row))] as Agent;
    const start = agent.stays[at]?.start ?? 0;
    const after = next.stays.findIndex((stay) => stay.start > start);
    return { agent: next, at: after < 0 ? next.stays.length - 1 : Math.max(0, after - 1) };
  }

  #look(focus: Focus): void {
    this.#focus = focus;
    const top = this.#agents.indexOf(focus.agent) * ROW;
    const room = this.frame.clientHeight - AXIS;
    if (top < this.frame.scrollTop) this.frame.scrollTop = top;
    if (top + ROW > this.frame.scrollTop + room) this.frame.scrollTop = top + ROW - room;
    this.#say();
    for (const listener of this.#focusListeners) listener();
    const { start, seconds } = focus.agent.stays[focus.at] ?? { start: 0, seconds: 0 };
    this.#shown.follow(start, start + seconds);
    this.#paint();
  }

  #say(): void {
    this.said.textContent =
      this.#focus === null
        ? `${plural(this.#agents.length, 'agent')}. Point at a band, or use the arrow keys.`
        : this.#linesOf(this.#focus).join(' ');
  }

  #linesOf({ agent, at }: Focus): readonly string[] {
    return stayLines(agent, at, this.#view.clocks, this.#report.fromMs);
  }

  #seek(agentId: string): void {
    const agent = this.#agents.find((each) => each.agentId === agentId);
    if (agent === undefined) return;
    this.frame.focus({ preventScroll: true });
    this.frame.scrollIntoView({ block: 'center' });
    this.#look({ agent, at: 0 });
  }

  #point(event: PointerEvent): void {
    const under = this.#under(event);
    if (under === null) this.#hint.hide();
    else this.#hint.show(event.clientX, event.clientY, this.#linesOf(under));
  }

  #under(event: MouseEvent): Focus | null {
    const box = this.#canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const agent = this.#agents[Math.floor((y - AXIS + this.frame.scrollTop) / ROW)];
    const layout = this.#layout();
    if (y < AXIS || agent === undefined || x < layout.names) return null;
    // The last that is there: one that lasted no second would else be hidden by the one before it.
    const at = agent.stays.findLastIndex((stay) => {
      const start = this.#painter.x(layout, stay.start);
      const end = this.#painter.x(layout, stay.start + stay.seconds);
      return stay.seconds === 0 ? Math.abs(x - start) <= 1 : start <= x && x < end;
    });
    return at < 0 ? null : { agent, at };
  }
}
