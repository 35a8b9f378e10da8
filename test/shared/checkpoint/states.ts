import fc from 'fast-check';
import type { Backfill } from '../../../shared/checkpoint/backfills.ts';
import type { AccountState } from '../../../shared/checkpoint/state-document.ts';

const HOUR = 3_600_000;
const baseMs = Date.parse('2025-03-01T00:00:00Z');

/** After all that these states speak of, epoch milliseconds. */
export const afterAllMs = baseMs + 300 * HOUR;

/** An instant of the ten days of these states, at a whole hour. */
const hour = (min = 0, max = 240) => fc.integer({ min, max }).map((hours) => baseMs + hours * HOUR);

export const spansOfStates = fc.array(
  fc.tuple(hour(), hour()).map(([a, b]) => ({ fromMs: Math.min(a, b), toMs: Math.max(a, b) })),
  { maxLength: 4 },
);

const digest = fc.integer({ min: 0, max: 15 }).map((digit) => digit.toString(16).repeat(64));

function backfill(name: string): fc.Arbitrary<Backfill> {
  return fc
    .record({
      from: fc.integer({ min: 0, max: 200 }),
      hours: fc.integer({ min: 1, max: 40 }),
      read: fc.integer({ min: 0, max: 40 }),
      status: fc.constantFrom<Backfill['status']>('active', 'done', 'cancelled'),
      addedAtMs: hour(),
      by: fc.constantFrom('ann@desk', 'arn:aws:sts::1:assumed-role/ops/ann'),
    })
    .map(({ from, hours, read, status, ...rest }) => {
      const toMs = baseMs + (from + hours) * HOUR;
      const fromMs = baseMs + from * HOUR;
      const readMs = baseMs + (from + Math.min(read, hours)) * HOUR;
      return { ...rest, name, fromMs, toMs, status, positionMs: status === 'done' ? toMs : readMs };
    });
}

/** Any state that an account can be in while no replay changes its zone. */
export const states: fc.Arbitrary<AccountState> = fc
  .record({
    start: fc.integer({ min: 0, max: 120 }),
    hours: fc.integer({ min: 0, max: 120 }),
    // Pairs of hours within: what a person moved the watermark over, one span perhaps touching the next.
    skipped: fc.uniqueArray(fc.integer({ min: 0, max: 120 }), { maxLength: 6 }),
    keptDays: fc.option(fc.integer({ min: 0, max: 4 })),
    erased: fc.uniqueArray(digest, { maxLength: 3 }),
    sourceTimeZone: fc.constantFrom('UTC', 'Asia/Kolkata', 'America/New_York'),
    windowMs: fc.option(fc.constantFrom(1_000, HOUR)),
    rowCap: fc.option(fc.integer({ min: 1, max: 5_000 })),
    mostRows: fc.nat(5_000),
    listed: fc.option(fc.constant({ fromMs: baseMs, toMs: baseMs + HOUR })),
    pinnedAccountId: fc.option(fc.constantFrom('acc-1', 'st-☃')),
    backfills: fc.tuple(fc.option(backfill('old')), fc.option(backfill('older.1'))),
  })
  .map(({ start, hours, skipped, keptDays, erased, sourceTimeZone, backfills, ...facts }) => {
    const startMs = baseMs + start * HOUR;
    const within = skipped.filter((each) => each <= hours).sort((a, b) => a - b);
    const pairs = within.flatMap((from, index) => {
      const to = within[index + 1];
      return index % 2 === 1 || to === undefined ? [] : [[from, to] as const];
    });
    return {
      checkpoint: {
        startMs,
        watermarkMs: startMs + hours * HOUR,
        sourceTimeZone,
        keptFromMs: keptDays === null ? Number.NEGATIVE_INFINITY : baseMs + keptDays * 24 * HOUR,
        erased: new Set(erased),
        skipped: pairs.map(([from, to]) => ({
          fromMs: startMs + from * HOUR,
          toMs: startMs + to * HOUR,
        })),
        facts,
      },
      backfills: backfills.filter((each) => each !== null),
    };
  });
