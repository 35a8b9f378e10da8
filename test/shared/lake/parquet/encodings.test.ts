import fc from 'fast-check';
import { lowerBound, upperBound } from '../../../../shared/lake/parquet/bounds.ts';
import { bitWidth, decodeHybrid, encodeHybrid } from '../../../../shared/lake/parquet/hybrid.ts';
import { bytesOf, i64, list, readStruct, struct } from '../../../../shared/lake/parquet/thrift.ts';
import { column } from '../../../../shared/lake/table.ts';

/** Numbers alone and in runs, long enough to fill many groups of eight. */
const numbers = fc.integer({ min: 0, max: 24 }).chain((width) =>
  fc
    .array(fc.tuple(fc.integer({ min: 0, max: 2 ** width - 1 }), fc.integer({ min: 1, max: 40 })), {
      maxLength: 40,
    })
    .map((runs) => runs.flatMap(([value, times]) => Array<number>(times).fill(value))),
);

describe('the hybrid of runs and packed bits', () => {
  it('gives back what was written', () => {
    fc.assert(
      fc.property(numbers, (values) => {
        const width = bitWidth(Math.max(0, ...values));
        const bytes = encodeHybrid(Int32Array.from(values), width);
        expect([...decodeHybrid(bytes, width, values.length)]).toEqual(values);
      }),
      { numRuns: 200 },
    );
  });

  it('notices bytes that end too early', () => {
    const bytes = encodeHybrid(
      Int32Array.from({ length: 100 }, (_, i) => i),
      7,
    );
    expect(() => decodeHybrid(bytes.subarray(0, 40), 7, 100)).toThrow(RangeError);
    expect(() => decodeHybrid(bytes, 7, 105)).toThrow(RangeError);
  });
});

describe('the bounds of a chunk', () => {
  const texts = fc.array(
    fc.string({
      unit: fc.constantFrom('a', 'é', '\ud7ff', '\uffff', '😀', '\u{10ffff}'),
      maxLength: 90,
    }),
    { minLength: 1, maxLength: 4 },
  );

  it('hold all texts between them in at most 64 bytes', () => {
    fc.assert(
      fc.property(texts, (values) => {
        const sorted = values.map((text) => Buffer.from(text)).sort(Buffer.compare);
        const inOrder = sorted.map(String);
        const text = column('c', 'string', '');
        const [least, greatest] = [lowerBound(text, inOrder), upperBound(text, inOrder)];
        for (const bound of [least, greatest]) expect(bound?.bytes.length ?? 0).toBeLessThan(65);
        const [first = Buffer.of(), last = Buffer.of()] = [sorted[0], sorted.at(-1)];
        const below = Buffer.compare(least?.bytes ?? Buffer.of(), first);
        expect(below).toBe(least?.isExact ? 0 : -1);
        if (greatest === null) return;
        expect(Buffer.compare(greatest.bytes, last)).toBe(greatest.isExact ? 0 : 1);
        expect(Buffer.from(greatest.bytes).toString()).not.toContain('\ufffd');
      }),
    );
  });
});

describe('the compact protocol', () => {
  it('gives back whole numbers, and lists of any length', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.maxSafeInteger().map((n) => Math.trunc(n / 2)),
          { maxLength: 20 },
        ),
        (all) => {
          const bytes = bytesOf(struct({ 3: i64(all.length), 9: list(all.map(i64)) }));
          const { struct: read, end } = readStruct(bytes, 0);
          expect(end).toBe(bytes.length);
          expect(read.number(3)).toBe(all.length);
          expect(read.get(9)).toEqual(all.map((n) => (n === 0 ? 0 : n)));
        },
      ),
    );
  });
});
