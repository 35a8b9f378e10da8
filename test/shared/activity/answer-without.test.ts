import fc from 'fast-check';
import { mentionsAgent } from '../../../shared/activity/agent-mentions.ts';
import { readAnswer } from '../../../shared/activity/answer.ts';
import { answerWithout, updateWithout } from '../../../shared/activity/answer-without.ts';

const isAgent = (word: string) => word === 'a-1';
const without = (body: string | Uint8Array, charset: string | null = null) =>
  answerWithout(Buffer.from(body as string), { status: 200, charset }, isAgent);
const text = (body: string) => {
  const found = without(body);
  return found === null ? null : Buffer.from(found.body).toString();
};
const update = (agentId: string, more: object = {}) => ({
  ...{ AgentId: agentId, EventTime: '11/18/2024 14:00:00', Activity: 'Busy', ReasonCode: '3' },
  ...more,
});
const answer = (...updates: readonly object[]) =>
  JSON.stringify({ AccountId: 'x', AgentUpdates: updates }, null, 1);

describe('answerWithout', () => {
  it('leaves alone what names nobody', () => {
    expect(without(answer(update('a-10'), update('b')))).toBeNull();
  });

  it('takes the updates of the agent, wherever they stand, and leaves the others byte for byte', () => {
    const [a, b, c] = [update('a-1'), update('b'), update('é')];
    for (const order of [
      [a, b, c],
      [b, a, c],
      [b, c, a],
      [a, b, a, a, c, a],
    ]) {
      expect(text(answer(...order))).toBe(answer(...order.filter((each) => each !== a)));
    }
    expect(JSON.parse(text(answer(a, a)) ?? '')).toEqual({ AccountId: 'x', AgentUpdates: [] });
  });

  it('takes what cannot be told to be another agent’s', () => {
    const broken = [{ Agent: 'a-1' }, update('', { by: 'a-1' }), { AgentId: ['a-1'] }];
    expect(text(answer(...broken, update('b')))).toContain('"b"');
    expect(without(answer(...broken, update('b')))).toMatchObject({ removed: 3 });
  });

  it('takes out of another agent’s update what it says of the agent, and nothing else', () => {
    const by = { supervisor: 'a-1', note: 'from a-1 to a-10', n: [{ 'a-1': 1 }] };
    const found = JSON.parse(text(answer(update('b', by))) ?? '');
    expect(found.AgentUpdates).toEqual([
      update('b', { supervisor: 'erased', note: 'from erased to a-10', n: [{ erased: 1 }] }),
    ]);
    const named = answer(update('b', { Activity: 'a-1' }));
    expect(text(named)).toBeNull();
  });

  it('blanks what stands around the updates, and answers without any', () => {
    const body = `{"requestedBy":"a-1",${answer(update('b')).slice(1)}`;
    expect(text(body)).toBe(body.replace('a-1', 'erased'));
    expect(text('{"message":"no data for a-1"}')).toBe('{"message":"no data for erased"}');
  });

  it('keeps damaged bytes of others, and takes those of the agent', () => {
    const bad = Buffer.from([0xe9]);
    const of = (id: string) =>
      Buffer.concat([Buffer.from(`{"AgentId":"${id}","Activity":"`), bad, Buffer.from('"}')]);
    const body = (...all: Buffer[]) =>
      Buffer.concat([
        Buffer.from('{"AgentUpdates":['),
        ...all.flatMap((each, i) => (i === 0 ? [each] : [Buffer.from(','), each])),
        Buffer.from(']}'),
      ]);
    const found = without(body(of('b'), of('a-1'), of('c')));
    expect(Buffer.from(found?.body ?? []).equals(body(of('b'), of('c')))).toBe(true);
  });

  it('reads another charset, and writes UTF-8', () => {
    const body = Buffer.from(answer(update('é'), update('a-1')), 'utf16le');
    const found = without(Buffer.concat([Buffer.from([0xff, 0xfe]), body]), 'utf-16le');
    expect(found).toMatchObject({ charset: null, removed: 1 });
    expect(Buffer.from(found?.body ?? []).toString()).toBe(answer(update('é')));
  });

  it('gives what the source would have answered without the agent, of any updates', () => {
    const agentId = fc.constantFrom('a-1', 'b', 'a-1\u0301', 'ü', '"a-1"', '');
    const any = fc.record(
      { AgentId: agentId, Activity: fc.constantFrom('x', 'a-1'), n: fc.jsonValue() },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(any), fc.constantFrom(0, 1), (updates, indent) => {
        const body = JSON.stringify({ AgentUpdates: updates }, null, indent);
        const found = without(body);
        const read = readAnswer(found?.body ?? Buffer.from(body));
        if (read.kind !== 'answer') throw new Error(read.kind);
        const left = [...read.updates].map((each) => each.value as { AgentId?: string });
        const others = updates.filter(({ AgentId = '' }) => AgentId === 'b' || AgentId === 'ü');
        expect(left.filter(({ AgentId = '' }) => AgentId === 'b' || AgentId === 'ü').length).toBe(
          others.length,
        );
        expect(left.filter(({ AgentId }) => AgentId === 'a-1')).toEqual([]);
        // Again it finds nothing more to take.
        const again = answerWithout(
          found?.body ?? Buffer.from(body),
          { status: 200, charset: null },
          isAgent,
        );
        expect(again?.removed ?? 0).toBe(0);
      }),
    );
  });
});

describe('updateWithout', () => {
  it.each([
    ['{"AgentId":"b","by":"x"}', '{"AgentId":"b","by":"x"}'],
    ['{"AgentId":"a-1","EventTime":"?"}', null],
    ['{"AgentId":"b","by":"a-1","ü":1}', '{"AgentId":"b","by":"erased","ü":1}'],
    ['{"AgentId":"a-1\\xe9', null],
  ])('makes of %s: %s', (raw, expected) => {
    const left = updateWithout(raw, isAgent);
    expect(left).toBe(expected);
    if (left !== null) expect(mentionsAgent(left, 'a-1')).toBe(false);
  });
});
