import fc from 'fast-check';
import type { AgentActivityRow } from '../../../shared/activity/event.ts';
import { mergeRows } from '../../../shared/activity/merge.ts';
import { type ParsedRows, parseUpdates } from '../../../shared/activity/parse.ts';
import { type SourceZone, sourceZone } from '../../../shared/activity/source-zone.ts';
import type { Span } from '../../../shared/activity/spans.ts';
import { askedFor, halves, nextWindow, type Window } from '../../../shared/activity/window-plan.ts';
import { agentActivity } from '../../../shared/lake/tables.ts';
import { elements } from './elements.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** When clocks are set back. */
const setBacks = {
  'Europe/Berlin': '2026-10-25T01:00:00Z',
  'America/New_York': '2026-11-01T06:00:00Z',
  'America/St_Johns': '2026-11-01T04:30:00Z',
  'Australia/Lord_Howe': '2026-04-04T15:00:00Z',
  'Africa/Cairo': '2026-10-29T21:00:00Z',
} as const;
type ZoneName = keyof typeof setBacks;

/** What a source takes for the span it is asked for: both bounds as it treats them. */
type Widening = (asked: Span) => Span;

const toWhole =
  (unitMs: number, phaseMs = 0): Widening =>
  ({ fromMs, toMs }) => ({
    fromMs: Math.floor((fromMs - phaseMs) / unitMs) * unitMs + phaseMs,
    toMs: Math.ceil((toMs - phaseMs) / unitMs) * unitMs + phaseMs - 1,
  });

const widenings: Record<string, Widening> = {
  'nothing, inclusive': (asked) => asked,
  'nothing, exclusive': ({ fromMs, toMs }) => ({ fromMs: fromMs + 1, toMs: toMs - 1 }),
  'whole minutes': toWhole(MINUTE),
  'whole quarters': toWhole(15 * MINUTE),
  'whole half hours': toWhole(30 * MINUTE),
  'whole hours': toWhole(HOUR),
  'hours that begin at the half': toWhole(HOUR, 30 * MINUTE),
  'ten minutes more': ({ fromMs, toMs }) => ({
    fromMs: fromMs - 10 * MINUTE,
    toMs: toMs + 10 * MINUTE,
  }),
};

const anySecond = fc.integer({ min: -4 * 3600, max: 5 * 3600 });
/** Where windows meet. */
const nearQuarter = fc
  .tuple(fc.integer({ min: -8, max: 8 }), fc.integer({ min: -5, max: 5 }))
  .map(([quarters, seconds]) => quarters * 900 + seconds);

/** Events around the instant, seconds from it: one in twenty minutes, and any others. */
const truths = fc.array(fc.oneof(anySecond, nearQuarter), { maxLength: 150 }).map((seconds) => {
  const regular = Array.from({ length: 28 }, (_, i) => -4 * 3600 + 37 + i * 1200);
  return [...new Set([...regular, ...seconds])].sort((x, y) => x - y);
});

/** Windows that together cover the span: any bounds, any lengths, some halved, some read again. */
const cuts = fc.array(
  fc.record({
    longestS: fc.integer({ min: 10 * 60, max: 6 * 3600 }),
    startS: fc.integer({ min: -5 * 3600, max: 0 }),
    halved: fc.boolean(),
  }),
  { maxLength: 2 },
);

function windowsOf(name: ZoneName, atMs: number, all: Parameters<typeof cutsOf>[2]) {
  return cutsOf(name, atMs, [{ longestS: 3 * 3600, startS: -5 * 3600, halved: false }, ...all]);
}

function cutsOf(
  name: ZoneName,
  atMs: number,
  all: readonly { longestS: number; startS: number; halved: boolean }[],
): Window[] {
  const zone = zoneOf(name);
  return all.flatMap(({ longestS, startS, halved }) => {
    const windows: Window[] = [];
    const span = { fromMs: atMs + startS * 1_000, toMs: atMs + 9 * HOUR };
    const longestMs = longestS * 1_000;
    for (let next = nextWindow({ span, longestMs, zone }); next !== null; ) {
      windows.push(...((halved && halves(next)) || [next]));
      next = nextWindow({ span: { ...span, fromMs: next.toMs }, longestMs, zone });
    }
    return windows;
  });
}

function read(
  name: ZoneName,
  truth: readonly number[],
  window: Window,
  widen: Widening,
): ParsedRows {
  const taken = widen(askedFor(window));
  const rows = truth
    .filter((ms) => ms >= taken.fromMs && ms <= taken.toMs)
    .map((ms) => ({ AgentId: 'a', EventTime: shownIn(name, ms), Activity: 'Busy' }));
  return parseUpdates(elements(rows), {
    window,
    asked: askedFor(window),
    zone: zoneOf(name),
    pulledAtMs: window.toMs + HOUR,
    clockMs: Date.parse('2027-01-01T00:00:00Z'),
    earliestMs: 0,
    sourceObject: 'landing/x',
  });
}

function pulled(name: ZoneName, truth: readonly number[], windows: Window[], widen: Widening) {
  const read_ = windows.map((window) => read(name, truth, window, widen));
  const events = read_.reduce(
    (rows, parsed) => mergeRows(agentActivity, rows, parsed.events).rows,
    [] as readonly AgentActivityRow[],
  );
  return {
    stored: events.map(({ event_time }) => event_time),
    reasons: new Set(read_.flatMap(({ rejected }) => rejected.map(({ reason }) => reason))),
  };
}

/** Where clocks go back by half an hour, such an hour holds both readings, and nothing tells them apart. */
const widenedIn = (name: ZoneName) =>
  Object.keys(widenings).filter(
    (how) => name !== 'Australia/Lord_Howe' || how !== 'hours that begin at the half',
  );

describe('where clocks are set back', () => {
  it.each(Object.keys(setBacks) as ZoneName[])(
    'of %s the truth is stored once each, however windows are cut and widened',
    (name) => {
      const atMs = Date.parse(setBacks[name]);
      fc.assert(
        fc.property(truths, cuts, fc.constantFrom(...widenedIn(name)), (seconds, all, how) => {
          const truth = seconds.map((second) => atMs + second * 1_000);
          const { stored, reasons } = pulled(
            name,
            truth,
            windowsOf(name, atMs, all),
            widenings[how] as Widening,
          );
          expect([...reasons]).toEqual([]);
          expect(stored).toEqual(truth);
        }),
        { numRuns: 30 },
      );
    },
    20_000,
  );

  it.each(Object.keys(setBacks) as ZoneName[])(
    'of %s a source that widens to whole days never has an event stored an hour off',
    (name) => {
      const atMs = Date.parse(setBacks[name]);
      fc.assert(
        fc.property(truths, cuts, (seconds, all) => {
          const truth = new Set(seconds.map((second) => atMs + second * 1_000));
          const widen = toWhole(24 * HOUR);
          const found = pulled(name, [...truth], windowsOf(name, atMs, all), widen);
          expect(found.stored.filter((ms) => !truth.has(ms))).toEqual([]);
          expect([...found.reasons]).toEqual(['time_ambiguous']);
        }),
        { numRuns: 3 },
      );
    },
    20_000,
  );
});

const zones = new Map<ZoneName, SourceZone>();

function zoneOf(name: ZoneName): SourceZone {
  const zone = zones.get(name) ?? sourceZone(name);
  zones.set(name, zone);
  return zone;
}

const shown = new Map<string, string>();

/** As the API would write it, made independently of the code under test. */
function shownIn(timeZone: ZoneName, ms: number): string {
  const key = `${timeZone} ${ms}`;
  let text = shown.get(key);
  if (text === undefined) {
    text = formats[timeZone].format(ms).replace(',', '');
    shown.set(key, text);
  }
  return text;
}

const formats = Object.fromEntries(
  Object.keys(setBacks).map((timeZone) => [
    timeZone,
    new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    }),
  ]),
) as Record<ZoneName, Intl.DateTimeFormat>;
