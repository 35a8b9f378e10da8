import { DAY_MS, HOUR_MS, MINUTE_MS, startOfDay } from '../../../shared/activity/instant.ts';
import type { RunStatus } from '../../../shared/checkpoint/run-ledger.ts';
import { jobs } from '../../../shared/jobs/scheduled.ts';
import type { OpenAccount } from '../../account/account.ts';
import { openLake } from '../../places/folder-lake.ts';
import { readStores } from '../../places/read-stores.ts';
import { type Progress, startProgress } from '../../terminal/progress.ts';
import { instant } from '../../terminal/wording.ts';
import { killRunAfterItsWrite } from './killed-run.ts';
import { RUN_EVERY_MINUTES, type SimulatedAccount, type Story } from './simulated-account.ts';
import { clockFrom } from './simulated-clock.ts';

const RUN_EVERY_MS = RUN_EVERY_MINUTES * MINUTE_MS;
/** So many new events are there to write when a run is killed. */
const FEW = 3;

/** What befell the schedule, as found out afterwards. */
export interface WhatHappened {
  readonly runs: number;
  readonly duplicate: { readonly atMs: number; readonly ended: readonly RunStatus[] };
  readonly faultsAtMs: number;
  readonly crash: {
    readonly atMs: number;
    readonly killed: boolean;
    /** The status that stands in the ledger for the run. */
    readonly recorded: RunStatus | undefined;
    readonly watermarkMs: number;
    /** Events that were stored already, though the watermark had not passed them. */
    readonly storedAhead: number;
  };
}

interface Parts {
  readonly dataDir: string;
  readonly story: Story;
  readonly account: OpenAccount;
  readonly source: SimulatedAccount;
}

/** The scheduled jobs at each of their simulated instants, with three mishaps on the way. */
export async function runDays(parts: Parts): Promise<WhatHappened> {
  const { story, account, source } = parts;
  const duplicateAtMs = atHour(story.fromMs, 10);
  const faultsAtMs = atHour(story.fromMs, 16);
  const { settleDelayMs } = account.settings;
  const crashAtMs = busyRunAfter(atHour(story.fromMs, 14), source.truth, settleDelayMs);
  let duplicate: readonly RunStatus[] = [];
  let crash: WhatHappened['crash'] | undefined;
  let runs = 0;

  const runOnce = async (nowMs: number) => {
    const { record, error } = await account.run(jobs.pull, { clock: clockFrom(nowMs) });
    if (error !== null) throw error;
    runs += 1;
    return record.status;
  };
  await account.run(jobs.directory, { clock: clockFrom(story.fromMs) });
  const progress = startProgress();
  try {
    for (let nowMs = story.fromMs + RUN_EVERY_MS; nowMs <= story.endMs; nowMs += RUN_EVERY_MS) {
      source.setNow(nowMs);
      show(progress, story, nowMs);
      if (nowMs === crashAtMs) {
        crash = await crashAt(parts, nowMs);
        runs += 1;
      } else if (nowMs === duplicateAtMs) {
        duplicate = await Promise.all([runOnce(nowMs), runOnce(nowMs)]);
      } else {
        if (nowMs === faultsAtMs) {
          source.simulator.failNext({ kind: 'status', status: 503 });
          source.simulator.failNext({ kind: 'cutBody' });
        }
        await runOnce(nowMs);
      }
    }
    // The nightly job, which checks the whole days and says how complete they are.
    const { error } = await account.run(jobs.reconcile, { clock: clockFrom(story.endMs) });
    if (error !== null) throw error;
    runs += 1;
  } finally {
    progress.end();
  }
  if (crash === undefined) throw new TypeError('The story has no crash in it');
  return { runs, duplicate: { atMs: duplicateAtMs, ended: duplicate }, faultsAtMs, crash };
}

async function crashAt({ dataDir, account, source }: Parts, atMs: number) {
  const { settings, place } = account;
  const killed = await killRunAfterItsWrite(dataDir, settings, source.credentials, atMs);
  const { accountId } = settings;
  const [state, [latest]] = await readStores(place, accountId, ({ checkpoint, ledger }) =>
    Promise.all([checkpoint.load(), ledger.latest(1)]),
  );
  const watermarkMs = state?.watermarkMs ?? 0;
  const lake = await openLake(dataDir);
  try {
    const ahead = 'SELECT count(*) FROM agent_activity WHERE epoch_ms(event_time) >= $watermark';
    const { rows } = await lake.ask(ahead, { watermark: BigInt(watermarkMs) });
    return {
      atMs,
      killed: killed.end === 'killed',
      recorded: latest?.status,
      watermarkMs,
      storedAhead: Number(rows[0]?.[0]),
    };
  } finally {
    lake.close();
  }
}

function show(progress: Progress, { fromMs, endMs }: Story, nowMs: number): void {
  progress.at(nowMs - fromMs, endMs - fromMs, `simulated time ${instant(nowMs)}`);
}

/** The first run from an instant on that finds a few new events: on a weekend many find none. */
function busyRunAfter(
  fromMs: number,
  truth: SimulatedAccount['truth'],
  settleDelayMs: number,
): number {
  for (let atMs = fromMs; ; atMs += RUN_EVERY_MS) {
    const settledMs = atMs - settleDelayMs;
    const found = truth.filter(
      ({ eventMs }) => eventMs < settledMs && eventMs >= settledMs - RUN_EVERY_MS,
    );
    if (found.length >= FEW || settledMs > (truth.at(-1)?.eventMs ?? 0)) return atMs;
  }
}

/** The first instant at an hour of the day (UTC) in the day that begins at `fromMs`. */
function atHour(fromMs: number, hour: number): number {
  const midnightMs = startOfDay(fromMs);
  const atMs = midnightMs + hour * HOUR_MS;
  return atMs > fromMs ? atMs : atMs + DAY_MS;
}
