import fc from 'fast-check';
import { subtractSpans } from '../../../shared/activity/spans.ts';
import {
  claimsOf,
  forgottenBy,
  keepingFor,
  withoutClaims,
} from '../../../shared/checkpoint/imported-state.ts';
import {
  type AccountState,
  stateIn,
  stateText,
} from '../../../shared/checkpoint/state-document.ts';
import { afterAllMs, spansOfStates, states } from './states.ts';

const HOUR = 3_600_000;
const startMs = Date.parse('2025-03-01T00:00:00Z');
const at = (hours: number) => startMs + hours * HOUR;
const span = (from: number, to: number) => ({ fromMs: at(from), toMs: at(to) });

const state: AccountState = {
  checkpoint: {
    ...{ startMs, watermarkMs: at(10), keptFromMs: Number.NEGATIVE_INFINITY },
    ...{ sourceTimeZone: 'UTC', erased: new Set(['aa']), skipped: [span(2, 3)] },
    facts: { windowMs: null, rowCap: null, mostRows: 0, listed: null, pinnedAccountId: null },
  },
  backfills: [
    { name: 'old', ...span(-5, 0), positionMs: at(0), status: 'done', addedAtMs: 0, by: 'ann' },
    {
      name: 'more',
      ...span(-9, -5),
      positionMs: at(-8),
      status: 'active',
      addedAtMs: 0,
      by: 'ann',
    },
  ],
};

describe('a state of which not all is proved', () => {
  it('is read again before an unproved end, and has gaps within', () => {
    const { checkpoint } = withoutClaims(state, [span(5, 6), span(8, 12)]);
    expect(checkpoint.watermarkMs).toBe(at(8));
    expect(checkpoint.skipped).toEqual([span(2, 3), span(5, 6)]);
  });

  it('lets a backfill go on before the first hole in what it read', () => {
    const { backfills } = withoutClaims(state, [span(-3, -2), span(-8.5, -8)]);
    expect(backfills).toMatchObject([
      { name: 'old', positionMs: at(-3), status: 'active' },
      { name: 'more', positionMs: at(-8.5), status: 'active' },
    ]);
  });

  it('begins anew when nothing is', () => {
    const { checkpoint, backfills } = withoutClaims(state, [span(-20, 20)]);
    expect(checkpoint).toMatchObject({ watermarkMs: startMs, skipped: [] });
    expect(claimsOf({ checkpoint, backfills })).toEqual([]);
  });

  it('claims nothing of that, nothing that it did not claim, and all else up to where it goes on', () => {
    fc.assert(
      fc.property(states, spansOfStates, (given, unproved) => {
        const left = withoutClaims(given, unproved);
        const [before, after] = [claimsOf(given), claimsOf(left)];
        expect(subtractSpans(after, unproved)).toEqual(after);
        expect(subtractSpans(after, before)).toEqual([]);
        const readAgain = [
          { fromMs: left.checkpoint.watermarkMs, toMs: given.checkpoint.watermarkMs },
          ...left.backfills.map(({ positionMs }, index) => ({
            fromMs: positionMs,
            toMs: given.backfills[index]?.positionMs ?? 0,
          })),
        ];
        expect(subtractSpans(before, [...after, ...unproved, ...readAgain])).toEqual([]);
        // It is one that can be stored, and handed on.
        const around = { accountId: 'acc-1', exportedAtMs: afterAllMs, exportedFrom: 'here' };
        expect(stateIn(stateText({ ...around, ...left }), 'x')).toEqual({ ...around, ...left });
      }),
    );
  });
});

describe('what is there', () => {
  const less = { checkpoint: { ...state.checkpoint, watermarkMs: at(9) }, backfills: [] };

  it('would be forgotten where the state does not know of it', () => {
    expect(forgottenBy(state, less, [])).toEqual({ spans: [], backfills: [] });
    expect(forgottenBy(less, state, state.backfills)).toEqual({
      ...{ spans: [span(-9, -8), span(-5, 0), span(9, 10)], backfills: ['more'] },
    });
    // One that was given up in the state would not be read to its end.
    const givenUp = state.backfills.map((each) => ({ ...each, status: 'cancelled' as const }));
    const cancelled = { ...state, backfills: givenUp };
    expect(forgottenBy(cancelled, state, state.backfills).backfills).toEqual(['more']);
    // Also where the checkpoint alone was lost.
    expect(forgottenBy(less, null, state.backfills).backfills).toEqual(['more']);
  });

  it('is kept of who was erased, what has expired and whom responses name', () => {
    const facts = { ...state.checkpoint.facts, pinnedAccountId: 'acc-1' };
    const there = { ...less, checkpoint: { ...less.checkpoint, keptFromMs: at(24), facts } };
    const known = { erased: new Set(['bb']), keptFromMs: at(0) };
    expect(keepingFor(state, there, known).checkpoint).toMatchObject({
      erased: new Set(['aa', 'bb']),
      keptFromMs: at(24),
      facts: { pinnedAccountId: 'acc-1' },
    });
    expect(keepingFor(state, null, known).checkpoint.keptFromMs).toBe(at(0));
  });

  it('is kept of what was learned of the source, which is newer than in any document', () => {
    const learned = { windowMs: HOUR, rowCap: 200, mostRows: 150, listed: null };
    const facts = { ...learned, pinnedAccountId: 'acc-1' };
    const there = { ...less, checkpoint: { ...less.checkpoint, facts } };
    const known = { erased: new Set<string>(), keptFromMs: Number.NEGATIVE_INFINITY };
    expect(keepingFor(state, there, known).checkpoint.facts).toEqual(facts);
    const lost = keepingFor({ ...state, checkpoint: there.checkpoint }, null, known);
    expect(lost.checkpoint.facts).toEqual(facts);
  });
});
