import fc from 'fast-check';
import { sourceZone } from '../../../shared/activity/source-zone.ts';
import {
  askedFor,
  halves,
  isSuspiciousCount,
  nextWindow,
  nextWindowMs,
  pullSpan,
  type Window,
} from '../../../shared/activity/window-plan.ts';

const at = (iso: string) => Date.parse(iso);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function plan(span: Window, longestMs: number, zone = sourceZone('UTC')): Window[] {
  const windows: Window[] = [];
  let next = nextWindow({ span, longestMs, zone });
  while (next !== null) {
    windows.push(next);
    next = nextWindow({ span: { ...span, fromMs: next.toMs }, longestMs, zone });
  }
  return windows;
}

describe('nextWindow', () => {
  it('covers a span without gap or overlap, in whole seconds, none too long', () => {
    const instant = fc.integer({
      min: at('2026-10-01T00:00:00Z'),
      max: at('2026-12-01T00:00:00Z'),
    });
    fc.assert(
      fc.property(
        instant,
        fc.integer({ min: 0, max: 3 * 24 * HOUR }),
        fc.integer({ min: 7 * MINUTE, max: 24 * HOUR }),
        fc.constantFrom('UTC', 'America/New_York', 'Australia/Lord_Howe'),
        (fromMs, lengthMs, longestMs, zone) => {
          const toMs = fromMs + lengthMs;
          const windows = plan({ fromMs, toMs }, longestMs, sourceZone(zone));
          const from = Math.ceil(fromMs / 1000) * 1000;
          const to = Math.floor(toMs / 1000) * 1000;
          if (from >= to) expect(windows).toEqual([]);
          else {
            expect(windows[0]?.fromMs).toBe(from);
            expect(windows.at(-1)?.toMs).toBe(to);
          }
          windows.forEach((window, i) => {
            expect(window.toMs - window.fromMs).toBeGreaterThanOrEqual(1000);
            expect(window.toMs - window.fromMs).toBeLessThanOrEqual(longestMs);
            expect(window.toMs % 1000).toBe(0);
            if (i > 0) expect(window.fromMs).toBe(windows[i - 1]?.toMs);
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('asks within half an hour of the clock wherever local time occurs twice, and only there', () => {
    const span = { fromMs: at('2026-11-01T00:00:00Z'), toMs: at('2026-11-01T12:00:00Z') };
    const twice = { fromMs: at('2026-11-01T05:00:00Z'), toMs: at('2026-11-01T07:00:00Z') };
    const windows = plan(span, 6 * HOUR, sourceZone('America/New_York'));
    const touching = windows.filter((w) => w.fromMs < twice.toMs && w.toMs > twice.fromMs);
    expect(touching).toHaveLength(9);
    const cell = (ms: number) => Math.floor(ms / (30 * MINUTE));
    for (const w of touching.filter(({ fromMs, toMs }) => toMs - fromMs > 4_000)) {
      expect(cell(askedFor(w).fromMs)).toBe(cell(askedFor(w).toMs - 1));
    }
    expect(windows[0]).toEqual({ fromMs: span.fromMs, toMs: twice.fromMs });
    expect(windows.at(-1)).toEqual({ fromMs: twice.toMs + 2_000, toMs: span.toMs });
  });
});

describe('pullSpan', () => {
  const nowMs = at('2026-11-23T12:00:00Z');
  const settings = { lookbackMs: HOUR, settleDelayMs: 90_000 };

  it('looks back behind the watermark and stops where the source has settled', () => {
    const watermarkMs = nowMs - 10 * MINUTE;
    expect(pullSpan({ watermarkMs, startMs: 0 }, settings, nowMs)).toEqual({
      fromMs: watermarkMs - HOUR,
      toMs: nowMs - 90_000,
    });
  });

  it('never looks back before the start of the account', () => {
    const startMs = nowMs - 20 * MINUTE;
    const span = pullSpan({ watermarkMs: startMs, startMs }, settings, nowMs);
    expect(span.fromMs).toBe(startMs);
  });
});

describe('askedFor', () => {
  it('asks two seconds more on both sides', () => {
    expect(askedFor({ fromMs: 10_000, toMs: 20_000 })).toEqual({ fromMs: 8_000, toMs: 22_000 });
  });
});

describe('halves', () => {
  it('splits any window down to single seconds without losing one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3_000 }), (seconds) => {
        const leaves = (w: Window): Window[] => halves(w)?.flatMap(leaves) ?? [w];
        const all = leaves({ fromMs: 7_000, toMs: 7_000 + seconds * 1000 });
        expect(all.map((w) => w.fromMs)).toEqual(
          Array.from({ length: seconds }, (_, i) => 7_000 + i * 1000),
        );
      }),
      { numRuns: 30 },
    );
  });
});

describe('isSuspiciousCount', () => {
  it.each([
    [1000, { rowCap: null, mostRows: 5000 }, true],
    [100, { rowCap: null, mostRows: 5000 }, true],
    [1001, { rowCap: null, mostRows: 5000 }, false],
    [137, { rowCap: 137, mostRows: 5000 }, true],
    [137, { rowCap: null, mostRows: 138 }, false],
    [137, { rowCap: null, mostRows: 137 }, true],
    [137, { rowCap: null, mostRows: 0 }, true],
    [19, { rowCap: null, mostRows: 0 }, false],
    [0, { rowCap: null, mostRows: 0 }, false],
  ])('of %i rows when %j is known: %p', (rows, limits, expected) => {
    expect(isSuspiciousCount(rows, limits)).toBe(expected);
  });
});

describe('nextWindowMs', () => {
  it('grows slowly back to the longest allowed, from any size', () => {
    let ms = 1000;
    let runs = 0;
    for (; ms < 6 * HOUR; runs += 1) {
      const grown = nextWindowMs(ms, 6 * HOUR);
      expect(grown).toBeGreaterThan(ms);
      expect(grown).toBeLessThanOrEqual(Math.max(2 * ms, 6 * HOUR));
      ms = grown;
    }
    expect(ms).toBe(6 * HOUR);
    expect(runs).toBeGreaterThan(20);
  });
});
