import { BUCKET, CHECKPOINT_TABLE } from '../../cli/places/data-folder.ts';
import { contactCentre } from '../../local/simulator/contact-centre.ts';
import { DAY_MS } from '../../shared/activity/instant.ts';
import { jobs } from '../../shared/jobs/scheduled.ts';
import { startTestLake, type TestLake } from '../shared/pipeline/test-lake.ts';

const HOUR_MS = 3_600_000;
const FROM_MS = Date.parse('2026-01-30T00:00:00Z');
const TO_MS = FROM_MS + 2 * DAY_MS;

/**
 * Two days of an account, the same each time, pulled every three hours, so that superseded versions of each block lie
 * beside the current one. It is served until it is stopped, by the S3 that the environment names.
 */
export async function startLakeToRead(): Promise<TestLake> {
  const lake = await startTestLake({ bucket: BUCKET, checkpointTable: CHECKPOINT_TABLE });
  const centre = contactCentre({ seed: 8, agents: 12, fromMs: FROM_MS, toMs: TO_MS });
  let nowMs = FROM_MS;
  const account = await lake.simulated({
    ...centre,
    nowMs: () => nowMs,
    startMs: FROM_MS,
  });
  for (nowMs += 3 * HOUR_MS; nowMs <= TO_MS + HOUR_MS; nowMs += 3 * HOUR_MS) {
    await account.run({ nowMs, clockMs: nowMs });
  }
  nowMs = TO_MS + HOUR_MS;
  await account.run({ nowMs, clockMs: nowMs });
  await account.run({ nowMs, clockMs: nowMs, job: jobs.directory });
  return lake;
}
