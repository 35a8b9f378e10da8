import fc from 'fast-check';
import { cutByHeader, readEnvelope } from '../../../shared/activity/envelope.ts';

/** The same name as other sources spell it: `hasMore`, `HAS_MORE`, `has-more`, `Hasmore`. */
const spellings = (name: string): fc.Arbitrary<string> => {
  const words = name.split(' ');
  return fc.constantFrom(
    words.join('_'),
    words.join('-'),
    words.join('').toUpperCase(),
    words.map((word, i) => (i === 0 ? word : word[0]?.toUpperCase() + word.slice(1))).join(''),
    words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join(''),
  );
};
/** At the top, or in an object of the envelope, or in one of that. */
const nested = (field: object): fc.Arbitrary<object> =>
  fc.constantFrom(
    field,
    { meta: field },
    { page: field },
    { Pagination: { next_results: null, ...field } },
    { response_metadata: { paging: field } },
  );
const envelopes = (names: readonly string[], values: readonly unknown[]) =>
  fc
    .tuple(fc.constantFrom(...names), fc.constantFrom(...values))
    .chain(([name, value]) => spellings(name).chain((spelled) => nested({ [spelled]: value })));
const withRows = (envelope: object) => ({ accountId: '63fb', AgentUpdates: [], ...envelope });

const TRUE = [true, 'true', 'True', 1, '1', 'yes', 'Y'];
const FALSE = [false, 'false', 'FALSE', 0, '0', 'no', 'N'];
const NOTHING = [null, false, 0, '', '0', 'none', 'null', 'no', [], {}, { href: null }];

const more = [
  ...['has more', 'more', 'more available', 'has more rows', 'is more data available'],
  ...['has next', 'has next page', 'truncated', 'is truncated', 'partial', 'incomplete'],
  ...['incomplete results', 'partial result', 'limit reached', 'has additional records'],
];
const whole = ['is last', 'is last page', 'complete', 'is complete', 'done', 'finished', 'last'];
const next = [
  ...['next', 'next page', 'next token', 'next page token', 'next cursor', 'next link', 'next url'],
  ...['continuation token', 'cursor', 'next marker', 'next offset', 'last evaluated key'],
];
const totals = [
  ...['total', 'total count', 'total records', 'count', 'record count', 'total rows'],
  ...['total results', 'num found', 'number of records', 'total elements', 'result count'],
];
const errors = ['errors', 'error', 'error message', 'exception', 'fault', 'has errors', 'failed'];
const success = ['success', 'is success', 'successful', 'ok', 'succeeded'];

describe('an envelope', () => {
  it.each<[string, readonly string[], readonly unknown[]]>([
    ['there is more', more, TRUE],
    ['it is not the end', whole, FALSE],
    ['where to go on', next, ['abc', 2, 'https://a.example/?page=2', { href: '/2' }]],
    ['a number above the rows', totals, [6, '6', 1_000_000]],
    ['pages', ['total pages', 'page count', 'pages', 'last page'], [2, '3']],
    ['rows left', ['remaining', 'remaining records', 'rows remaining'], [1, '7']],
    ['part of it as its status', ['status', 'result status'], ['partial', 'PARTIAL_CONTENT']],
  ])('says that rows are missing by %s, however it is spelled', (_, names, values) => {
    const objects = values.filter((value) => typeof value === 'object').length;
    const named = objects > 0 ? names.filter((name) => name.startsWith('next')) : names;
    fc.assert(
      fc.property(envelopes(named, values), (envelope) => {
        expect(readEnvelope(withRows(envelope), 5)).toMatchObject({
          failed: null,
          cutBy: expect.any(String),
        });
      }),
    );
  });

  it.each<[string, readonly string[], readonly unknown[]]>([
    ['there is no more', [...more, ...next], NOTHING],
    ['it is the end', whole, [...TRUE, null]],
    ['as many as there are rows', totals, [5, '5', 0, 'many', null]],
    ['one page', ['total pages', 'page count', 'pages'], [1, '1', 0]],
    ['nothing wrong', errors, NOTHING],
    ['no error code', ['error code', 'errorCode'], [0, '0', null, '']],
    ['success', success, [...TRUE, 'success', null]],
    ['a good status', ['status', 'status code', 'code'], ['success', 'OK', 200, '200', 'complete']],
    ['a limit of its own', ['limit', 'page size', 'offset', 'page number'], [1_000, 0, null]],
    ['something else', ['request id', 'took ms', 'timezone', 'rate limit'], ['abc', 12, 59]],
  ])('that says %s is of a whole answer', (_, names, values) => {
    fc.assert(
      fc.property(envelopes(names, values), (envelope) => {
        expect(readEnvelope(withRows(envelope), 5)).toMatchObject({ failed: null, cutBy: null });
      }),
    );
  });

  it.each<[string, readonly string[], readonly unknown[]]>([
    ['errors', errors, ['timeout', { msg: 'timeout' }, [{ msg: 'timeout', code: 500 }], true]],
    ['no success', success, FALSE],
    ['an error code', ['error code'], [500, '42P01', -1]],
    [
      'a failed status',
      ['status', 'state', 'response status'],
      [
        'error',
        'FAILED',
        'failure',
        'Timed out',
        'unauthorized',
        500,
        '503',
        'Internal_Server_Error',
      ],
    ],
  ])('says that the source failed by %s, however it is spelled', (_, names, values) => {
    fc.assert(
      fc.property(envelopes(names, values), (envelope) => {
        expect(readEnvelope(withRows(envelope), 5).failed).toEqual(expect.any(String));
      }),
    );
  });

  it.each([
    [{ errors: [{ code: 500, msg: 'database timeout' }] }, 'database timeout'],
    [{ error: { details: [{ message: 'too busy' }] } }, 'too busy'],
    [{ success: false, message: 'query failed' }, 'query failed'],
    [{ error: 'busy' }, 'busy'],
    [{ result: { success: false } }, 'result.success: false'],
  ])('of %j repeats the words %p', (envelope, words) => {
    expect(readEnvelope(withRows(envelope), 0).failed).toBe(words);
  });

  it('names a link of a list of links to what follows', () => {
    const links = [
      { rel: 'self', href: '/1' },
      { rel: 'next', href: '/2' },
    ];
    expect(readEnvelope(withRows({ _links: links }), 5).cutBy).toBe('_links');
    expect(readEnvelope(withRows({ _links: links.slice(0, 1) }), 5).cutBy).toBeNull();
  });

  it('takes no notice of a cursor that says itself that it is the last, nor of a rate limit', () => {
    const page = { hasNextPage: false, endCursor: 'abc' };
    const rateLimit = { limit: 60, remaining: 59 };
    expect(readEnvelope(withRows({ page, rateLimit }), 5).cutBy).toBeNull();
  });

  it('names the fields of which nothing is known', () => {
    const fields = {
      accountId: '63fb',
      AgentUpdates: [1],
      hasMore: false,
      took: 3,
      meta: { v: 2 },
    };
    expect(readEnvelope(fields, 1).unknown).toEqual(['took', 'meta.v']);
  });

  it.each<[Record<string, string>, string | null]>([
    [{ Link: '</1>; rel="prev", </3>; rel="next"' }, 'link'],
    [{ Link: '</1>; rel="prev"' }, null],
    [{ 'X-Total-Count': '6' }, 'x-total-count'],
    [{ 'X-Total-Count': '5' }, null],
    [{ 'X-Has-More': 'true' }, 'x-has-more'],
    [{ 'X-Next-Page': '' }, null],
    [
      { 'Content-Length': '4096', 'X-RateLimit-Remaining': '59', 'X-Cache-Hits': '7', Age: '9' },
      null,
    ],
  ])('of which the headers are %j is cut by %p', (headers, cutBy) => {
    expect(cutByHeader(new Headers(headers), 5)).toBe(cutBy);
  });
});
