import { sourceZone, zonesWithOffset } from '../../../shared/activity/source-zone.ts';
import { zoneShifts, zonesBehind } from '../../../shared/activity/zone-guard.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const fromMs = Date.parse('2026-11-20T12:00:00Z');
const hourWindow = { fromMs, toMs: fromMs + HOUR };
const spread = (count: number, lengthMs: number, shiftMs = 0) =>
  Array.from({ length: count }, (_, i) => fromMs + shiftMs + Math.floor((i * lengthMs) / count));

describe('zoneShifts', () => {
  it.each([5.5, -5, 14, -11, 0.75])('finds times that are off by %d hours', (hours) => {
    expect(zoneShifts(spread(120, HOUR, hours * HOUR), hourWindow)).toEqual([-hours * HOUR]);
  });

  it('finds them in a window longer than the shift, where most of them look right', () => {
    const window = { fromMs, toMs: fromMs + 6 * HOUR };
    expect(zoneShifts(spread(600, 6 * HOUR, 2 * HOUR), window)[0]).toBe(-2 * HOUR);
  });

  it('says nothing of fewer than 20 times, or of times where they should be', () => {
    expect(zoneShifts(spread(19, HOUR, 5 * HOUR), hourWindow)).toEqual([]);
    expect(zoneShifts(spread(120, HOUR), hourWindow)).toEqual([]);
  });

  it('does not take a source that ignores the window for one in another zone', () => {
    expect(zoneShifts(spread(2000, 24 * HOUR, -12 * HOUR), hourWindow)).toEqual([]);
  });

  it('does not take a source that rounds the window to whole hours for one in another zone', () => {
    const asked = { fromMs: fromMs + 35 * MINUTE, toMs: fromMs + 100 * MINUTE };
    expect(zoneShifts(spread(240, 2 * HOUR), asked)).toEqual([]);
  });
});

describe('zonesBehind', () => {
  it('names the zones that exist among several shifts that fit', () => {
    const quietEdges = spread(60, HOUR / 2, 5.5 * HOUR + HOUR / 4);
    const shifts = zoneShifts(quietEdges, hourWindow);
    expect(shifts).toEqual([5.25, 5.5, 5.75].map((hours) => -hours * HOUR));
    expect(zonesBehind(sourceZone('UTC'), shifts, fromMs)).toMatch(
      /^Asia\/Kolkata or Asia\/Kath?mandu$/,
    );
  });
});

describe('zonesWithOffset', () => {
  it('names well-known zones whose clocks are that far ahead on that day', () => {
    expect(zonesWithOffset(5.5 * HOUR, fromMs)).toContain('Asia/Kolkata');
    expect(zonesWithOffset(-5 * HOUR, fromMs)[0]).toBe('America/New_York');
    expect(zonesWithOffset(-4 * HOUR, Date.parse('2026-07-01T00:00:00Z'))[0]).toBe(
      'America/New_York',
    );
  });
});

describe('sourceZone', () => {
  it('knows the spans that occur twice, wherever the question begins', () => {
    const span = {
      fromMs: Date.parse('2026-11-01T05:00:00Z'),
      toMs: Date.parse('2026-11-01T07:00:00Z'),
    };
    const zone = sourceZone('America/New_York');
    for (let ms = span.fromMs; ms < span.toMs; ms += 10 * MINUTE) {
      expect(zone.ambiguousSpans({ fromMs: ms, toMs: ms + 1000 })).toEqual([span]);
    }
    expect(zone.ambiguousSpans({ fromMs: span.toMs, toMs: span.toMs + HOUR })).toEqual([]);
    expect(zone.ambiguousSpans({ fromMs: span.fromMs - HOUR, toMs: span.fromMs })).toEqual([]);
  });

  it('knows zones that go back by half an hour', () => {
    const [span] = sourceZone('Australia/Lord_Howe').ambiguousSpans({
      fromMs: Date.parse('2026-04-04T00:00:00Z'),
      toMs: Date.parse('2026-04-05T00:00:00Z'),
    });
    expect((span?.toMs ?? 0) - (span?.fromMs ?? 0)).toBe(HOUR);
  });
});
