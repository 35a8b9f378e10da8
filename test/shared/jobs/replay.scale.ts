import { jobs } from '../../../shared/jobs/scheduled.ts';
import { agentActivity } from '../../../shared/lake/tables.ts';
import {
  disturbedAt,
  mergedBeside,
  momentsOfReplay,
  pulled,
  startReplays,
  TROUBLES,
} from './replayed-account.ts';

startReplays();

describe('replay', () => {
  it.each([['is well', {}], ...Object.entries(TROUBLES)])(
    'finds an untouched lake equal to its evidence in every column, of a source that %s',
    async (_, behaviour) => {
      const account = await pulled({ behaviour });
      await account.run({ job: jobs.reconcile });
      expect((await account.rows(agentActivity)).length).toBeGreaterThan(400);
      expect(await account.verify()).toEqual([]);
    },
  );

  it('loses nothing of a pull that merges at any of its calls', async () => {
    const moments = await momentsOfReplay();
    expect(moments.length).toBeGreaterThan(5);
    for (const moment of moments) await mergedBeside(moment);
  });

  it('killed anywhere or with a lost answer, and run again, is right', async () => {
    await disturbedAt((writes) => writes);
  });
});
