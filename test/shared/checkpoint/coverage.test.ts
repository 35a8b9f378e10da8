import { covers } from '../../../shared/activity/spans.ts';
import type { Backfill } from '../../../shared/checkpoint/backfills.ts';
import { coverageOf, holesIn } from '../../../shared/checkpoint/coverage.ts';

const span = (fromMs: number, toMs: number) => ({ fromMs, toMs });
const known = {
  ...{ startMs: 100, watermarkMs: 200, keptFromMs: Number.NEGATIVE_INFINITY },
  skipped: [span(140, 150)],
};
const backfill = (fromMs: number, positionMs: number, toMs: number): Backfill => ({
  ...{ name: 'older', fromMs, positionMs, toMs, status: 'active', addedAtMs: 0, by: 'Ada' },
});
const backfills = [backfill(20, 60, 100), backfill(0, 10, 20)];

describe('what was read whole', () => {
  it('is what the pull read but what it skipped, and of each backfill what it has come to', () => {
    expect(coverageOf(known, backfills)).toEqual([
      ...[span(0, 10), span(20, 60), span(100, 140), span(150, 200)],
    ]);
  });

  it('is read also where a backfill made up for what was skipped', () => {
    expect(coverageOf(known, [backfill(130, 160, 160)])).toEqual([span(100, 200)]);
  });

  it('is not what has expired', () => {
    expect(coverageOf({ ...known, keptFromMs: 30 }, backfills)).toEqual([
      ...[span(30, 60), span(100, 140), span(150, 200)],
    ]);
  });
});

describe('a span', () => {
  const coverage = [span(10, 20), span(30, 40)];

  it.each([
    ['that is one of them', span(10, 20), true],
    ['within one', span(31, 39), true],
    ['that begins sooner', span(9, 20), false],
    ['that ends later', span(10, 21), false],
    ['over a hole', span(10, 40), false],
  ])('%s is covered: %#', (_what, within, isCovered) => {
    expect(covers(coverage, within)).toBe(isCovered);
  });

  it('is not covered by nothing', () => {
    expect(covers([], span(10, 20))).toBe(false);
  });
});

describe('the holes', () => {
  it('reach from the first instant that was ever to be read to the watermark', () => {
    const coverage = coverageOf(known, backfills);
    expect(holesIn(coverage, known, backfills)).toEqual([
      ...[span(10, 20), span(60, 100), span(140, 150)],
    ]);
    expect(holesIn(coverageOf(known, []), known, [])).toEqual([span(140, 150)]);
  });

  it('are none in what has expired', () => {
    const kept = { ...known, keptFromMs: 70 };
    expect(holesIn(coverageOf(kept, backfills), kept, backfills)).toEqual([
      ...[span(70, 100), span(140, 150)],
    ]);
  });
});
