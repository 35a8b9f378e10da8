import { SourceContractError } from '../../../shared/errors.ts';
import { failure, setUp, source, startSource } from './scripted-client.ts';
import { answer, type Step } from './scripted-source.ts';

startSource();

describe('the directory of agents', () => {
  /** Pages of a directory; never more than `cap` rows, whatever limit is asked for. */
  const directory =
    (rows: readonly unknown[], cap: number): Step =>
    (response) => {
      const query = source().requests.at(-1)?.url.searchParams;
      const offset = Number(query?.get('offset'));
      const limit = Math.min(cap, Number(query?.get('limit')));
      response.end(JSON.stringify(rows.slice(offset, offset + limit)));
    };
  const rows = Array.from({ length: 250 }, (_, n) => ({ agentId: `a-${n}`, firstName: `F${n}` }));

  it.each([1_000, 100, 40])('is read to its end when a page holds up to %d', async (cap) => {
    const { client, deadlineMs } = setUp([directory(rows, cap)]);
    const { agents } = await client.fetchAgents({ deadlineMs });
    expect(agents.map(({ agentId }) => agentId)).toEqual(rows.map(({ agentId }) => agentId));
    expect(source().requests[0]?.url.pathname).toBe(
      '/agentassist/api/public/analytics/account/acc-1/agents',
    );
  });

  it('is read in either casing; rows without an id are left out, but counted as read', async () => {
    const odd = [
      null,
      { firstName: 'No', lastName: 'Id' },
      { AccountId: 'a', AgentId: ' a-1 ', FirstName: 'Tony', LastName: 'Stark' },
      { agentId: 7, firstName: null },
    ];
    const { client, deadlineMs } = setUp([directory(odd, 4)]);
    expect(await client.fetchAgents({ deadlineMs })).toEqual({
      agents: [
        { agentId: 'a-1', firstName: 'Tony', lastName: 'Stark' },
        { agentId: '7', firstName: '', lastName: '' },
      ],
      leftOut: 2,
    });
    expect(source().requests[1]?.url.searchParams.get('offset')).toBe('4');
  });

  it('never makes one agent of two whose ids are longer than a double holds', async () => {
    const { client, deadlineMs } = setUp([
      answer(
        200,
        `[{"agentId":9007199254740993,"firstName":"Ada"},{"agentId":9007199254740992,"firstName":"Bob"},
          {"agentId":"a\\ud800"},{"agentId":"a\\ud801"},{"agentId":"b","agentId":"c"},
          {"agentId":1.50},{"agentId":"x1","firstName":"\\ud800"}]`,
      ),
    ]);
    expect(await client.fetchAgents({ deadlineMs })).toEqual({
      agents: [
        { agentId: '1.50', firstName: '', lastName: '' },
        { agentId: 'x1', firstName: '\ufffd', lastName: '' },
      ],
      leftOut: 5,
    });
  });

  it('is read once from a source that takes no notice of the offset', async () => {
    const { client, deadlineMs } = setUp([answer(200, JSON.stringify(rows))]);
    expect((await client.fetchAgents({ deadlineMs })).agents).toHaveLength(250);
    expect(source().requests).toHaveLength(2);
  });

  it('is empty when the source lists nobody', async () => {
    const { client, deadlineMs } = setUp([answer(200, '[]')]);
    expect(await client.fetchAgents({ deadlineMs })).toEqual({ agents: [], leftOut: 0 });
  });

  it.each(['<html>', '{"agents":[]}', '[{"firstName":"No"}]', '[1]', ''])(
    'is a contract error when the source answers %p',
    async (body) => {
      const { client, deadlineMs } = setUp([answer(200, body)]);
      expect(await failure(client.fetchAgents({ deadlineMs }))).toBeInstanceOf(SourceContractError);
    },
  );

  it('does not go on for ever', async () => {
    let n = 0;
    const { client, deadlineMs } = setUp([]);
    // A thousand answers of a real server take seconds.
    const endless = jest
      .spyOn(globalThis, 'fetch')
      .mockImplementation(async () => Response.json([{ agentId: `a-${n++}` }]));
    const error = await failure(client.fetchAgents({ deadlineMs }));
    expect(error).toBeInstanceOf(SourceContractError);
    endless.mockRestore();
    expect(n).toBe(1_000);
  });
});
