import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { type ParseContext, parseUpdates } from '../../../shared/activity/parse.ts';
import { sourceZone } from '../../../shared/activity/source-zone.ts';
import { elements, elementsOfText } from './elements.ts';

const at = (iso: string) => Date.parse(iso);
const window = { fromMs: at('2026-11-01T10:00:00Z'), toMs: at('2026-11-01T11:00:00Z') };
const context: ParseContext = {
  window,
  asked: { fromMs: window.fromMs - 2_000, toMs: window.toMs + 2_000 },
  zone: sourceZone('UTC'),
  pulledAtMs: at('2026-11-01T11:05:00Z'),
  clockMs: at('2026-11-01T11:05:00Z'),
  earliestMs: at('2024-01-01T00:00:00Z'),
  sourceObject: 'landing/x.json.gz',
};
const parse = (...updates: unknown[]) => parseUpdates(elements(updates), context);
const parseText = (text: string) => parseUpdates(elementsOfText(text), context);
const update = (fields: object = {}) => ({
  AgentId: 'a-1',
  EventTime: '11/1/2026 10:20:30',
  Activity: 'Busy',
  ReasonCode: '1',
  ...fields,
});

describe('parseUpdates', () => {
  it('reads the documented fields in either casing to the same event', () => {
    const lower = {
      agentId: 'a-1',
      eventTime: '11/1/2026 10:20:30',
      activity: 'Busy',
      reasonCode: '1',
    };
    expect(parse(update()).events).toEqual(parse(lower).events);
    expect(parse(update()).events).toEqual([
      {
        agent_id: 'a-1',
        event_time: at('2026-11-01T10:20:30Z'),
        activity: 'Busy',
        reason_code: '1',
        occurrence: 1,
        changes_in_second: 1,
        event_seq: 0,
        ingested_at: context.pulledAtMs,
        source_object: context.sourceObject,
        extra: null,
      },
    ]);
  });

  it('trims, makes an empty reason null, and takes a number as its text', () => {
    const { events } = parse(update({ AgentId: ' 42\n', Activity: 7, ReasonCode: '  ' }));
    expect(events[0]).toMatchObject({ agent_id: '42', activity: '7', reason_code: null });
  });

  it('keeps unknown fields, even one that is called __proto__, and counts them', () => {
    const { events, unknownFields } = parse(update({ Queue: ['q'], agentid: 'again' }));
    expect(unknownFields).toBe(2);
    expect(events[0]?.extra).toBe('{"Queue":["q"],"agentid":"again"}');
    const proto =
      '[{"AgentId":"p","EventTime":"11/1/2026 10:20:30","Activity":"x","__proto__":{"x":1}}]';
    expect(parseText(proto).events[0]?.extra).toBe('{"__proto__":{"x":1}}');
  });

  it.each([
    ['not_an_object', 'text'],
    ['not_an_object', null],
    ['not_an_object', [update()]],
    ['agent_missing', update({ AgentId: undefined })],
    ['agent_missing', update({ AgentId: ' \u00a0 ' })],
    ['agent_not_text', update({ AgentId: { id: 1 } })],
    ['agent_not_text', update({ AgentId: 2 ** 53 })],
    ['activity_missing', update({ Activity: null })],
    ['activity_not_text', update({ Activity: true })],
    ['reason_code_not_text', update({ ReasonCode: ['1'] })],
    ['time_missing', update({ EventTime: '' })],
    ['time_not_text', update({ EventTime: {} })],
    ['time_not_understood', update({ EventTime: 1793528430000 })],
    ['time_does_not_exist', update({ EventTime: '11/31/2026 10:00:00' })],
    ['time_ahead_of_clock', update({ EventTime: '11/2/2026 11:05:01' })],
    ['before_earliest_date', update({ EventTime: '12/31/2023 23:59:59' })],
  ])('rejects with the reason %s, and keeps the text', (reason, broken) => {
    const { events, rejected } = parse(broken);
    expect(events).toEqual([]);
    expect(rejected).toEqual([
      expect.objectContaining({
        reason,
        raw: JSON.stringify(broken),
        source_object: context.sourceObject,
      }),
    ]);
  });

  it('takes a time up to a day ahead of the clock', () => {
    expect(parse(update({ EventTime: '11/2/2026 11:05:00' })).events).toHaveLength(1);
  });

  it('keeps the whole text of an element nested deeper than the stack', () => {
    const text = `[${'{"a":['.repeat(50_000)}"é",1,null${']}'.repeat(50_000)},{}]`;
    expect(parseText(`[${text}]`).rejected[0]?.raw).toBe(text);
  });

  it.each([
    ['12345678901234567890', 'agent_not_text'],
    ['9007199254740992', 'agent_not_text'],
    ['0.30000000000000000001', 'agent_not_text'],
    ['1.00000000000000001', 'agent_not_text'],
    ['1e400', 'agent_not_text'],
    ['1e-400', 'agent_not_text'],
    ['"a\\ud800"', 'agent_not_text'],
    ['"a", "AgentId": "b"', 'field_contradicts_itself'],
    ['1, "AgentId": 1.0', 'field_contradicts_itself'],
  ])('takes an id that is %s for no id, and keeps what was sent', (id, reason) => {
    const text = `{ "AgentId": ${id}, "EventTime": "11/1/2026 10:20:30", "Activity": "x" }`;
    const { events, rejected } = parseText(`[${text}]`);
    expect(events).toEqual([]);
    expect(rejected).toEqual([
      expect.objectContaining({
        reason,
        raw: text,
        raw_sha256: createHash('sha256').update(text).digest('hex'),
      }),
    ]);
  });

  it.each(['0', '-0', '1.0', '1.50', '1e3', '1E+3', '-7', '0.1', '9007199254740991', '5e-324'])(
    'takes the number %s as it was written',
    (id) => {
      const text = `[{"AgentId":${id},"EventTime":"11/1/2026 10:20:30","Activity":"x"}]`;
      expect(parseText(text).events[0]?.agent_id).toBe(id);
    },
  );

  it('takes a name said twice with one value, and keeps all that unknown names say', () => {
    const { events } = parseText(
      '[{"AgentId":"a","AgentId":"a","EventTime":"11/1/2026 10:20:30","Activity":"x","Q":1.0,"Q":{"n":1,"n":2}}]',
    );
    expect(events[0]).toMatchObject({ agent_id: 'a', extra: '{"Q":1.0,"Q":{"n":1,"n":2}}' });
  });

  it('never makes one row of two that differ in a digit, an escape or a repetition', () => {
    const id = fc.oneof(
      fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }).map(String),
      fc.tuple(fc.nat(), fc.bigInt({ min: 0n, max: 10n ** 25n })).map(([a, b]) => `${a}.${b}`),
      fc.tuple(fc.nat(99), fc.integer({ min: -400, max: 400 })).map(([a, e]) => `${a}e${e}`),
      fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
      fc
        .array(fc.integer({ min: 0xd7fe, max: 0xe001 }), { minLength: 1 })
        .map((units) => `"${units.map((unit) => `\\u${unit.toString(16)}`).join('')}"`),
    );
    fc.assert(
      fc.property(fc.uniqueArray(id, { minLength: 2, maxLength: 8 }), (ids) => {
        const texts = ids.map(
          (each) => `{"AgentId":${each},"EventTime":"11/1/2026 10:20:30","Activity":"x"}`,
        );
        const { events, rejected, repeated } = parseText(`[${texts.join()}]`);
        // What means the same text may be one event; what is not text is never one with another.
        const meant = new Set(
          events.map(({ agent_id }) => agent_id).filter((each) => each !== undefined),
        );
        expect(meant.size + repeated).toBe(events.length + repeated);
        expect(new Set(rejected.map(({ raw_sha256 }) => raw_sha256)).size).toBe(rejected.length);
        for (const { raw } of rejected) expect(texts).toContain(raw);
        for (const { agent_id } of events) {
          expect(ids.some((each) => each === agent_id || textIn(each) === agent_id)).toBe(true);
        }
        expect(events.length + rejected.length + repeated).toBe(texts.length);
      }),
    );
  });

  it('counts changes within one agent-second by the order of that agent alone', () => {
    const ready = { Activity: 'Ready' };
    const other = update({ AgentId: 'a-2' });
    const { events, repeated } = parse(
      update(ready),
      other,
      update(ready),
      update(),
      other,
      update(ready),
    );
    const mine = events.filter(({ agent_id }) => agent_id === 'a-1');
    expect(mine.map((e) => [e.activity, e.occurrence, e.event_seq, e.changes_in_second])).toEqual([
      ['Ready', 1, 0, 3],
      ['Busy', 1, 1, 3],
      ['Ready', 2, 2, 3],
    ]);
    expect(repeated).toBe(2);
  });

  it('counts what lies outside of what was asked for, and keeps it', () => {
    const { events, outside } = parse(
      update({ EventTime: '11/1/2026 09:59:58' }),
      update({ EventTime: '11/1/2026 09:59:57' }),
    );
    expect([events.length, outside]).toEqual([2, 1]);
  });

  it('turns every element of anything into exactly one event, rejected row or repetition', () => {
    const anything = fc.oneof(
      fc.jsonValue(),
      fc.record(
        {
          AgentId: fc.oneof(fc.constantFrom('a', 'b', '', 3), fc.jsonValue()),
          EventTime: fc.oneof(
            fc.constantFrom('11/1/2026 10:20:30', '2/30/2026 1:00:00'),
            fc.string(),
          ),
          Activity: fc.oneof(fc.constantFrom('x', 'y'), fc.jsonValue()),
          ReasonCode: fc.jsonValue(),
        },
        { requiredKeys: [] },
      ),
    );
    fc.assert(
      fc.property(fc.array(anything), (updates) => {
        const { events, rejected, repeated } = parseUpdates(elements(updates), context);
        expect(events.length + rejected.length + repeated).toBe(updates.length);
        for (const row of rejected) expect(row.raw_sha256).toMatch(/^[0-9a-f]{64}$/);
      }),
    );
  });
});

/** What a JSON string says, trimmed; `null` for a number. */
function textIn(json: string): string | null {
  return json.startsWith('"') ? (JSON.parse(json) as string).trim() : null;
}
