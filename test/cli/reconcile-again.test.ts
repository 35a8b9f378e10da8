import { contactCentre } from '../../local/simulator/contact-centre.ts';
import { startSimulator } from '../../local/simulator/server.ts';
import { OutOfTimeError } from '../../shared/errors.ts';
import { jobs } from '../../shared/jobs.ts';
import { etlCompleteness } from '../../shared/lake/tables.ts';
import { type CompletenessRow, reconcile } from '../../shared/reconcile.ts';
import { credentials, startTestLake } from '../shared/pipeline/test-lake.ts';

const DAY_MS = 86_400_000;
const fromMs = Date.parse('2024-11-18');
const nowMs = fromMs + 2 * DAY_MS + 3_600_000;

describe('a person’s reconcile that takes two runs', () => {
  it('checks no day twice, and each day again', async () => {
    const centre = contactCentre({ seed: 4, agents: 3, fromMs, toMs: nowMs });
    const at = { accountId: 'again', centre, nowMs: () => nowMs, ...credentials };
    const simulator = await startSimulator(at);
    const lake = await startTestLake();
    const start = new Date(fromMs).toISOString();
    const settings = { accountId: 'again', host: simulator.url, start, reconcileDays: 2 };
    const account = await lake.account(settings);
    const checkedBy = async () =>
      (await account.rows<CompletenessRow>(etlCompleteness)).map(({ run_id }) => run_id);
    try {
      await account.run({ nowMs });
      const scheduled = await account.run({ nowMs, job: jobs.reconcile });
      const sinceMs = Date.now();
      const first = await account.run({
        nowMs,
        job: {
          ...jobs.reconcile,
          work: (run) => {
            const stopped = new AbortController();
            const onProgress = ({ atMs }: { readonly atMs: number }) => {
              if (atMs > fromMs + DAY_MS) stopped.abort(new OutOfTimeError('stopped', 'go on'));
            };
            return reconcile({ ...run, signal: stopped.signal, onProgress }, sinceMs);
          },
        },
      });
      expect(first.record.status).toBe('stopped');
      expect(await checkedBy()).toEqual([first.record.run_id, scheduled.record.run_id]);
      const work = (run: Parameters<typeof reconcile>[0]) => reconcile(run, sinceMs);
      const second = await account.run({ nowMs, job: { ...jobs.reconcile, work } });
      expect(second.record.status).toBe('succeeded');
      expect(await checkedBy()).toEqual([first.record.run_id, second.record.run_id]);
    } finally {
      await simulator.stop();
      await lake.stop();
    }
  });
});
