import fc from 'fast-check';
import {
  covers,
  overlaps,
  type Span,
  subtractSpans,
  unionOfSpans,
} from '../../../shared/activity/spans.ts';

const spans = fc.array(
  fc.tuple(fc.nat(40), fc.nat(6)).map(([fromMs, length]) => ({ fromMs, toMs: fromMs + length })),
  { maxLength: 8 },
);

const instants = (list: readonly Span[]) =>
  Array.from({ length: 60 }, (_, ms) => ms).filter((ms) =>
    list.some(({ fromMs, toMs }) => fromMs <= ms && ms < toMs),
  );

describe('spans', () => {
  it('are united and subtracted as the sets of instants they are', () => {
    fc.assert(
      fc.property(spans, spans, (a, b) => {
        expect(instants(unionOfSpans([...a, ...b]))).toEqual(
          [...new Set([...instants(a), ...instants(b)])].sort((x, y) => x - y),
        );
        const without = new Set(instants(b));
        expect(instants(subtractSpans(a, b))).toEqual(instants(a).filter((ms) => !without.has(ms)));
      }),
    );
  });

  it('come out as few as can be, none empty', () => {
    fc.assert(
      fc.property(spans, spans, (a, b) => {
        for (const list of [unionOfSpans(a), subtractSpans(a, b)]) {
          for (const [index, { fromMs, toMs }] of list.entries()) {
            expect(fromMs).toBeLessThan(toMs);
            expect(fromMs).toBeGreaterThan(list[index - 1]?.toMs ?? Number.NEGATIVE_INFINITY);
          }
        }
      }),
    );
  });

  it('overlap when they share an instant, and cover one when they hold all of its', () => {
    const notEmpty = spans.map((list) => list.filter(({ fromMs, toMs }) => fromMs < toMs));
    fc.assert(
      fc.property(notEmpty, notEmpty, ([a], others) => {
        if (a === undefined) return;
        const held = new Set(instants([a]));
        for (const other of others) {
          expect(overlaps(a, other)).toBe(instants([other]).some((ms) => held.has(ms)));
        }
        const union = unionOfSpans(others);
        expect(covers(union, a)).toBe(instants(subtractSpans([a], union)).length === 0);
      }),
    );
  });
});
