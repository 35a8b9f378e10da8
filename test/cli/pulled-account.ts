import type { Behaviour } from '../../local/simulator/behaviour.ts';
import { type Account, FROM, NOW, startAccount, temporaryFolder } from './activity-command.ts';
import { inProcess, type Said } from './in-process.ts';

export interface PulledAccount extends Account {
  /** The folder that all of it was pulled into. */
  readonly data: string;
  /** A command on that folder. */
  on(...words: readonly string[]): Promise<Said>;
  /** What it answers, read as JSON. */
  json(...words: readonly string[]): Promise<ReturnType<typeof JSON.parse>>;
}

/** Of a file of tests, before the first of which it is there: to be called where they are described. */
export function pulledAccount(behaviour: Partial<Behaviour> = {}): PulledAccount {
  const on = (...words: readonly string[]) => inProcess(...words, '--data', pulled.data);
  const json = async (...words: readonly string[]) =>
    JSON.parse((await on(...words, '--json')).stdout);
  const pulled = { on, json } as PulledAccount;
  beforeAll(async () => {
    const [account, data] = [await startAccount(behaviour), await temporaryFolder()];
    Object.assign(pulled, account, { data });
    const { code } = await on('pull', ...account.options, '--from', FROM, '--now', NOW);
    expect(code).toBe(0);
  });
  afterAll(() => pulled.simulator.stop());
  return pulled;
}
