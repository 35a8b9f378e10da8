import { runDetails } from '../../../cli/commands/runs/details.ts';
import type { RunRecord } from '../../../shared/checkpoint/run-ledger.ts';

const record: RunRecord = {
  ...{ run_id: 'r', account_id: 'a', job: 'pull', code_version: '1', status: 'succeeded' },
  started_at: '2026-01-31T08:00:00.000Z',
  ended_at: '2026-01-31T08:00:20.000Z',
  duration_ms: 20_000,
};
const none = { plan: 0, wait: 0, request: 0, parse: 0, land: 0, merge: 0, advance: 0, derive: 0 };

describe('the details of a run', () => {
  it('say which step took how long, its share, and what is left', () => {
    const steps_ms = { ...none, wait: 12_300, request: 5_000, merge: 850, advance: 30 };
    const lines = runDetails({ ...record, steps_ms });
    const shown = lines.slice(lines.indexOf('Steps') + 1);
    expect(shown).toEqual([
      '  wait     12.3 s   62 %  Taking places in the request budget, and waiting for them.',
      '  request     5 s   25 %  Asking the source: tokens, answers, retries and the waits between them.',
      '  merge    850 ms    4 %  Merging rows into their blocks.',
      '  advance   30 ms  < 1 %  Moving the cursor over what is durable; of a check, comparing it with what is stored.',
      '  other     1.8 s    9 %  All else: entering the run into the ledger, removing what was superseded, …',
    ]);
  });

  it('say nothing of steps where none took time, or nobody noted it', () => {
    const quick = { ...record, duration_ms: 0, steps_ms: none };
    for (const run of [quick, record]) expect(runDetails(run)).not.toContain('Steps');
  });
});
