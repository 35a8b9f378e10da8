import { HOUR_MS } from '../../shared/activity/instant.ts';
import type { Span } from '../../shared/activity/spans.ts';
import { element } from './element.ts';
import type { Report, Stay } from './report.ts';

/** Hours that may be shown at once; 0: all of the day. */
const LENGTHS = [
  [0, 'the whole day'],
  [8, '8 hours'],
  [4, '4 hours'],
  [2, '2 hours'],
  [1, '1 hour'],
] as const;

/** The part of the day that the timeline shows, and where the reader chooses it. */
export class ShownSpan {
  readonly choice: HTMLElement;
  readonly #report: Report;
  readonly #changed: () => void;
  readonly #earlier = this.#step('‹', 'Earlier', -1);
  readonly #later = this.#step('›', 'Later', 1);
  #span: Span;

  /** @param stayOf the stay that is in focus, around which less is shown */
  constructor(report: Report, stayOf: () => Stay | undefined, changed: () => void) {
    [this.#report, this.#changed, this.#span] = [report, changed, report];
    const select = element('select', {
      onchange: () => this.#zoom(Number(select.value), stayOf()),
    });
    for (const [hours, name] of LENGTHS) select.append(element('option', { value: hours }, name));
    this.choice = element(
      'div',
      { class: 'span' },
      element('label', {}, 'Show ', select),
      this.#earlier,
      this.#later,
    );
    this.#enable();
  }

  get span(): Span {
    return this.#span;
  }

  /** Moves to a part of the day that is not shown, seconds since it began. */
  follow(from: number, to: number): void {
    const [fromMs, toMs] = [this.#at(from), this.#at(to)];
    const { fromMs: first, toMs: last } = this.#span;
    if (fromMs >= last || toMs < first) this.#show((fromMs + toMs - (last - first)) / 2);
  }

  #zoom(hours: number, stay: Stay | undefined): void {
    const { fromMs, toMs, figures } = this.#report;
    const lengthMs = hours === 0 ? toMs - fromMs : hours * HOUR_MS;
    const middleMs =
      stay === undefined
        ? (figures?.peakFromMs ?? fromMs)
        : this.#at(stay.start + stay.seconds / 2);
    this.#show(middleMs - lengthMs / 2, lengthMs);
  }

  #move(by: number): void {
    const { fromMs, toMs } = this.#span;
    this.#show(fromMs + (by * (toMs - fromMs)) / 2);
  }

  #show(fromMs: number, lengthMs = this.#span.toMs - this.#span.fromMs): void {
    const day = this.#report;
    const first = Math.max(day.fromMs, Math.min(day.toMs - lengthMs, fromMs));
    this.#span = { fromMs: first, toMs: Math.min(day.toMs, first + lengthMs) };
    this.#enable();
    this.#changed();
  }

  #enable(): void {
    this.#earlier.disabled = this.#span.fromMs <= this.#report.fromMs;
    this.#later.disabled = this.#span.toMs >= this.#report.toMs;
  }

  #step(sign: string, name: string, by: number): HTMLButtonElement {
    const onclick = () => this.#move(by);
    return element('button', { type: 'button', 'aria-label': name, onclick }, sign);
  }

  #at(second: number): number {
    return this.#report.fromMs + second * 1_000;
  }
}
