import fc from 'fast-check';
import { type ParseContext, parseUpdates } from '../../../shared/activity/parse.ts';
import { sourceZone } from '../../../shared/activity/source-zone.ts';

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
const parse = (...updates: unknown[]) => parseUpdates(updates, context);
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
    const proto = JSON.parse(
      '{"AgentId":"p","EventTime":"11/1/2026 10:20:30","Activity":"x","__proto__":{"x":1}}',
    );
    expect(parse(proto).events[0]?.extra).toBe('{"__proto__":{"x":1}}');
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

  it('makes text that Parquet cannot hold well-formed, so that merging it again changes nothing', () => {
    const [event] = parse(update({ AgentId: 'a\ud800', Activity: '\udc00b' })).events;
    expect(event).toMatchObject({ agent_id: 'a\ufffd', activity: '\ufffdb' });
  });

  it('keeps the whole text of an element nested deeper than the stack', () => {
    const text = `[${'{"a":['.repeat(50_000)}"é",1,null${']}'.repeat(50_000)},{}]`;
    expect(parse(JSON.parse(text)).rejected[0]?.raw).toBe(text);
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
        const { events, rejected, repeated } = parseUpdates(updates, context);
        expect(events.length + rejected.length + repeated).toBe(updates.length);
        for (const row of rejected) expect(row.raw_sha256).toMatch(/^[0-9a-f]{64}$/);
      }),
    );
  });
});
