import { createHash } from 'node:crypto';
import type { SourceElement } from './source-text.ts';
import type { Elements } from './updates.ts';
import type { Window } from './window-plan.ts';

/** A window whose number of rows looked like a limit, and what was read of it since. */
export interface Suspected {
  readonly window: Window;
  /** Rows in its answer, also those that say the same. */
  readonly count: number;
  readonly rows: ReadonlySet<string>;
  /** Those of its parts that it lacked: cut off, or listed late. */
  readonly lacked: Set<string>;
}

/** The rows of an answer, each as a short digest, so that a whole answer need not be kept. */
export type RowDigests = readonly string[];

/**
 * Tells a silent row limit of the source from chance. A window whose number of rows is suspicious is
 * pulled in halves. When these together hold rows that the window's own answer lacked, either it was
 * cut, or they were listed meanwhile: it is asked for once more, and `isLimit` says which.
 */
export class RowCapWatch {
  #open: Suspected[] = [];

  /** A suspicious answer, before its window is pulled in halves. */
  suspect(window: Window, updates: Elements): void {
    const rows = new Set(Array.from(updates, digest));
    this.#open.push({ window, count: updates.length, rows, lacked: new Set() });
  }

  /** What to hand to `read`, later; nothing while no window is suspected. */
  digestsOf(updates: Elements): RowDigests {
    return this.#open.length === 0 ? [] : [...updates].filter(isReadable).map(digest);
  }

  /** The outermost window that is suspected now; `null` when none is. */
  get suspected(): Window | null {
    return this.#open[0]?.window ?? null;
  }

  /** A suspected answer of so many rows that lacked any of these, or any read since. */
  lacking(count: number, rows: RowDigests): Suspected | null {
    for (const suspected of this.#open.filter((each) => each.count === count)) {
      note(suspected, rows);
      if (suspected.lacked.size > 0) return suspected;
    }
    return null;
  }

  /**
   * A part of the suspected windows was read whole.
   *
   * @returns of the windows finished now the one with the most rows that lacked any; `null` when none did
   */
  read(window: Window, rows: RowDigests): Suspected | null {
    let most: Suspected | null = null;
    for (const suspected of this.#open) {
      note(suspected, rows);
      const finished = window.toMs >= suspected.window.toMs;
      if (!finished || suspected.lacked.size === 0) continue;
      if (most === null || suspected.count > most.count) most = suspected;
    }
    this.#open = this.#open.filter((suspected) => window.toMs < suspected.window.toMs);
    return most;
  }
}

/**
 * Whether its answer was cut at a limit, by what the same window gives when it is asked for again: as
 * many rows, and still not those. More rows, or those among them: they were merely late.
 */
export function isLimit({ count, lacked }: Suspected, again: Elements): boolean {
  if (again.length !== count) return false;
  const rows = new Set(Array.from(again, digest));
  // A row that is damaged in this answer alone is not missing.
  const damaged = [...again].filter((update) => !isReadable(update)).length;
  return [...lacked].filter((row) => !rows.has(row)).length > damaged;
}

function isReadable({ damaged }: SourceElement): boolean {
  return !damaged;
}

function note(suspected: Suspected, rows: RowDigests): void {
  for (const row of rows) if (!suspected.rows.has(row)) suspected.lacked.add(row);
}

function digest({ text }: SourceElement): string {
  return createHash('sha1').update(text).digest('base64');
}
