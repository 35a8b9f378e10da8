import fc from 'fast-check';
import { Backfills } from '../../../shared/checkpoint/backfills.ts';
import { Checkpoint } from '../../../shared/checkpoint/checkpoint.ts';
import { jobs } from '../../../shared/jobs/scheduled.ts';
import { agentActivity } from '../../../shared/lake/tables.ts';
import { states } from '../checkpoint/states.ts';
import { startTestLake, type TestLake } from '../pipeline/test-lake.ts';
import { exported, imported, pulled } from './exported-account.ts';
import { expectWholeAtLast, HOUR, startMs } from './lost-table-account.ts';

let lake: TestLake;
beforeAll(async () => {
  lake = await startTestLake();
});
afterAll(() => lake.stop());

describe('a state', () => {
  it('comes back equal from the table, whatever it is', async () => {
    const at = { db: lake.clients.db, table: 'checkpoint', accountId: 'round', runId: 'one' };
    const [checkpoint, backfills] = [new Checkpoint(at), new Backfills(at)];
    await fc.assert(
      fc.asyncProperty(states, async (state) => {
        await checkpoint.put(state.checkpoint, await checkpoint.load());
        for (const each of state.backfills) await backfills.put(each);
        const { replayingZone, bound, ...stored } = (await checkpoint.load()) ?? {};
        expect(stored).toEqual(state.checkpoint);
        expect(await backfills.all()).toEqual(expect.arrayContaining([...state.backfills]));
      }),
      { numRuns: 10 },
    );
  });

  it('goes on where the table was lost, as if nothing had been, and is imported once', async () => {
    const account = await pulled(lake);
    await account.backfill('older', -4, -2);
    const document = await exported(account);
    const rows = await account.rows(agentActivity);
    await account.loseTable();

    await imported(account, document);
    const { exportedAtMs, ...state } = await exported(account);
    expect(state).toEqual({ ...document, exportedAtMs: undefined });
    expect(await account.rows(agentActivity)).toEqual(rows);
    expect((await imported(account, document)).isThere).toBe(true);

    // The backfill that had not ended is still to be read.
    await account.run({ job: jobs.backfill });
    expect((await account.covered())[0]?.fromMs).toBe(startMs - 4 * HOUR);
    await expectWholeAtLast(account, startMs - 4 * HOUR);
  });
});
