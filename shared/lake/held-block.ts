import type { Span } from '../activity/spans.ts';
import { type OpenRowGroup, openBlock, spanOf } from './block-format.ts';
import type { Table } from './table.ts';

/**
 * A block as it was at some instant, read window by window, oldest first: what is decoded of a row group is held while
 * windows lie in it, and no longer.
 */
export class HeldBlock {
  readonly #table: Table;
  readonly #bytes: Uint8Array;
  readonly #spanMs: number;
  #at = Number.NaN;
  #groups: readonly OpenRowGroup[] = [];

  constructor(table: Table, bytes: Uint8Array) {
    this.#table = table;
    this.#bytes = bytes;
    this.#spanMs = table.rowGroup?.ms ?? Number.POSITIVE_INFINITY;
  }

  /** @throws what `openBlock` throws */
  groupsIn({ fromMs, toMs }: Span): readonly OpenRowGroup[] {
    const [first, last] = [fromMs, toMs - 1].map((ms) => Math.floor(ms / this.#spanMs)) as [
      number,
      number,
    ];
    if (first !== this.#at) this.#groups = openBlock(this.#table, this.#bytes).groups;
    this.#at = first;
    return this.#groups.filter(({ group }) => {
      const span = spanOf(this.#table, group);
      return span >= first && span <= last;
    });
  }
}
