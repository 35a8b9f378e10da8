import { createHash } from 'node:crypto';
import type { SourceElement } from './source-text.ts';
import type { Window } from './window-plan.ts';

interface Suspected {
  readonly window: Window;
  /** Rows in its answer, also those that say the same. */
  readonly count: number;
  readonly rows: ReadonlySet<string>;
  more: boolean;
}

/** The rows of an answer, each as a short digest, so that a whole answer need not be kept. */
export type RowDigests = readonly string[];

/**
 * Tells a silent row limit of the source from chance. A window whose number of rows is suspicious is
 * pulled in halves; when these together hold rows that the window's own answer lacked, it was cut.
 */
export class RowCapWatch {
  #open: Suspected[] = [];

  /** A suspicious answer, before its window is pulled in halves. */
  suspect(window: Window, updates: readonly SourceElement[]): void {
    const rows = new Set(updates.map(digest));
    this.#open.push({ window, count: updates.length, rows, more: false });
  }

  /** What to hand to `read`, later; nothing while no window is suspected. */
  digestsOf(updates: readonly SourceElement[]): RowDigests {
    return this.#open.length === 0 ? [] : updates.map(digest);
  }

  /** The outermost window that is suspected now; `null` when none is. */
  get suspected(): Window | null {
    return this.#open[0]?.window ?? null;
  }

  /** Whether a suspected answer of so many rows lacked any of these, or any read since. */
  lacked(count: number, rows: RowDigests): boolean {
    return this.#open.some(
      (suspected) =>
        suspected.count === count &&
        (suspected.more || rows.some((row) => !suspected.rows.has(row))),
    );
  }

  /**
   * A part of the suspected windows was read whole.
   *
   * @returns the greatest limit proved by now-finished windows; `null` when none was
   */
  read(window: Window, rows: RowDigests): number | null {
    let cap: number | null = null;
    for (const suspected of this.#open) {
      suspected.more ||= rows.some((row) => !suspected.rows.has(row));
      const finished = window.toMs >= suspected.window.toMs;
      if (finished && suspected.more) cap = Math.max(cap ?? 0, suspected.count);
    }
    this.#open = this.#open.filter((suspected) => window.toMs < suspected.window.toMs);
    return cap;
  }
}

function digest({ text }: SourceElement): string {
  return createHash('sha1').update(text).digest('base64');
}
