import { agentDigest } from '../../../shared/activity/erased-agents.ts';
import { keptInWords } from '../../../shared/pipeline/refused-response.ts';

const kept: string[] = [];
const run = (erased: readonly string[]) =>
  ({
    landing: { keepRefused: async () => `refused_${kept.push('x')}.gz` },
    checkpoint: { erased: new Set(erased) },
    settings: { accountId: 'acc' },
    planAtMs: () => 0,
  }) as unknown as Parameters<typeof keptInWords>[0];
const received = {
  body: Buffer.from('<html>no access for a-1'),
  ...{ receivedAtMs: 0, status: 200, charset: null, tellsSecrets: () => false },
};
const window = { fromMs: 0, toMs: 1_000 };

describe('a response that is no answer', () => {
  it('is kept, unless it names an agent who was erased', async () => {
    const digest = agentDigest('acc', 'a-1');
    expect(await keptInWords(run([digest]), window, received)).toMatch(/erased/);
    expect(kept).toEqual([]);
    // The digest of an agent of another account says nothing of this one.
    const others = [agentDigest('acc-2', 'a-1'), agentDigest('acc', 'a-2')];
    expect(await keptInWords(run(others), window, received)).toContain('refused_1.gz');
    expect(await keptInWords(run([]), window, received)).toContain('refused_2.gz');
  });
});
