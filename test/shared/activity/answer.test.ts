import fc from 'fast-check';
import { readAnswer } from '../../../shared/activity/answer.ts';
import type { ResponseFacts } from '../../../shared/activity/answer-text.ts';

const read = (body: unknown) =>
  readBytes(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));

/** With its updates as a list. */
function readBytes(body: Uint8Array, facts?: ResponseFacts) {
  const answer = readAnswer(body, facts);
  return answer.kind === 'answer' ? { ...answer, updates: [...answer.updates] } : answer;
}

describe('readAnswer', () => {
  it('reads the sample of the API documentation', () => {
    expect(read({ accountId: '63fb', AgentUpdates: [1] })).toEqual({
      kind: 'answer',
      accountId: '63fb',
      updates: [{ value: 1, text: '1', plain: false }],
      cutBy: null,
      unknownFields: [],
    });
  });

  it('takes the other casing, a byte order mark and a missing account id', () => {
    expect(read('\ufeff{"agentUpdates":[]}')).toMatchObject({ updates: [], accountId: null });
  });

  it.each([
    [{ AgentUpdates: [1], hasMore: true }, 'hasMore'],
    [{ AgentUpdates: [1], HasMore: 'true' }, 'HasMore'],
    [{ AgentUpdates: [1], hasMore: false }, null],
    [{ AgentUpdates: [1], total: 2 }, 'total'],
    [{ AgentUpdates: [1], totalCount: '7' }, 'totalCount'],
    [{ AgentUpdates: [1, 2], totalCount: 2 }, null],
    [{ AgentUpdates: [1, 2], total: 'many' }, null],
  ])('of %j says that rows are missing: %p', (body, cutBy) => {
    expect(read(body)).toMatchObject({ kind: 'answer', cutBy });
  });

  it.each(['', '<html>Sign in</html>', '{"AgentUpdates":[', '[]', '"AgentUpdates"', '7'])(
    'never takes %p for an empty window',
    (body) => {
      expect(read(body)).toMatchObject({ kind: 'broken' });
    },
  );

  it.each([{ AgentId: 'a' }, 'none', 0])(
    'never takes a list that is %p for an empty window',
    (list) => {
      expect(read({ AgentUpdates: list })).toMatchObject({ kind: 'broken' });
    },
  );

  it.each([
    ['null', true],
    ['{}', true],
    [{ accountId: '63fb', AgentUpdates: null }, true],
    [{ AgentUpdates: {} }, true],
    [{ AgentUpdates: '' }, true],
    [{ message: 'No data found for the given period' }, true],
    [{ errors: [{ msg: 'No agent activity found', code: 404 }] }, true],
    [{ AgentUpdates: [], status: 'failed', message: 'Data not found.' }, true],
    [{ message: 'No data: the database timed out' }, false],
    [{ message: 'Down for maintenance' }, false],
    [{ redirect: 'https://login.example' }, false],
  ])('of %j does not know by itself whether there is nothing; it says so: %p', (body, says) => {
    expect(read(body)).toMatchObject({ kind: 'quiet', saysNothing: says });
  });

  it('takes errors that only begin like a want of events for errors', () => {
    for (const msg of ['No data, query failed', 'No connection to data', 'Account not found']) {
      expect(read({ AgentUpdates: [], errors: [{ msg }] })).toMatchObject({ kind: 'failed' });
    }
    const partly = { AgentUpdates: [1], errors: [{ msg: 'No data found' }] };
    expect(read(partly)).toMatchObject({ kind: 'failed' });
  });

  it('does not take for quiet what lists its updates under another name', () => {
    expect(read({ accountId: '63fb', updates: [1] })).toMatchObject({ kind: 'broken' });
    expect(read({ data: { agentActivity: [1] } })).toMatchObject({ kind: 'broken' });
  });

  it.each([
    [204, '', true],
    [404, '{"errors":[{"msg":"No activity found","code":4004}]}', true],
    [404, '{"errors":[{"msg":"Account not found","code":4004}]}', false],
    [404, '<html>Not Found</html>', false],
  ])('of a %d with %p the same', (status, body, says) => {
    expect(readBytes(Buffer.from(body), { status, charset: null })).toMatchObject({
      kind: 'quiet',
      saysNothing: says,
    });
  });

  it('does not choose between two lists that differ in casing alone', () => {
    expect(read({ AgentUpdates: [1], agentUpdates: [] })).toMatchObject({ kind: 'broken' });
  });

  it('takes an account id that is a number as its text', () => {
    expect(read({ accountId: 77, AgentUpdates: [] })).toMatchObject({ accountId: '77' });
    for (const accountId of ['9007199254740993', '9007199254740992', '-0.5']) {
      const body = `{"AgentUpdates":[{"a":1}], "AccountId" : ${accountId} }`;
      expect(read(body)).toMatchObject({ accountId });
    }
  });
});

describe('an answer that is damaged', () => {
  const UPDATES = ['Jos\u00e9', 'b', '\u{1f600}'].map((AgentId) => ({ AgentId, Activity: 'x' }));
  const bytes = Buffer.from(JSON.stringify({ AgentUpdates: UPDATES }));
  const textAt = bytes.indexOf('"b"') + 1;

  it('gives all updates but the one with the byte that is no UTF-8, and that as it was sent', () => {
    const body = Buffer.from(bytes);
    body[textAt] = 0xe9;
    const answer = readBytes(body);
    expect(answer).toMatchObject({
      kind: 'answer',
      updates: [
        { value: UPDATES[0] },
        { text: '{"AgentId":"\\xe9","Activity":"x"}', damaged: true },
        { value: UPDATES[2] },
      ],
    });
  });

  // No character of UTF-8 has such a byte.
  it('loses no update and confuses no two, wherever bytes are wrong', () => {
    const wrong = fc.uniqueArray(fc.nat(bytes.length - 1), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(wrong, fc.integer({ min: 0xf8, max: 0xff }), (places, byte) => {
        const body = Buffer.from(bytes);
        for (const at of places) body[at] = byte;
        const answer = readBytes(body);
        if (answer.kind !== 'answer') return;
        expect(answer.updates).toHaveLength(UPDATES.length);
        answer.updates.forEach((update, i) => {
          if (!update.damaged) expect(update.value).toEqual(UPDATES[i]);
        });
      }),
    );
  });

  it.each(['NaN', 'Infinity', '-Infinity', 'undefined'])(
    'keeps an update with %s apart',
    (word) => {
      const body = `{"AgentUpdates":[{"AgentId":"a NaN"},{"AgentId":${word}}]}`;
      expect(read(body)).toMatchObject({
        updates: [
          { value: { AgentId: 'a NaN' } },
          { text: expect.stringContaining(word), damaged: true },
        ],
      });
    },
  );

  it('is broken when the damage is not within an update, and says where', () => {
    expect(readBytes(Buffer.from('{"AgentUpdates":[],"x":"\xe9"}', 'latin1'))).toMatchObject({
      problem: expect.stringMatching(/at byte 24/),
    });
    expect(readBytes(Buffer.from('{"AgentUpdates":[1\xe9]}', 'latin1'))).toMatchObject({
      problem: expect.stringMatching(/from its character 18 on, and no UTF-8 at byte 18/),
    });
  });

  it.each(['utf-16le', 'utf-16be'] as const)('is none with the byte order mark of %s', (name) => {
    const text = Buffer.from(`\ufeff${JSON.stringify({ AgentUpdates: UPDATES })}`, 'utf16le');
    const body = name === 'utf-16le' ? text : text.swap16();
    expect(readBytes(body)).toMatchObject({
      updates: UPDATES.map((value) => ({ value })),
    });
  });

  it.each([
    ['iso-8859-1', '{"AgentUpdates":["Jos\xe9"]}', 'Jos\u00e9'],
    ['windows-1251', '{"AgentUpdates":["\xcf"]}', '\u041f'],
    ['shift_jis', '{"AgentUpdates":["\x93\xfa"]}', '\u65e5'],
    ['no-such-charset', '{"AgentUpdates":["Jos\xc3\xa9"]}', 'Jos\u00e9'],
    // Declared unasked by servers that send UTF-8.
    ['iso-8859-1', '{"AgentUpdates":["Jos\xc3\xa9"]}', 'Jos\u00e9'],
  ])('is none when it is the %s that is declared', (charset, text, read) => {
    const body = Buffer.from(text, 'latin1');
    expect(readBytes(body, { status: 200, charset })).toMatchObject({
      updates: [{ value: read }],
    });
  });

  it('is broken when it is not the charset that is declared', () => {
    const body = Buffer.from('{"AgentUpdates":["\x81\xff"]}', 'latin1');
    expect(readBytes(body, { status: 200, charset: 'euc-jp' })).toMatchObject({ kind: 'broken' });
  });
});
