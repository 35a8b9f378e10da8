import fc from 'fast-check';
import { readAnswer, readPlainly } from '../../../shared/activity/answer.ts';
import { scanBody } from '../../../shared/activity/body-scan.ts';
import { writtenTime } from '../../../shared/activity/event-time.ts';
import type { ParseContext } from '../../../shared/activity/parse.ts';
import { isSame, RawCodes } from '../../../shared/activity/raw-codes.ts';
import { sourceZone } from '../../../shared/activity/source-zone.ts';
import { TimeBytes } from '../../../shared/activity/time-bytes.ts';
import { asRows, columnsOf } from '../../../shared/lake/coding.ts';
import { agentActivity } from '../../../shared/lake/tables.ts';

/*
 * Answers are read in one pass over their bytes, or element by element, and nobody can tell which: whatever
 * the bytes, both give the same answer, the same rows and the same counts.
 */
const at = (iso: string) => Date.parse(iso);

function contextIn(zone: string, from: string): ParseContext {
  const window = { fromMs: at(from), toMs: at(from) + 3_600_000 };
  return {
    window,
    asked: { fromMs: window.fromMs - 2_000, toMs: window.toMs + 2_000 },
    zone: sourceZone(zone),
    pulledAtMs: window.toMs + 300_000,
    clockMs: window.toMs + 300_000,
    earliestMs: at('2024-01-01T00:00:00Z'),
    sourceObject: 'landing/x.json.gz',
  };
}

const contexts = [
  contextIn('UTC', '2026-11-01T10:00:00Z'),
  { ...contextIn('UTC', '2026-11-01T10:00:00Z'), earliestMs: 0 },
  // Clocks go back there, or forward: an hour that is there twice, or never.
  contextIn('America/New_York', '2026-11-01T05:00:00Z'),
  contextIn('America/New_York', '2026-11-01T06:00:00Z'),
  contextIn('America/New_York', '2026-03-08T07:00:00Z'),
  contextIn('Australia/Lord_Howe', '2026-04-04T14:30:00Z'),
];

function told(
  read: typeof readAnswer,
  body: Uint8Array,
  context: ParseContext,
  charset: string | null,
) {
  const answer = read(body, { status: 200, charset });
  if (answer.kind !== 'answer') return answer;
  const { updates, ...rest } = answer;
  const { events, times, ...counts } = updates.parse(context);
  const { length, inside } = times;
  const seen = { length, inside, all: times.all() };
  return {
    ...rest,
    ...counts,
    rows: asRows(agentActivity, columnsOf(agentActivity, events)),
    seen,
    elements: [...updates],
  };
}

function expectSame(body: Uint8Array, context: ParseContext, charset: string | null = null): void {
  expect(told(readAnswer, body, context, charset)).toEqual(
    told(readPlainly, body, context, charset),
  );
}

type Members = readonly (readonly [name: string, value: string])[];

const usualTime = fc.constantFrom(
  '11/1/2026 10:20:30',
  '11/1/2026 1:20:30',
  '2026-11-01T10:20:30Z',
);
/** As documented but for one part. */
const time = fc
  .constantFrom(
    ...[
      '1/1/2026',
      '01/01/2026',
      '11/1/2026',
      '11/2/2026',
      '3/8/2026',
      '04/05/2026',
      '2/30/2026',
      '13/1/2026',
    ],
    ...[
      '2026-11-01',
      '2026-02-29',
      '2026-1-1',
      '1/1/0050',
      '0050-01-01',
      '11-1-2026',
      '1/x/2026',
      '1/1x/2026',
      '111/1/2026',
      '',
    ],
  )
  .chain((date) =>
    fc.oneof(
      fc.constantFrom(' ', 'T', 't', ', ', '  ', '').map((gap) => `${date}${gap}1:20:30`),
      fc
        .constantFrom('0', '00', '2', '12', '13', '23', '24', '024', 'x', '')
        .map((hour) => `${date} ${hour}:20:30`),
      fc.constantFrom('5', '59', '60', '1x').map((minute) => `${date} 1:${minute}:30`),
      fc.constantFrom('5', '59', '60', '3:').map((second) => `${date} 1:20:${second}`),
      fc
        .constantFrom(
          '.',
          '.5',
          ',25',
          '.5x',
          'Z',
          '.123Z',
          'z',
          ' Z',
          '+05:30',
          '-0800',
          ' PM',
          'am',
          ' ',
          'ZZ',
        )
        .chain((rest) => fc.constantFrom(' ', 'T').map((gap) => `${date}${gap}1:20:30${rest}`)),
    ),
  );

const text = fc.oneof(
  fc.constantFrom(
    'a-1',
    'a-2',
    'Busy',
    'agent-3333-4444',
    '',
    ' ',
    ' a-1',
    'a-1\n',
    'é',
    '\u00a0',
    '\ufeffa-1',
  ),
  fc.string({ unit: 'binary', maxLength: 5 }),
);
/** Of a value, in JSON. */
const special = fc.oneof(
  time.map((each) => JSON.stringify(each)),
  text.map((each) => JSON.stringify(each)),
  fc.constantFrom('null', 'true', '{}', '[1]', '"\\u0041"', '"\\\\"', '"\\ud800"', '"a\\"b"'),
  fc.constantFrom(
    '0',
    '7',
    '-7',
    '1.0',
    '1e3',
    '123456789012345',
    '9007199254740993',
    '12345678901234567',
    '01',
    'nul',
    '"a\u0001"',
  ),
);
const name = fc.constantFrom(
  ...[
    'AgentId',
    'agentId',
    'AGENTID',
    'EventTime',
    'Activity',
    'activity',
    'ReasonCode',
    'reasoncode',
    '7',
  ],
  ...[
    'Queue',
    'Activitx',
    'Reason@ode',
    'ReasonCodes',
    '__proto__',
    '\\u0041gentId',
    'ActivitK',
    '',
  ],
);
const usual: fc.Arbitrary<Members> = fc.tuple(
  fc
    .constantFrom('"a-1"', '"a-2"', '"agent-0000-0003"', '7')
    .map((value) => ['AgentId', value] as const),
  usualTime.map((value) => ['EventTime', JSON.stringify(value)] as const),
  fc.constantFrom('"Busy"', '"Ready"').map((value) => ['Activity', value] as const),
  fc.constantFrom('""', '"1"', 'null', '12').map((value) => ['ReasonCode', value] as const),
);
/** With one member that says something else, is called something else, is not there, or there twice. */
const changed = fc
  .tuple(
    usual,
    fc.nat(3),
    fc.constantFrom('value', 'name', 'spelling', 'taken', 'added', 'twice', 'moved'),
    name,
    special,
  )
  .map(([members, place, what, name, value]): Members => {
    const [own, theirs] = members[place] as readonly [string, string];
    const besides = members.filter((_, i) => i !== place);
    const others: Record<typeof what, Members> = {
      value: members.with(place, [own, value]),
      name: members.with(place, [name, theirs]),
      spelling: members.with(place, [`${own.slice(0, -1)}x`, theirs]),
      taken: besides,
      added: members.toSpliced(place, 0, [name, value]),
      twice: members.toSpliced(place, 0, ['Queue', '"q"'], [name, value]),
      moved: [...besides, [own, theirs]],
    };
    return others[what];
  });
const timed = fc
  .tuple(usual, time)
  .map(([members, text]): Members => members.with(1, ['EventTime', JSON.stringify(text)]));
const space = fc.constantFrom('', '', '', ' ', '\n\t', '\r\n  ');
const element = fc.tuple(fc.oneof(usual, changed, timed), space).map(([members, gap]) => {
  const written = members.map(([name, value]) => `${gap}"${name}"${gap}:${gap}${value}${gap}`);
  return `{${written.join(',')}}`;
});
const elements = fc.oneof(
  { weight: 4, arbitrary: fc.array(element, { maxLength: 6 }) },
  { weight: 1, arbitrary: fc.array(fc.oneof(element, special), { maxLength: 3 }) },
);
const beside = fc.constantFrom(
  ...[
    '"accountId":"63fb"',
    '"accountId":9007199254740993',
    '"hasMore":true',
    '"hasMore":false',
    '"total":3',
  ],
  ...[
    '"errors":[{"msg":"No data found"}]',
    '"status":"failed"',
    '"x":{"AgentUpdates":[1]}',
    '"y":"]}"',
  ],
  ...['"AgentUpdates":[]', '"agentupdates":null', '"z":"\\"[{"', '"a":1,"a":2'],
);
const body = fc
  .record({
    before: fc.array(beside, { maxLength: 1 }),
    name: fc.constantFrom('AgentUpdates', 'agentUpdates', 'AgentUpdate'),
    list: elements,
    after: fc.array(beside, { maxLength: 1 }),
    gap: space,
    mark: fc.constantFrom('', '', '\ufeff'),
  })
  .map(({ before, name, list, after, gap, mark }) => {
    const updates = `[${gap}${list.join(`${gap},${gap}`)}${gap}]`;
    const fields = [...before, `"${name}"${gap}:${gap}${updates}`, ...after].join(`,${gap}`);
    return Buffer.from(`${mark}${gap}{${gap}${fields}${gap}}${gap}`);
  });
const gap = fc.constantFrom('', '', '', '', ' ');
/** Updates that are all laid out alike: the same names in the same order, the same space between. */
const alike = fc
  .record({
    names: fc.shuffledSubarray(
      ['AgentId', 'EventTime', 'Activity', 'ReasonCode', 'Queue', 'Team', '7'],
      { minLength: 4 },
    ),
    gaps: fc.tuple(gap, gap, gap, gap),
    rows: fc.array(fc.tuple(usual, fc.array(special, { minLength: 7, maxLength: 7 })), {
      minLength: 1,
      maxLength: 4,
    }),
    others: fc.constantFrom('"q"', '7', 'null', 'any'),
  })
  .map(({ names, gaps: [before, colon, after, end], rows, others }) =>
    rows.map(([members, values]) => {
      const known = new Map(members);
      const written = names.map((name, i) => {
        const other = others === 'any' ? values[i] : others;
        return `${before}"${name}"${colon}:${after}${known.get(name) ?? other}${end}`;
      });
      return `{${written.join(',')}}`;
    }),
  );
const context = fc.constantFrom(...contexts);

describe('an answer read in one pass', () => {
  it('is that of the plain path, however it is written', () => {
    fc.assert(
      fc.property(body, context, (bytes, context) => expectSame(bytes, context)),
      { numRuns: 2_000 },
    );
  });

  it('is that of the plain path, however alike its updates are laid out', () => {
    fc.assert(
      fc.property(alike, (list) =>
        expectSame(Buffer.from(`{"AgentUpdates":[${list}]}`), contexts[0] as ParseContext),
      ),
      { numRuns: 700 },
    );
  });

  it('is that of the plain path, whatever bytes are changed, cut out or put in', () => {
    const put = fc.oneof(
      fc.uint8Array({ maxLength: 2 }),
      fc.constantFrom(...'"\\,{}[]: \n0-é\u0001').map((each) => Buffer.from(each)),
    );
    const change = fc.record({ at: fc.nat(), cut: fc.nat(2), put });
    const changes = fc.array(change, { minLength: 1, maxLength: 2 });
    const charset = fc.constantFrom(null, null, 'utf-8', 'iso-8859-1', 'shift_jis', 'utf-16le');
    fc.assert(
      fc.property(body, changes, context, charset, (bytes, edits, context, charset) => {
        const edited = edits.reduce((before, { at, cut, put }) => {
          const place = at % (before.length + 1);
          return Buffer.concat([before.subarray(0, place), put, before.subarray(place + cut)]);
        }, bytes);
        expectSame(edited, context, charset);
      }),
      { numRuns: 1_000 },
    );
  });

  it('counts the changes of a second alike, in whatever order they are listed', () => {
    const seconds = fc.integer({ min: 10, max: 13 });
    const update = fc.tuple(fc.constantFrom(...'abcdef'), seconds, fc.constantFrom('x', 'y'));
    const ofOrder = fc.constantFrom<(a: number, b: number) => number>(
      () => 0,
      (a, b) => a - b,
      (a, b) => b - a,
    );
    fc.assert(
      fc.property(fc.array(update, { maxLength: 30 }), ofOrder, (listed, order) => {
        const updates = [...listed]
          .sort((a, b) => order(a[1], b[1]))
          .map(([AgentId, second, Activity]) => ({
            ...{ AgentId, EventTime: `11/1/2026 10:20:${second}`, Activity },
          }));
        const body = Buffer.from(JSON.stringify({ AgentUpdates: updates }));
        expectSame(body, contexts[0] as ParseContext);
      }),
      { numRuns: 400 },
    );
  });

  it('has columns for what is usual, and for nothing else', () => {
    const usualOnes = fc.array(usual, { minLength: 1, maxLength: 5 });
    const member = ([name, value]: readonly [string, string]) => `"${name}":${value}`;
    const json = (each: Members) => `{${each.map(member).join()}}`;
    fc.assert(
      fc.property(usualOnes, (list) => {
        const scanned = scanBody(Buffer.from(`{"agentUpdates":[${list.map(json)}]}`));
        expect(scanned?.updates.length).toBe(list.length);
        expect([...(scanned?.updates.agent.codes ?? [])].slice(0, list.length)).not.toContain(-1);
      }),
      { numRuns: 50 },
    );
    const odd =
      '{"AgentUpdates":[{"AgentId":"a","EventTime":"11/1/2026 10:20:30","Activity":"x","Q":[1]}]}';
    expect(scanBody(Buffer.from(odd))?.updates.agent.codes[0]).toBe(-1);
  });
});

describe('a time read from bytes', () => {
  it('is what `writtenTime` says, or left to it', () => {
    fc.assert(
      fc.property(fc.oneof(time, usualTime), (text) => {
        const read = new TimeBytes(Buffer.from(`"${text}"`));
        const end = read.read(1);
        if (end < 0) return;
        const { ms, zoned } = read;
        expect(end).toBe(1 + text.length);
        expect({ localMs: ms, offsetMs: zoned ? 0 : null }).toEqual(writtenTime(text));
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('codes of texts', () => {
  it('are as many as there are texts, though many have one hash', () => {
    const texts = Array.from({ length: 200_000 }, (_, i) => `${i * 7_919}`.padStart(10, '-'));
    const bytes = Buffer.from(texts.join(''));
    const codes = new RawCodes(bytes);
    const found = texts.map((_, i) => codes.codeOf(i * 10, i * 10 + 10));
    expect(new Set(found).size).toBe(texts.length);
    expect(texts.every((_, i) => codes.codeOf(i * 10, i * 10 + 10) === found[i])).toBe(true);
  });

  it('compare all bytes', () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 14 });
    fc.assert(
      fc.property(bytes, fc.nat(), fc.nat(1), (each, at, change) => {
        const other = Uint8Array.from(each);
        other[at % each.length] = (other[at % each.length] as number) ^ change;
        const both = Uint8Array.from([...each, ...other]);
        const view = new DataView(both.buffer);
        expect(isSame(view, 0, each.length, each.length)).toBe(change === 0);
      }),
    );
  });
});
