import { type Evidence, provedCoverage } from '../../../shared/checkpoint/proved-coverage.ts';

const HOUR = 3_600_000;
const NOTHING: Evidence = { responses: [], gone: [], steps: [], nowMs: 24 * HOUR };
const span = (from: number, to: number) => ({ fromMs: from * HOUR, toMs: to * HOUR });
const response = (from: number, to: number, { isStored = true, pulledAt = to } = {}) => ({
  ...{ window: span(from, to), pulledAtMs: pulledAt * HOUR, isStored },
});
const step = (from: number, to: number, { endedAt = to, isRead = true } = {}) => ({
  ...{ ...span(from, to), endedAtMs: endedAt * HOUR, isRead },
});

/** Hours, and parts of them in whole minutes: two seconds more are asked for on both sides of a window. */
const proved = (evidence: Partial<Evidence>) => {
  const found = provedCoverage({ ...NOTHING, ...evidence });
  const hours = (ms: number) => Math.round((ms / HOUR) * 60) / 60;
  return (
    found && {
      start: hours(found.startMs),
      watermark: hours(found.watermarkMs),
      skipped: found.skipped.map(({ fromMs, toMs }) => [hours(fromMs), hours(toMs)]),
      doubts: found.doubts.map(({ kind, fromMs, toMs }) => [kind, hours(fromMs), hours(toMs)]),
    }
  );
};

describe('what is proved to be read', () => {
  it('reaches as far as responses of which all rows are stored, and leaves out what was never asked for', () => {
    const responses = [response(0, 2), response(2, 4), response(6, 8)];
    expect(proved({ responses })).toEqual({
      ...{ start: 0, watermark: 8, skipped: [[4, 6]], doubts: [] },
    });
  });

  it('ends before a response that landed and was not merged: a pull reads it again', () => {
    const responses = [response(0, 2), response(1, 3, { isStored: false })];
    expect(proved({ responses })).toEqual({ start: 0, watermark: 1, skipped: [], doubts: [] });
  });

  it('is in doubt of one in the midst of history, where no pull would read it again', () => {
    const responses = [response(0, 2), response(1, 3, { isStored: false }), response(3, 5)];
    expect(proved({ responses })).toEqual({
      ...{ start: 0, watermark: 5, skipped: [[1, 3]], doubts: [['not stored', 1, 3]] },
    });
  });

  it('is in doubt of what rows come from whose responses are gone, even before all that is proved', () => {
    const evidence = { responses: [response(3, 5)], gone: [span(0, 2), span(5, 6)] };
    expect(proved(evidence)).toEqual({
      ...{ start: 0, watermark: 5, skipped: [[0, 3]], doubts: [['gone', 0, 2]] },
    });
  });

  it('is in doubt from the earliest on, and of nothing behind the watermark', () => {
    const responses = [
      ...[response(1, 2), response(2, 3, { isStored: false }), response(3, 5)],
      response(4, 6, { isStored: false }),
    ];
    expect(proved({ responses, gone: [span(0, 1)] })).toEqual({
      ...{ start: 0, watermark: 4 },
      skipped: [
        [0, 1],
        [2, 3],
      ],
      doubts: [
        ['gone', 0, 1],
        ['not stored', 2, 3],
      ],
    });
  });

  it('takes the word of runs for what has expired, but not where rows are not stored', () => {
    const evidence = { responses: [response(4, 5)], gone: [span(0, 2)], steps: [step(0, 4)] };
    expect(proved(evidence)).toEqual({ start: 0, watermark: 5, skipped: [], doubts: [] });
    const responses = [response(4, 5), response(1, 2, { isStored: false })];
    expect(proved({ ...evidence, responses })?.doubts).toEqual([['not stored', 1, 2]]);
  });

  it('is not what was asked for before it had ended, by a clock that ran ahead', () => {
    const early = response(2, 9, { pulledAt: 4 });
    expect(proved({ responses: [response(0, 2), early] })?.watermark).toBe(2);
    expect(proved({ responses: [response(0, 2), response(2, 30)] })?.watermark).toBe(2);
    expect(proved({ steps: [step(0, 2), step(2, 9, { endedAt: 4 })] })?.watermark).toBe(2);
  });

  it('is not what a watermark was moved over by hand, nor moved back over until it is read again', () => {
    const byHand = (from: number, to: number, endedAt: number) =>
      step(from, to, { endedAt, isRead: false });
    const skipped = [step(0, 2), byHand(2, 4, 5), step(4, 5, { endedAt: 6 })];
    expect(proved({ steps: skipped })).toMatchObject({ watermark: 5, skipped: [[2, 4]] });
    const back = [step(0, 4), byHand(4, 1, 5)];
    expect(proved({ steps: back })?.watermark).toBe(1);
    const again = [...back, step(1, 3, { endedAt: 6 })];
    expect(proved({ steps: again })?.watermark).toBe(3);
    // In whatever order they are told.
    expect(proved({ steps: again.reverse() })?.watermark).toBe(3);
  });

  it('is nothing without evidence', () => {
    expect(proved({ gone: [span(0, 2)] })).toBeNull();
    expect(proved({ responses: [response(0, 2, { isStored: false })] })).toBeNull();
  });
});
