import fc from 'fast-check';
import type { AgentActivityRow } from '../../../shared/activity/event.ts';
import { mergeRows } from '../../../shared/activity/merge.ts';
import { parseUpdates } from '../../../shared/activity/parse.ts';
import { sourceZone } from '../../../shared/activity/source-zone.ts';
import { askedFor, type Window } from '../../../shared/activity/window-plan.ts';
import { writeBlock } from '../../../shared/lake/block-format.ts';
import { agentActivity } from '../../../shared/lake/tables.ts';
import { elements } from './elements.ts';

const dayMs = Date.parse('2026-11-01T00:00:00Z');
const SPAN_S = 60;

interface Change {
  readonly agent: string;
  readonly second: number;
  readonly activity: string;
  readonly reason: string | null;
}

/** What happened, in the order in which it happened; several changes of one agent in one second are common. */
const truthOf = fc
  .array(
    fc.record({
      agent: fc.constantFrom('a', 'b', 'c'),
      second: fc.integer({ min: 0, max: SPAN_S - 1 }),
      activity: fc.constantFrom('Available', 'Busy'),
      reason: fc.constantFrom(null, '1'),
    }),
    { maxLength: 40 },
  )
  .map((changes): readonly Change[] => {
    const sorted = [...changes].sort((x, y) => x.second - y.second);
    const last = new Map<string, string>();
    // The same status twice in a row within a second is no change.
    return sorted.filter(({ agent, second, activity, reason }) => {
      const key = `${agent} ${second}`;
      const change = `${activity} ${reason}`;
      const repeats = last.get(key) === change;
      last.set(key, change);
      return !repeats;
    });
  });

/** The same truth, pulled: any windows that together cover it, each any number of times. */
const pulls = fc
  .tuple(
    fc.uniqueArray(fc.integer({ min: 1, max: SPAN_S - 1 }), { maxLength: 6 }),
    fc.array(
      fc.record({
        from: fc.integer({ min: 0, max: SPAN_S - 1 }),
        length: fc.integer({ min: 1, max: 30 }),
      }),
      { maxLength: 6 },
    ),
  )
  .map(([cuts, more]): Window[] => {
    const bounds = [0, ...cuts.sort((a, b) => a - b), SPAN_S];
    const cover = bounds.slice(1).map((to, i) => ({ from: bounds[i] as number, to }));
    const overlaps = more.map(({ from, length }) => ({ from, to: from + length }));
    return [...cover, ...overlaps].map(({ from, to }) => ({
      fromMs: dayMs + from * 1000,
      toMs: dayMs + to * 1000,
    }));
  });

/** What the source answers for a window: agents interleaved at will, rows repeated, bounds its own. */
interface Manner {
  readonly shuffle: number;
  readonly repeat: number;
  readonly newestFirst: boolean;
  readonly bounds: 'inclusive' | 'exclusive';
}
const manner: fc.Arbitrary<Manner> = fc.record({
  shuffle: fc.nat(),
  repeat: fc.integer({ min: 1, max: 5 }),
  newestFirst: fc.boolean(),
  bounds: fc.constantFrom('inclusive', 'exclusive'),
});

function answer(truth: readonly Change[], window: Window, how: Manner): unknown[] {
  const { fromMs, toMs } = askedFor(window);
  const inside = truth.filter(({ second }) => {
    const ms = dayMs + second * 1000;
    return how.bounds === 'inclusive' ? ms >= fromMs && ms <= toMs : ms > fromMs && ms < toMs;
  });
  const rank = new Map(['a', 'b', 'c'].map((agent, i) => [agent, (i + how.shuffle) % 3]));
  const direction = how.newestFirst ? -1 : 1;
  // A stable sort: within one agent-second the source's order is the order of the changes.
  const ordered = [...inside].sort(
    (x, y) =>
      direction * (x.second - y.second) || (rank.get(x.agent) ?? 0) - (rank.get(y.agent) ?? 0),
  );
  return ordered.flatMap((change, i) => {
    const row = {
      AgentId: change.agent,
      EventTime: new Date(dayMs + change.second * 1000).toISOString(),
      Activity: change.activity,
      ReasonCode: change.reason ?? '',
    };
    return i % how.repeat === 0 ? [row, row] : [row];
  });
}

function rowsOf(truth: readonly Change[], window: Window, how: Manner, number: number) {
  const { events, rejected } = parseUpdates(elements(answer(truth, window, how)), {
    window,
    asked: askedFor(window),
    zone: sourceZone('UTC'),
    pulledAtMs: dayMs + 86_400_000 + (number % 3) * 1000,
    clockMs: dayMs + 86_400_000,
    earliestMs: 0,
    sourceObject: `landing/${number}`,
  });
  expect(rejected).toEqual([]);
  return events;
}

const merged = (...batches: (readonly AgentActivityRow[])[]) =>
  batches.reduce(
    (stored, batch) => mergeRows(agentActivity, stored, batch).rows,
    [] as readonly AgentActivityRow[],
  );

function expected(truth: readonly Change[]) {
  const seconds = new Map<string, Change[]>();
  return truth
    .map((change) => {
      const key = `${change.agent} ${change.second}`;
      const before = seconds.get(key) ?? [];
      seconds.set(key, [...before, change]);
      const same = (c: Change) => c.activity === change.activity && c.reason === change.reason;
      const { agent, second, activity, reason } = change;
      return [agent, second, activity, reason, before.filter(same).length + 1, before.length];
    })
    .sort();
}

const stored = (rows: readonly AgentActivityRow[]) =>
  rows
    .map((r) => [
      r.agent_id,
      (r.event_time - dayMs) / 1000,
      r.activity,
      r.reason_code,
      r.occurrence,
      r.event_seq,
    ])
    .sort();

describe('however the truth is pulled', () => {
  it('the stored rows are the truth, once each', () => {
    fc.assert(
      fc.property(truthOf, pulls, fc.array(manner, { minLength: 1 }), (truth, windows, manners) => {
        const batches = windows.map((window, i) =>
          rowsOf(truth, window, manners[i % manners.length] as Manner, i),
        );
        expect(stored(merged(...batches))).toEqual(expected(truth));
      }),
      { numRuns: 300 },
    );
  });

  it('the block is the same bytes, in whatever order and groups it was merged', () => {
    fc.assert(
      fc.property(
        truthOf,
        pulls,
        manner,
        fc.array(fc.nat(), { minLength: 12, maxLength: 12 }),
        (truth, windows, how, order) => {
          const batches = windows.map((window, i) => rowsOf(truth, window, how, i));
          const shuffled = batches
            .map((batch, i) => ({ batch, at: order[i % order.length] ?? 0 }))
            .sort((a, b) => a.at - b.at)
            .map(({ batch }) => batch);
          const half = Math.floor(shuffled.length / 2);
          const grouped = merged(
            merged(...shuffled.slice(half)),
            merged(...shuffled.slice(0, half)),
            ...shuffled,
          );
          const bytes = (rows: readonly AgentActivityRow[]) =>
            Buffer.from(writeBlock(agentActivity, rows));
          expect(bytes(grouped).equals(bytes(merged(...batches)))).toBe(true);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('events listed late, whichever, are stored as if they had not been', () => {
    fc.assert(
      fc.property(
        truthOf,
        pulls,
        manner,
        fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
        (truth, windows, how, isLate) => {
          const early = truth.filter((_, i) => !isLate[i]);
          const before = windows.map((window, i) => rowsOf(early, window, how, i));
          const after = windows.map((window, i) => rowsOf(truth, window, how, i + 100));
          expect(stored(merged(...before, ...after))).toEqual(expected(truth));
          expect(stored(merged(...after, ...before))).toEqual(expected(truth));
        },
      ),
      { numRuns: 300 },
    );
  });
});
