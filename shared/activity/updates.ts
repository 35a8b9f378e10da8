import { columnsOfRows } from './event-rows.ts';
import { type ParseContext, type Parsed, parseUpdates } from './parse.ts';
import { parseScanned } from './parse-columns.ts';
import { elementAt, type ScannedUpdates } from './scanned-updates.ts';
import type { SourceElement } from './source-text.ts';

/** The updates of an answer in the source's order; each is made when its turn comes. */
export interface Elements extends Iterable<SourceElement> {
  readonly length: number;
}

/** However they were read: nobody else knows whether as columns or element by element. */
export interface Updates extends Elements {
  readonly parse: (context: ParseContext) => Parsed;
}

export function updatesOf(elements: readonly SourceElement[]): Updates {
  return {
    length: elements.length,
    [Symbol.iterator]: () => elements[Symbol.iterator](),
    parse: (context) => {
      const { events, ...rest } = parseUpdates(elements, context);
      return { ...rest, events: columnsOfRows(events) };
    },
  };
}

export const NO_UPDATES = updatesOf([]);

export function updatesScanned(scanned: ScannedUpdates): Updates {
  return {
    length: scanned.length,
    *[Symbol.iterator]() {
      for (let i = 0; i < scanned.length; i += 1) yield elementAt(scanned, i);
    },
    parse: (context) => parseScanned(scanned, context),
  };
}
