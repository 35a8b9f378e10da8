import fc from 'fast-check';
import { asRows, numbered } from '../../../shared/lake/coding.ts';
import { type CodedColumn, rowsBy } from '../../../shared/lake/columns.ts';
import { sortedBy } from '../../../shared/lake/row-order.ts';

// So few values that many rows are alike, in some or in all.
const row = fc.array(fc.integer({ min: -1, max: 2 }), { minLength: 4, maxLength: 4 });
const names = ['a', 'b', 'c', 'd'];

describe('the order of rows', () => {
  it('is that of the columns, the first deciding, and keeps rows as they come that are alike', () => {
    // Of some, many are alike in what is sorted by counting.
    const rows = fc
      .tuple(fc.array(row, { maxLength: 120, size: 'max' }), fc.boolean())
      .map(([all, areAlike]) => (areAlike ? all.map(([, , c, d]) => [0, 0, c, d]) : all));
    const by = fc.subarray(names, { minLength: 1 });
    fc.assert(
      fc.property(rows, by, fc.boolean(), fc.nat(), (all, columns, areSome, seed) => {
        const of = Object.fromEntries(
          names.map((name, at): [string, CodedColumn] => [
            name,
            {
              values: ['x', 'y', 'z'],
              codes: Int32Array.from(all, (each) => each[at] as number),
            },
          ]),
        );
        const from = [...all.keys()].filter((at) => !areSome || (at * 31 + seed) % 3 > 0);
        from.sort((a, b) => ((a * 7_919 + seed) % 101) - ((b * 7_919 + seed) % 101));
        const value = (at: number, name: string) => all[at]?.[names.indexOf(name)] as number;
        const expected = [...from].sort((a, b) => {
          const decides = columns.find((name) => value(a, name) !== value(b, name));
          return decides === undefined ? 0 : value(a, decides) - value(b, decides);
        });
        const given = Int32Array.from(from);
        expect([...sortedBy({ length: all.length, of }, columns, given)]).toEqual(expected);
        expect([...given]).toEqual(from);
      }),
    );
  });

  it('within each number is the one they come in', () => {
    expect([...rowsBy(Float64Array.of(7, 7, -1, 7, -1, 3))]).toEqual([
      [7, Int32Array.of(0, 1, 3)],
      [-1, Int32Array.of(2, 4)],
      [3, Int32Array.of(5)],
    ]);
  });
});

describe('numbers as a column', () => {
  const whole = fc.oneof(
    fc.integer({ min: -5, max: 5 }),
    fc.integer({ min: -5, max: 300 }).map((second) => 1_700_000_000_000 + second * 1_000),
    fc.maxSafeInteger(),
  );

  it.each([
    ['whole ones', fc.array(whole, { maxLength: 40 }).map((all) => Float64Array.from(all))],
    [
      'seconds',
      fc
        .array(fc.nat(3_600), { maxLength: 40 })
        .map((all) => Float64Array.from(all, (s) => s * 1_000)),
    ],
    [
      'small ones',
      fc
        .array(fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }), { maxLength: 40 })
        .map((all) => Int32Array.from(all)),
    ],
    [
      'any',
      fc.float64Array({ maxLength: 40, noNaN: true }).map((all) => all.map((each) => each + 0)),
    ],
  ])('are each once, ascending, and give back %s', (_, arbitrary) => {
    fc.assert(
      fc.property(arbitrary as fc.Arbitrary<Float64Array | Int32Array>, (numbers) => {
        const before = [...numbers];
        const column = numbered(numbers);
        const table = { columns: [{ name: 'n', type: 'bigint', comment: '', nullable: false }] };
        const rows = asRows(table as never, { length: numbers.length, of: { n: column } });
        expect(rows.map((each) => each.n)).toEqual(before);
        expect([...column.values]).toEqual([...new Set(before)].sort((a, b) => a - b));
        expect([...numbers]).toEqual(before);
      }),
    );
  });
});
