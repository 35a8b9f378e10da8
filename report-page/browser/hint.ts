import { element } from './element.ts';

/** The box beside the pointer. */
export class Hint {
  readonly #box = element('div', { class: 'hint', 'aria-hidden': 'true', hidden: true });

  constructor() {
    document.body.append(this.#box);
  }

  /** @param lines the first stands out */
  show(x: number, y: number, lines: readonly string[]): void {
    this.#box.replaceChildren(...lines.map((line) => element('div', {}, line)));
    this.#box.hidden = false;
    const { width, height } = this.#box.getBoundingClientRect();
    const left = Math.max(4, Math.min(x + 14, document.documentElement.clientWidth - width - 8));
    const below = y + 18 + height < window.innerHeight;
    this.#box.style.left = `${left}px`;
    this.#box.style.top = `${below ? y + 18 : y - height - 10}px`;
  }

  hide(): void {
    this.#box.hidden = true;
  }
}
