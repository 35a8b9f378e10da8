import { DAY_MS } from '../../shared/activity/instant.ts';
import { awsClients } from '../../shared/aws.ts';
import { proveCheckpoint } from '../../shared/jobs/rebuild-checkpoint.ts';
import { type OnDay, replay, verify } from '../../shared/jobs/replay.ts';
import { jobs } from '../../shared/jobs/scheduled.ts';
import { type Pipeline, touch } from '../../shared/run/lake-run.ts';
import { type Job, run } from '../../shared/run/run.ts';
import { accountSettingsSchema, parseSettings } from '../../shared/settings.ts';
import { heldCredentials } from '../../shared/smartassist/credentials.ts';
import { FakeClock } from '../shared/smartassist/fake-clock.ts';

/*
 * One run in a process of its own, and the most memory that it ever had. The lake and the source are other processes.
 */

/** What the process is told, as JSON. */
export interface MeasuredRun {
  readonly settings: unknown;
  readonly jwt: string;
  readonly job: string;
  readonly nowMs: number;
}

/** What it says, as JSON. */
export interface Measured {
  readonly status: string;
  readonly peakMegabytes: number;
  /** Events that the source listed, and that it no longer lists. */
  readonly events: number;
  readonly withdrawn: number;
  /** Rows that differed from their evidence, by day and table of which there are any. */
  readonly differences: readonly number[];
}

const differences: number[] = [];
const onDay: OnDay = ({ rows, differing }) => {
  if (rows > 0) differences.push(differing);
};
const byName: Record<string, Job<Pipeline>> = {
  ...jobs,
  derive: {
    name: 'derive',
    work: async (run) => touch(run, { fromMs: run.planAtMs() - 2 * DAY_MS, toMs: run.planAtMs() }),
  },
  replay: { name: 'replay', work: (run) => replay(run, {}, onDay) },
  verify: { name: 'verify', work: (run) => verify(run, {}, onDay) },
  prove: {
    name: 'prove',
    work: async (run) => void (await proveCheckpoint(run, { replace: true, withGaps: false })),
  },
};

const { settings, jwt, job, nowMs }: MeasuredRun = JSON.parse(process.argv[2] ?? '');
const clock = new FakeClock();
clock.nowMs = nowMs;
const input = {
  settings: parseSettings(accountSettingsSchema, settings, 'the command'),
  clients: awsClients(),
  credentials: heldCredentials({ jwt }),
  clock,
  planAtMs: () => nowMs,
  deadlineMs: Number.POSITIVE_INFINITY,
  codeVersion: 'test',
};
const { record, error } = await run(input, byName[job] as Job<Pipeline>);
if (error !== null) throw error;
const { events = 0, withdrawn = 0 } = record.counts ?? {};
const measured: Measured = {
  status: record.status,
  peakMegabytes: process.resourceUsage().maxRSS / 1_024,
  ...{ events, withdrawn, differences },
};
// Idle connections would keep it for a minute.
process.stdout.write(JSON.stringify(measured), () => process.exit());
