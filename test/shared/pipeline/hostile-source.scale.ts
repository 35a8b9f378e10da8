import { gzipSync } from 'node:zlib';
import type { ScriptedResponse } from '../../../local/simulator/server.ts';
import { ActivityLakeError } from '../../../shared/errors.ts';
import { agentActivity, rejectedActivity } from '../../../shared/lake/tables.ts';
import type { RunOutcome } from '../../../shared/run/run.ts';
import type { AccountSettingsInput } from '../../../shared/settings.ts';
import { startTestLake, type TestLake } from './test-lake.ts';

const nowMs = Date.parse('2024-11-20T11:01:30Z');
const startMs = Date.parse('2024-11-20T10:00:00Z');

let lake: TestLake;
beforeAll(async () => {
  lake = await startTestLake();
});
afterAll(() => lake.stop());

const row = (fields: object = {}) => ({
  AgentId: 'a-1',
  EventTime: '11/20/2024 10:20:30',
  Activity: 'Busy',
  ReasonCode: '1',
  ...fields,
});
/** Different agents in different seconds, from 10:10 on. */
const rows = (count: number, fields: (i: number) => object = () => ({})) =>
  Array.from({ length: count }, (_, i) => {
    const iso = new Date(startMs + 600_000 + i * 1000).toISOString();
    return row({ AgentId: `a-${i}`, EventTime: iso, ...fields(i) });
  });
/** In the first second of the account. */
const atStart = () => ({ EventTime: '11/20/2024 10:00:00' });
const listing = (updates: unknown, envelope: object = {}) =>
  JSON.stringify({ accountId: '63fb', AgentUpdates: updates, ...envelope });
const deep = (updates: unknown[]) =>
  listing(updates).replaceAll(
    '"Activity"',
    `"Deep":${'['.repeat(9_000)}${']'.repeat(9_000)},"Activity"`,
  );
const ok = (body: string | Uint8Array, headers?: Record<string, string>): ScriptedResponse => ({
  status: 200,
  headers,
  body,
});
const kore = (status: number, msg = 'Simulated', headers?: Record<string, string>) => ({
  status,
  headers,
  body: JSON.stringify({ errors: [{ msg, code: 4002 }] }),
});

interface Case {
  /** One response for every request, or the first ones, after which the source lists nothing. */
  readonly source: ScriptedResponse | readonly ScriptedResponse[];
  readonly events?: number;
  readonly rejected?: number;
  /** The class of the error; without one the run succeeds. */
  readonly error?: string;
  readonly says?: RegExp;
  readonly settings?: Partial<AccountSettingsInput>;
}

const nothing = ok(listing([]));
const many = 'x'.repeat(1_000_001);

const becomesRows: Record<string, Case> = {
  'an empty window': { source: nothing, events: 0 },
  'the documented sample, unpadded hour': {
    source: ok(listing([row({ EventTime: '11/20/2024 10:02:13' })])),
    events: 1,
  },
  'the other casing': {
    source: ok(
      '{"agentUpdates":[{"agentId":"a","eventTime":"11/20/2024 10:20:30","activity":"x"}]}',
    ),
    events: 1,
  },
  'no account id': { source: ok(JSON.stringify({ AgentUpdates: [row()] })), events: 1 },
  'an account id that is not text': { source: ok(listing([row()], { accountId: 7 })), events: 1 },
  'a byte order mark': { source: ok(`\ufeff${listing([row()])}`), events: 1 },
  'a content type of plain text': {
    source: ok(listing([row()]), { 'content-type': 'text/plain' }),
    events: 1,
  },
  'a compressed body': {
    source: ok(gzipSync(listing([row()])), { 'content-encoding': 'gzip' }),
    events: 1,
  },
  'a declared charset that is not UTF-8': {
    source: ok(Buffer.from(listing([row({ AgentId: 'Jos\xe9' })]), 'latin1'), {
      'content-type': 'application/json; charset=iso-8859-1',
    }),
    events: 1,
  },
  'unknown fields': { source: ok(listing([row({ Queue: { id: 1 } })], { page: 1 })), events: 1 },
  'a field called __proto__': {
    source: ok(
      listing([]).replace(
        '[]',
        '[{"AgentId":"a","EventTime":"11/20/2024 10:20:30","Activity":"x","__proto__":{"Activity":"y"}}]',
      ),
    ),
    events: 1,
  },
  'a field that stands twice': {
    source: ok(
      listing([]).replace(
        '[]',
        '[{"AgentId":"a","AgentId":"b","EventTime":"11/20/2024 10:20:30","Activity":"x"}]',
      ),
    ),
    rejected: 1,
  },
  'the same row many times': { source: ok(listing(Array(15).fill(row()))), events: 1 },
  'ready, busy, ready in one second': {
    source: ok(listing([row(), row({ Activity: 'Ready' }), row()])),
    events: 3,
  },
  'numbers for agent and reason': {
    source: ok(listing([row({ AgentId: 17, ReasonCode: 0 })])),
    events: 1,
  },
  'ISO times with offsets': {
    source: ok(listing([row({ EventTime: '2024-11-20T15:50:30+05:30' })])),
    events: 1,
  },
  'white space around everything': {
    source: ok(listing([row({ AgentId: ' a ', EventTime: ' 11/20/2024 10:20:30 ' })])),
    events: 1,
  },
  'emoji, right-to-left text and a NUL': {
    source: ok(listing([row({ AgentId: '👩‍💻', Activity: 'שלום', ReasonCode: 'a\u0000b' })])),
    events: 1,
  },
  'half a surrogate pair': {
    source: ok(
      listing([]).replace(
        '[]',
        '[{"AgentId":"\\ud83d","EventTime":"11/20/2024 10:20:30","Activity":"x"}]',
      ),
    ),
    rejected: 1,
  },
  'an id of 100,000 characters': {
    source: ok(listing([row({ AgentId: 'x'.repeat(100_000) })])),
    events: 1,
  },
  'events outside of the window': {
    source: ok(
      listing([
        row({ EventTime: '11/20/2024 08:00:00' }),
        row({ EventTime: '11/19/2024 23:59:59' }),
      ]),
    ),
    events: 2,
  },
  'an event some hours ahead of the clock': {
    source: ok(listing([row({ EventTime: '11/20/2024 20:00:00' })])),
    events: 1,
  },
  'newest first': { source: ok(listing(rows(15).reverse())), events: 15 },
  'a total that equals the rows': { source: ok(listing(rows(3), { totalCount: 3 })), events: 3 },
  'hasMore false': { source: ok(listing([row()], { hasMore: false })), events: 1 },
};

const isRejected: Record<string, Case> = {
  'a row that is null': { source: ok(listing([row(), null])), events: 1, rejected: 1 },
  'a row that is a list': { source: ok(listing([row(), [row()]])), events: 1, rejected: 1 },
  'a row that is text': { source: ok(listing([row(), 'Busy'])), events: 1, rejected: 1 },
  'an empty row': { source: ok(listing([row(), {}])), events: 1, rejected: 1 },
  'no agent': { source: ok(listing([row(), row({ AgentId: null })])), events: 1, rejected: 1 },
  'a blank agent': {
    source: ok(listing([row(), row({ AgentId: ' \t' })])),
    events: 1,
    rejected: 1,
  },
  'an agent that is an object': {
    source: ok(listing([row(), row({ AgentId: {} })])),
    events: 1,
    rejected: 1,
  },
  'an id too long for a number': {
    source: ok(listing([row()]).replace('"a-1"', '12345678901234567890')),
    rejected: 1,
  },
  'no activity': { source: ok(listing([row(), row({ Activity: '' })])), events: 1, rejected: 1 },
  'a reason that is a list': {
    source: ok(listing([row(), row({ ReasonCode: ['1'] })])),
    events: 1,
    rejected: 1,
  },
  'no time': { source: ok(listing([row(), row({ EventTime: null })])), events: 1, rejected: 1 },
  '30 February': { source: ok(listing([row({ EventTime: '2/30/2024 10:00:00' })])), rejected: 1 },
  'hour 24': { source: ok(listing([row({ EventTime: '11/20/2024 24:00:00' })])), rejected: 1 },
  'a time with AM or PM': {
    source: ok(listing([row({ EventTime: '11/20/2024 10:20:30 AM' })])),
    events: 1,
  },
  'an ISO time without offset': {
    source: ok(listing([row({ EventTime: '2024-11-20T10:00:00' })])),
    events: 1,
  },
  'the year 49134': {
    source: ok(listing([row({ EventTime: '1/1/49134 10:00:00' })])),
    rejected: 1,
  },
  'the year 9999': { source: ok(listing([row({ EventTime: '1/1/9999 10:00:00' })])), rejected: 1 },
  'the year 1970': { source: ok(listing([row({ EventTime: '1/1/1970 0:00:00' })])), rejected: 1 },
  'a second that clocks skip': {
    source: ok(listing([row({ EventTime: '3/10/2024 2:30:00' })])),
    rejected: 1,
    settings: { sourceTimeZone: 'America/New_York' },
  },
  'a byte that is not UTF-8': {
    source: ok(Buffer.from(listing([row(), row({ AgentId: 'Jos\xe9' })]), 'latin1')),
    events: 1,
    rejected: 1,
  },
  'NaN for a reason': {
    source: ok(listing([row(), row({ ReasonCode: 7 })]).replace(':7', ':NaN')),
    events: 1,
    rejected: 1,
  },
  'the same broken row in two windows': {
    source: [ok(listing([row({ Activity: null })])), ok(listing([row({ Activity: null })]))],
    rejected: 1,
    settings: { maxWindow: '30m' },
  },
  'nineteen rows, none understood': {
    source: ok(listing(rows(19, () => ({ Activity: null })))),
    rejected: 19,
  },
  'rows nested deeper than can be printed': {
    source: ok(listing([]).replace('[]', `[${'['.repeat(20_000)}${']'.repeat(20_000)}]`)),
    rejected: 1,
  },

  'many rows with a field nested deeper than the stack, then the halves': {
    source: [ok(deep(rows(30))), ok(deep(rows(15))), ok(deep(rows(30).slice(15)))],
    events: 30,
  },
  'the same rows whatever window is asked for': {
    source: ok(listing(rows(30))),
    error: 'SourceContractError',
    says: /most of its 30 rows lie outside/,
  },
  'two lists that differ in casing alone': {
    source: ok(JSON.stringify({ AgentUpdates: [row()], agentUpdates: [] })),
    error: 'SourceContractError',
    says: /differ in casing/,
  },
};

const isTriedAgain: Record<string, Case> = {
  'one 429': {
    source: [kore(429, 'slow down', { 'retry-after': '1' }), ok(listing([row()]))],
    events: 1,
  },
  'one 500': { source: [kore(500), ok(listing([row()]))], events: 1 },
  'one 502 of a proxy': {
    source: [
      { status: 502, headers: { 'content-type': 'text/html' }, body: '<html>' },
      ok(listing([row()])),
    ],
    events: 1,
  },
  'a 401 that the next token cures': { source: [kore(401), ok(listing([row()]))], events: 1 },

  'one error with status 200': {
    source: [ok(listing([], { error: 'busy' })), ok(listing([row()]))],
    events: 1,
  },
  'one empty body': { source: [ok(''), ok(listing([row()]))], events: 1 },
  'half of the JSON, once': {
    source: [ok(listing([row()]).slice(0, 60)), ok(listing([row()]))],
    events: 1,
  },
  'one page of a proxy': { source: [ok('<html>Busy</html>'), ok(listing([row()]))], events: 1 },
};

const isHalved: Record<string, Case> = {
  'a next page one level down, then the halves': {
    source: [ok(listing(rows(3), { meta: { next_page: 2 } })), ok(listing(rows(3))), nothing],
    events: 3,
  },
  'hasMore, then the halves': {
    source: [ok(listing(rows(3), { hasMore: true })), ok(listing(rows(3))), nothing],
    events: 3,
  },
  'a link in a header to what follows, then the halves': {
    source: [
      ok(listing(rows(3)), { link: '<https://a.example/?page=2>; rel="next"' }),
      ok(listing(rows(4))),
      nothing,
    ],
    events: 4,
  },
  'a total in a header above its rows, then the halves': {
    source: [ok(listing(rows(3)), { 'x-total-count': '4' }), ok(listing(rows(4))), nothing],
    events: 4,
  },
  'a total above its rows, then the halves': {
    source: [ok(listing(rows(3), { total: 4 })), ok(listing(rows(4))), nothing],
    events: 4,
  },
  'exactly 100 rows, then halves with more': {
    source: [
      ok(listing(rows(100))),
      ok(listing(rows(99))),
      ok(listing(rows(30, () => ({ AgentId: 'z' })))),
    ],
    events: 129,
  },
  'a 413, then the halves': { source: [kore(413), ok(listing(rows(3))), nothing], events: 3 },
  'a body over the limit, then the halves': {
    source: [ok(listing([], { pad: many })), ok(listing(rows(3))), nothing],
    events: 3,
    settings: { maxResponseMegabytes: 1 },
  },
};

const breaksTheContract: Record<string, Case> = {
  'an empty body': { source: ok(''), error: 'SourceContractError', says: /body is empty/ },
  'a login page': {
    source: ok('<html>Sign in</html>'),
    error: 'SourceContractError',
    says: /not JSON/,
  },
  'half of the JSON': {
    source: ok(listing([row()]).slice(0, 60)),
    error: 'SourceContractError',
    says: /not JSON/,
  },
  'bytes that are not UTF-8 beside the rows': {
    source: ok(Buffer.from(listing([row()], { site: 'Jos\xe9' }), 'latin1')),
    error: 'SourceContractError',
    says: /no UTF-8 at byte \d+\. What came is kept as landing\//,
  },
  'JSON null': { source: ok('null'), error: 'SourceContractError', says: /body is null/ },
  'a 204 for whatever is asked': {
    source: { status: 204, body: '' },
    error: 'SourceContractError',
    says: /is a 204.*can't be told/,
  },
  'a bare list': { source: ok('[]'), error: 'SourceContractError', says: /not an object/ },
  'no list': {
    source: ok('{"accountId":"63fb"}'),
    error: 'SourceContractError',
    says: /AgentUpdates/,
  },
  'no list, and a code of its own': {
    source: ok('{"code":40001,"msg":"the app is suspended"}'),
    error: 'SourceContractError',
    says: /AgentUpdates; the source says "the app is suspended".*What came is kept as landing\//,
  },
  'a list that is null': {
    source: ok(listing(null)),
    error: 'SourceContractError',
    says: /AgentUpdates/,
  },
  'a list that is an object': {
    source: ok(listing({})),
    error: 'SourceContractError',
    says: /AgentUpdates/,
  },
  'an error with status 200': {
    source: ok('{"errors":[{"msg":"Unauthorized","code":401}]}'),
    error: 'SourceUnavailableError',
    says: /"Unauthorized"/,
  },
  'an error beside an empty list': {
    source: ok(listing([], { errors: [{ msg: 'database timeout', code: 500 }] })),
    error: 'SourceUnavailableError',
    says: /"database timeout"/,
  },
  'an error beside some of the rows': {
    source: ok(listing([row()], { Success: 'false', message: 'query failed' })),
    error: 'SourceUnavailableError',
    says: /"query failed"/,
  },
  'twenty rows, none understood': {
    source: ok(listing(rows(20, () => ({ Activity: null })))),
    error: 'SourceContractError',
    says: /none of its 20 rows/,
    settings: { maxWindow: '1s', settleDelay: '90s' },
  },
  'a second that is always cut': {
    source: ok(listing(rows(3, atStart), { hasMore: true })),
    error: 'SourceContractError',
    says: /one second can't be split.*hasMore/,
  },
  'a second with more bytes than we take': {
    source: ok(listing([], { pad: many })),
    error: 'ResponseTooLargeError',
    says: /one second can't be split, and its answer is larger than the limit of 1000000 bytes/,
    settings: { maxResponseMegabytes: 1 },
  },
  'a second with more bytes than the source gives': {
    source: kore(413),
    error: 'SourceContractError',
    says: /one second can't be split, and the source answers that it is too large/,
  },
  'a second with as many rows as a limit': {
    source: ok(listing(rows(100, atStart))),
    error: 'SourceContractError',
    says: /100 rows look like a limit/,
  },
  'a hundred rows whatever window is asked for': {
    source: ok(listing(rows(100))),
    error: 'SourceContractError',
    says: /most of its 100 rows lie outside/,
  },
  'times of another zone': {
    source: ok(
      listing(
        rows(19, (i) => ({
          EventTime: new Date(startMs + 19_800_000 + i * 180_000)
            .toISOString()
            .replace(/(\d+)-(\d+)-(\d+)T([\d:]+).*/, '$2/$3/$1 $4'),
        })).concat(row({ EventTime: '11/20/2024 16:00:00' })),
      ),
    ),
    error: 'SourceContractError',
    says: /read in another zone they lie inside/,
    settings: { maxWindow: '1h' },
  },

  'days before months': {
    source: ok(listing(rows(20, (i) => ({ EventTime: `20/11/2024 10:${10 + i}:00` })))),
    error: 'SourceContractError',
    says: /day and month the other way round/,
  },
  'another year': {
    source: ok(listing(rows(20, (i) => ({ EventTime: `11/20/2023 10:${10 + i}:00` })))),
    error: 'SourceContractError',
    says: /with another year/,
  },
  'rows of another month whatever window is asked for': {
    source: ok(listing(rows(20, (i) => ({ EventTime: `9/3/2024 ${i}:10:00` })))),
    error: 'SourceContractError',
    says: /more than a day off/,
  },
};

const needsAPerson: Record<string, Case> = {
  'a 400': {
    source: kore(400, 'bad timestamp'),
    error: 'RequestRefusedError',
    says: /bad timestamp/,
  },
  'a 401 that stays': { source: kore(401), error: 'CredentialsError' },
  'a 403': { source: kore(403), error: 'CredentialsError' },
  'a 404': { source: kore(404), error: 'RequestRefusedError' },
  'a redirect': {
    source: { status: 302, headers: { location: 'https://elsewhere.example/' }, body: '' },
    error: 'RequestRefusedError',
    says: /elsewhere\.example/,
  },
  'a 429 that stays': { source: kore(429), error: 'RateLimitedError' },
  'a 503 that stays': { source: kore(503), error: 'SourceUnavailableError' },
};

describe.each(
  Object.entries({
    'what is merely unusual becomes rows': becomesRows,
    "what can't be understood becomes rejected rows, beside the rows that can": isRejected,
    'what passes by itself is tried again': isTriedAgain,
    'what may be cut is pulled in halves': isHalved,
    'what breaks the contract fails, and the watermark stays': breaksTheContract,
    'what only a person can mend fails at once and says how': needsAPerson,
  }),
)('of a hostile source %s', (_, cases) => {
  it.each(Object.entries(cases))('%s', async (_name, wanted) => {
    const { source, settings } = wanted;
    const account = await lake.simulated({ events: [], nowMs: () => nowMs, startMs, settings });
    if (Array.isArray(source)) account.simulator.respondWith(source);
    else account.simulator.respondWith(() => source as ScriptedResponse);

    const outcome = await account.run({ nowMs });

    const { watermarkMs } = (await account.checkpoint()) ?? {};
    if (wanted.error === undefined) {
      expect(outcome.record.status).toBe('succeeded');
      expect(watermarkMs).toBe(nowMs - 90_000);
    } else {
      expectFailure(outcome, wanted);
      expect(watermarkMs).toBe(startMs);
    }
    const stored = await account.rows(agentActivity);
    const rejected = await account.rows(rejectedActivity);
    expect([stored.length, rejected.length]).toEqual([wanted.events ?? 0, wanted.rejected ?? 0]);
  });
});

function expectFailure({ record, error }: RunOutcome, wanted: Case): void {
  expect(record).toMatchObject({ status: 'failed', failure: { class: wanted.error } });
  expect(error).toBeInstanceOf(ActivityLakeError);
  const { message, next_action } = record.failure ?? { message: '', next_action: '' };
  expect(message).toMatch(wanted.says ?? /./);
  expect(`${message} ${next_action}`).not.toMatch(/undefined|\[object|\n\s+at /);
  expect(next_action).not.toBe('');
}
