import type { Answer } from '../activity/answer.ts';
import { HOUR_MS, MINUTE_MS } from '../activity/instant.ts';
import type { Span } from '../activity/spans.ts';
import type { Updates } from '../activity/updates.ts';
import { isRound, isSuspiciousCount, nextWindowMs, type Window } from '../activity/window-plan.ts';
import type { Checkpoint, LearnedFacts } from './checkpoint.ts';

/** A source that is merely down must not shrink the window for long. */
const SMALLEST_AFTER_TIMEOUT_MS = 5 * MINUTE_MS;
/** So old may be the window that is remembered to have rows: to write it down each time is not worth it. */
const LISTED_FOR_MS = 6 * HOUR_MS;

/**
 * `proved`: the answer says itself that rows are missing. `limit`: it has as many as the source was
 * seen to cut at, or a round number that no answer exceeded. `record`: no answer had more.
 * `round`: merely a round number.
 */
export type Suspicion = 'proved' | 'limit' | 'record' | 'round';

/** What this run knows and learns of the source. */
export class SourceFacts {
  /** Whether the source answered anything in this run. */
  answered = false;
  pinnedAccountId: string | null;
  /** The latest window that is known to have rows; `null` when none is. */
  listed: Span | null;
  windowMs: number;
  readonly #checkpoint: Checkpoint;
  readonly #longestMs: number;
  #rowCap: number | null;
  #mostRows: number;
  /** What the checkpoint holds. */
  #stored: Omit<LearnedFacts, 'pinnedAccountId'>;
  #justCut = false;
  #shrank = false;

  constructor(checkpoint: Checkpoint, learned: LearnedFacts, longestMs: number) {
    this.#checkpoint = checkpoint;
    this.#longestMs = longestMs;
    this.#stored = learned;
    this.windowMs = Math.min(learned.windowMs ?? longestMs, longestMs);
    this.#rowCap = learned.rowCap;
    this.#mostRows = learned.mostRows;
    this.pinnedAccountId = learned.pinnedAccountId;
    this.listed = learned.listed;
  }

  /** Whether an answer lacks rows, from what it says and from how many it has. */
  suspicionOf({
    cutBy,
    updates,
  }: Pick<Answer, 'cutBy'> & { readonly updates: Pick<Updates, 'length'> }): Suspicion | null {
    const rows = updates.length;
    const limits = { rowCap: this.#rowCap, mostRows: this.#mostRows };
    this.#gave(rows);
    if (cutBy !== null) return 'proved';
    if (!isSuspiciousCount(rows, limits)) return null;
    if (rows === limits.rowCap) return 'limit';
    if (!isRound(rows)) return 'record';
    return rows >= limits.mostRows ? 'limit' : 'round';
  }

  /** A window that was suspected has more rows now: they came late. */
  wasLate(rows: number): void {
    this.#gave(rows);
  }

  /** What it gave once is no limit any more, nor is anything below. */
  #gave(rows: number): void {
    this.#mostRows = Math.max(this.#mostRows, rows);
    if (this.#rowCap !== null && rows > this.#rowCap) this.#rowCap = null;
  }

  /** An answer was cut beyond doubt: the next window that is read whole has the size that works. */
  wasCut(): void {
    this.#justCut = true;
  }

  /**
   * @param cap a row limit that this window proved. The most rows ever received count from then on:
   *   a source that gave more before has lowered its limit
   */
  async windowRead({ fromMs, toMs }: Window, rows: number, cap: number | null): Promise<void> {
    if (cap !== null) {
      this.#rowCap = cap;
      this.#mostRows = cap;
    }
    if (rows > 0 && toMs > (this.listed?.toMs ?? 0)) this.listed = { fromMs, toMs };
    if ((this.#justCut || cap !== null) && toMs - fromMs < this.windowMs) {
      this.windowMs = toMs - fromMs;
      this.#shrank = true;
    }
    this.#justCut = false;
    await this.#remember(this.#shrank ? this.windowMs : this.#stored.windowMs);
  }

  /** The first request of a run timed out: the next run asks for half of it. */
  async shrinkWindow({ fromMs, toMs }: Window): Promise<void> {
    const half = Math.floor((toMs - fromMs) / 2);
    if (half >= SMALLEST_AFTER_TIMEOUT_MS) await this.#remember(half);
  }

  /** At the end of a run: if nothing was cut, the next may ask for a little more. */
  async growWindow(): Promise<void> {
    if (this.#shrank || this.windowMs === this.#longestMs) return;
    await this.#remember(nextWindowMs(this.windowMs, this.#longestMs));
  }

  async #remember(windowMs: number | null): Promise<void> {
    const { windowMs: w, rowCap: c, mostRows: m, listed } = this.#stored;
    const isOld = (this.listed?.toMs ?? 0) > (listed?.toMs ?? 0) + LISTED_FOR_MS;
    const facts = {
      windowMs,
      rowCap: this.#rowCap,
      mostRows: this.#mostRows,
      listed: isOld ? this.listed : listed,
    };
    if (facts.windowMs === w && facts.rowCap === c && facts.mostRows === m && !isOld) return;
    await this.#checkpoint.remember(facts);
    this.#stored = facts;
  }
}
