import { readAnswer } from '../../../shared/activity/answer.ts';

const read = (body: unknown) =>
  readAnswer(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));

describe('readAnswer', () => {
  it('reads the sample of the API documentation', () => {
    expect(read({ accountId: '63fb', AgentUpdates: [1] })).toEqual({
      kind: 'answer',
      accountId: '63fb',
      updates: [{ value: 1, text: '1', plain: false }],
      cutBy: null,
    });
  });

  it('takes the other casing, a byte order mark and a missing account id', () => {
    expect(read('\ufeff{"agentUpdates":[]}')).toMatchObject({ updates: [], accountId: null });
  });

  it.each([
    [{ AgentUpdates: [1], hasMore: true }, 'hasMore'],
    [{ AgentUpdates: [1], HasMore: 'true' }, 'hasMore'],
    [{ AgentUpdates: [1], hasMore: false }, null],
    [{ AgentUpdates: [1], total: 2 }, 'total'],
    [{ AgentUpdates: [1], totalCount: '7' }, 'total'],
    [{ AgentUpdates: [1, 2], totalCount: 2 }, null],
    [{ AgentUpdates: [1, 2], total: 'many' }, null],
  ])('of %j says that rows are missing: %p', (body, cutBy) => {
    expect(read(body)).toMatchObject({ kind: 'answer', cutBy });
  });

  it.each(['', '<html>Sign in</html>', '{"AgentUpdates":[', 'null', '[]', '"AgentUpdates"', '{}'])(
    'never takes %p for an empty window',
    (body) => {
      expect(read(body)).toMatchObject({ kind: 'broken' });
    },
  );

  it.each([null, {}, 'none', 0])('never takes a list that is %p for an empty window', (list) => {
    expect(read({ AgentUpdates: list })).toMatchObject({ kind: 'broken' });
    expect(read({ errors: [{ msg: 'Unauthorized' }], AgentUpdates: list }).kind).toBe('broken');
  });

  it('does not choose between two lists that differ in casing alone', () => {
    expect(read({ AgentUpdates: [1], agentUpdates: [] })).toMatchObject({ kind: 'broken' });
  });

  it('takes an account id that is a number as its text', () => {
    expect(read({ accountId: 77, AgentUpdates: [] })).toMatchObject({ accountId: '77' });
  });

  it('refuses bytes that are not UTF-8 rather than storing replacement characters', () => {
    const latin1 = Buffer.from('{"AgentUpdates":[{"AgentId":"Jos\xe9"}]}', 'latin1');
    expect(readAnswer(latin1)).toMatchObject({ kind: 'broken' });
  });
});
