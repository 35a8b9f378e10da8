import fc from 'fast-check';
import { mentions, mentionsAgent } from '../../../shared/activity/agent-mentions.ts';

const named = (text: string, agentId: string) => {
  const both = [mentions(text, (word) => word === agentId), mentionsAgent(text, agentId)];
  expect(both[0]).toBe(both[1]);
  return both[0];
};

describe('mentions', () => {
  it.each([
    ['{"AgentId":"a-1"}', true],
    ['{"AgentId":"a-10"}', false],
    ['{"AgentId":"xa-1"}', false],
    ['{"AgentId":"\\u0061-1"}', true],
    ['{"note":"from a-1, later"}', true],
    ['{"note":"from \\u0061-1"}', true],
    ['{"AgentId":" a-1 "}', true],
    ['{"AgentId": "a-1', true],
    ['', false],
  ])('finds the id as a word of %s: %s', (text, expected) => {
    expect(named(text, 'a-1')).toBe(expected);
  });

  it('finds ids that are numbers, and those with characters that are in no word', () => {
    expect(named('{"AgentId":4711}', '4711')).toBe(true);
    expect(named('{"AgentId":"ann@x.example"}', 'ann@x.example')).toBe(true);
  });

  it('finds any id that stands as a value in JSON, and nothing in what does not hold it', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1 }).filter((id) => id.trim() === id && id !== ''),
        fc.jsonValue(),
        (id, other) => {
          expect(named(JSON.stringify({ other, AgentId: id }), id)).toBe(true);
          const text = JSON.stringify(other);
          if (!text.includes(id) && !text.includes('\\')) expect(named(text, id)).toBe(false);
        },
      ),
    );
  });
});
