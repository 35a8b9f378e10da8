import type { Window } from './window-plan.ts';

/**
 * Tells a silent row limit of the source from chance. A window whose number of rows is suspicious is
 * pulled in halves; when these together hold rows that the window's own answer lacked, it was cut.
 */
export class RowCapWatch {
  #open: Suspected[] = [];

  /** A suspicious answer, before its window is pulled in halves. */
  suspect(window: Window, updates: readonly unknown[]): void {
    const { length: count } = updates;
    this.#open.push({ window, count, rows: new Set(updates.map(keyOf)), more: false });
  }

  /**
   * A part of the suspected windows was read whole.
   *
   * @returns the greatest limit proved by now-finished windows; `null` when none was
   */
  read(window: Window, updates: readonly unknown[]): number | null {
    if (this.#open.length === 0) return null;
    const keys = updates.map(keyOf);
    let cap: number | null = null;
    for (const suspected of this.#open) {
      suspected.more ||= keys.some((key) => !suspected.rows.has(key));
      const finished = window.toMs >= suspected.window.toMs;
      if (finished && suspected.more) cap = Math.max(cap ?? 0, suspected.count);
    }
    this.#open = this.#open.filter((suspected) => window.toMs < suspected.window.toMs);
    return cap;
  }
}

interface Suspected {
  readonly window: Window;
  /** Rows in its answer, also those that say the same. */
  readonly count: number;
  readonly rows: ReadonlySet<string>;
  more: boolean;
}

function keyOf(update: unknown): string {
  return JSON.stringify(update);
}
