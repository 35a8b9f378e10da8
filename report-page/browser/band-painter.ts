import type { Span } from '../../shared/activity/spans.ts';
import { apart } from './axis.ts';
import { LOOKS } from './groups.ts';
import { Paints } from './paints.ts';
import type { Agent, Report, Stay } from './report.ts';
import type { View } from './view.ts';

export const ROW = 26;
export const AXIS = 30;
const BAND = 16;
/** Room to the right of the bands, for the arrow of what goes on. */
const EDGE = 10;

/** Where things are on the canvas. Lengths are CSS pixels. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Of the column of names. */
  readonly names: number;
  /** How far the rows are scrolled. */
  readonly scrolled: number;
  readonly scale: number;
  /** The part of the day that is shown. */
  readonly shown: Span;
}

/** What stands out: a stay of one agent. */
export interface Focus {
  readonly agent: Agent;
  readonly at: number;
}

/** Paints bands of stays, those that are visible alone. */
export class BandPainter {
  readonly #canvas: HTMLCanvasElement;
  readonly #report: Report;
  readonly #view: View;
  readonly #paints: Paints;
  readonly #shortened = new Map<string, string>();

  constructor(canvas: HTMLCanvasElement, report: Report, view: View) {
    this.#canvas = canvas;
    this.#paints = new Paints(canvas);
    this.#report = report;
    this.#view = view;
  }

  /** They change with the scheme, and on paper. */
  readColours(): void {
    this.#paints.read();
  }

  /** @param second of the day */
  x({ width, names, shown }: Layout, second: number): number {
    const ms = this.#report.fromMs + second * 1_000 - shown.fromMs;
    return names + (ms / (shown.toMs - shown.fromMs)) * (width - names - EDGE);
  }

  paint(agents: readonly Agent[], layout: Layout, focus: Focus | null): void {
    const { width, height, scale, scrolled } = layout;
    const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
    if (this.#canvas.width !== w || this.#canvas.height !== h) {
      Object.assign(this.#canvas, { width: w, height: h });
      this.#shortened.clear();
    }
    const pen = this.#canvas.getContext('2d') as CanvasRenderingContext2D;
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.fillStyle = this.#paints.colour('panel');
    pen.fillRect(0, 0, width, height);
    const first = Math.max(0, Math.floor(scrolled / ROW));
    const last = Math.min(agents.length, Math.ceil((scrolled + height - AXIS) / ROW));
    const bottom = Math.min(height, AXIS + agents.length * ROW - scrolled);
    this.#ground(pen, layout, first, last, bottom);
    for (let row = first; row < last; row += 1) {
      const top = AXIS + row * ROW - scrolled;
      this.#band(pen, agents[row] as Agent, top, layout, focus);
    }
    this.#notKnown(pen, layout, bottom);
    this.#axis(pen, layout);
  }

  /** What lies under the bands: stripes, and a line for each hour. */
  #ground(
    pen: CanvasRenderingContext2D,
    layout: Layout,
    first: number,
    last: number,
    bottom: number,
  ): void {
    pen.fillStyle = this.#paints.colour('stripe');
    for (let row = first; row < last; row += 1) {
      if (row % 2 === 1) pen.fillRect(0, AXIS + row * ROW - layout.scrolled, layout.width, ROW);
    }
    pen.fillStyle = this.#paints.colour('line');
    for (const { x } of this.#marks(layout)) pen.fillRect(x, AXIS, 1, bottom - AXIS);
  }

  #marks(layout: Layout): readonly { readonly x: number; readonly label: string }[] {
    const most = Math.floor((layout.width - layout.names) / 52);
    const marks = this.#view.clocks.marks(most, layout.shown).map(({ atMs, label }) => ({
      x: Math.round(this.x(layout, (atMs - this.#report.fromMs) / 1_000)),
      label,
    }));
    return apart(marks, ({ x }) => x);
  }

  #band(
    pen: CanvasRenderingContext2D,
    agent: Agent,
    top: number,
    layout: Layout,
    focus: Focus | null,
  ): void {
    const inFocus = focus?.agent === agent;
    pen.font = `${inFocus ? '600 ' : ''}13px system-ui, sans-serif`;
    pen.textAlign = 'left';
    pen.textBaseline = 'middle';
    pen.fillStyle = this.#paints.colour('ink');
    const shown = inFocus ? agent.name : this.#short(pen, agent.name, layout.names - 20);
    pen.save();
    pen.beginPath();
    pen.rect(0, top, layout.names - 8, ROW);
    pen.clip();
    pen.fillText(shown, 8, top + ROW / 2 + 0.5);
    pen.restore();
    const y = top + (ROW - BAND) / 2;
    pen.save();
    pen.beginPath();
    pen.rect(layout.names - 4, top, layout.width - layout.names + 4, ROW);
    pen.clip();
    const isShown = ({ start, seconds }: Stay) =>
      this.x(layout, start) < layout.width && this.x(layout, start + seconds) >= layout.names;
    const stays = agent.stays.filter(isShown);
    for (const stay of stays) if (stay.seconds > 0) this.#stay(pen, stay, y, layout);
    for (const stay of stays) if (stay.seconds === 0) this.#tick(pen, stay, y, layout);
    const stay = inFocus ? agent.stays[focus.at] : undefined;
    if (stay !== undefined) this.#frame(pen, stay, y, layout);
    pen.restore();
  }

  #frame(pen: CanvasRenderingContext2D, stay: Stay, y: number, layout: Layout): void {
    const x = this.x(layout, stay.start);
    const width = this.x(layout, stay.start + stay.seconds) - x;
    pen.strokeStyle = this.#paints.colour('ink');
    pen.lineWidth = 2;
    pen.strokeRect(x - 2, y - 3, Math.max(2, width) + 4, BAND + 6);
  }

  #stay(pen: CanvasRenderingContext2D, stay: Stay, y: number, layout: Layout): void {
    const { group } = stay.status;
    const x = this.x(layout, stay.start);
    const end = this.x(layout, stay.start + stay.seconds);
    const width = Math.max(0.75, end - x);
    pen.globalAlpha = this.#view.muted.has(group) ? 0.12 : 1;
    if (group === 'offline') {
      pen.fillStyle = this.#paints.colour('group-offline');
      pen.fillRect(x, y + BAND / 2 - 2, width, 4);
    } else {
      pen.fillStyle = this.#paints.colour(`group-${group}`);
      pen.fillRect(x, y, width, BAND);
      const pattern = width > 3 ? this.#paints.pattern(pen, group) : null;
      if (pattern !== null) {
        pen.fillStyle = pattern;
        pen.fillRect(x, y, width, BAND);
      }
      const [left, right] = [Math.max(x, layout.names), Math.min(end, layout.width)];
      if (right - left > 22) this.#code(pen, LOOKS[group].code, (left + right) / 2, y);
    }
    // Carried over midnight: a hatched edge. Going on: an open end.
    if (stay.before > 0) this.#carried(pen, x, y);
    if (stay.end === 'open') this.#openEnd(pen, end, y);
    if (stay.end === 'limit') this.#ranOut(pen, end, y);
    pen.globalAlpha = 1;
  }

  #code(pen: CanvasRenderingContext2D, code: string, x: number, y: number): void {
    pen.font = '600 11px system-ui, sans-serif';
    pen.textAlign = 'center';
    pen.lineWidth = 3;
    pen.lineJoin = 'round';
    pen.strokeStyle = 'rgba(255, 255, 255, 0.9)';
    pen.fillStyle = '#14181d';
    pen.strokeText(code, x, y + BAND / 2 + 0.5);
    pen.fillText(code, x, y + BAND / 2 + 0.5);
  }

  #carried(pen: CanvasRenderingContext2D, x: number, y: number): void {
    const pattern = this.#paints.pattern(pen, 'carried');
    if (pattern === null) return;
    pen.fillStyle = pattern;
    pen.fillRect(x, y - 2, 6, BAND + 4);
  }

  #openEnd(pen: CanvasRenderingContext2D, x: number, y: number): void {
    pen.fillStyle = this.#paints.colour('ink');
    pen.beginPath();
    pen.moveTo(x, y + 2);
    pen.lineTo(x + 7, y + BAND / 2);
    pen.lineTo(x, y + BAND - 2);
    pen.fill();
  }

  #ranOut(pen: CanvasRenderingContext2D, x: number, y: number): void {
    pen.strokeStyle = this.#paints.colour('ink');
    pen.lineWidth = 1.5;
    pen.setLineDash([2, 2]);
    pen.beginPath();
    pen.moveTo(x + 1, y - 3);
    pen.lineTo(x + 1, y + BAND + 3);
    pen.stroke();
    pen.setLineDash([]);
  }

  #tick(pen: CanvasRenderingContext2D, stay: Stay, y: number, layout: Layout): void {
    pen.globalAlpha = this.#view.muted.has(stay.status.group) ? 0.12 : 1;
    pen.fillStyle = this.#paints.colour('ink');
    pen.fillRect(this.x(layout, stay.start) - 0.5, y - 4, 1, 4);
    pen.globalAlpha = 1;
  }

  #notKnown(pen: CanvasRenderingContext2D, layout: Layout, bottom: number): void {
    const { observed, fromMs, toMs } = this.#report;
    const pattern = this.#paints.pattern(pen, 'unknown');
    if (observed === null || pattern === null) return;
    pen.fillStyle = pattern;
    const spans = [
      [fromMs, observed.fromMs],
      [observed.toMs, toMs],
    ] as const;
    for (const [from, to] of spans) {
      const [x, end] = [from, to].map((ms) => this.x(layout, (ms - fromMs) / 1_000)) as [
        number,
        number,
      ];
      const [left, right] = [Math.max(x + 8, layout.names), Math.min(end, layout.width)];
      // Beside the arrow of what goes on.
      if (to > from && right > left) pen.fillRect(left, AXIS, right - left, bottom - AXIS);
    }
  }

  #axis(pen: CanvasRenderingContext2D, layout: Layout): void {
    pen.fillStyle = this.#paints.colour('panel');
    pen.fillRect(0, 0, layout.width, AXIS);
    pen.fillStyle = this.#paints.colour('line');
    pen.fillRect(0, AXIS - 1, layout.width, 1);
    pen.fillStyle = this.#paints.colour('soft');
    pen.font = '12px system-ui, sans-serif';
    pen.textAlign = 'center';
    pen.textBaseline = 'middle';
    for (const { x, label } of this.#marks(layout)) {
      if (x < layout.width - 20) pen.fillText(label, x, AXIS / 2);
    }
  }

  /** A name as far as there is room. */
  #short(pen: CanvasRenderingContext2D, name: string, room: number): string {
    const key = `${room} ${name}`;
    const known = this.#shortened.get(key);
    if (known !== undefined) return known;
    let letters = [...name];
    let text = name;
    while (letters.length > 1 && pen.measureText(text).width > room) {
      letters = letters.slice(0, -1);
      text = `${letters.join('').trimEnd()}…`;
    }
    this.#shortened.set(key, text);
    return text;
  }
}
