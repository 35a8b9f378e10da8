import { randomUUID } from 'node:crypto';
import { sourceZone } from '../activity/source-zone.ts';
import type { AwsClients } from '../aws.ts';
import { type Priority, SharedRequestBudget } from '../checkpoint/request-budget.ts';
import { noCounts } from '../checkpoint/run-counts.ts';
import type { RequestLine } from '../journal.ts';
import type { AccountSettings } from '../settings.ts';
import { SmartAssistClient } from '../smartassist/client.ts';
import type { CredentialsSource } from '../smartassist/credentials.ts';
import { Stopwatch } from '../stopwatch.ts';
import { accountStores } from './account-stores.ts';
import type { LakeRun, Pipeline, RunTerms } from './lake-run.ts';
import { Remembered } from './remembered.ts';

/** What a run is opened with. */
export interface RunInput extends RunTerms {
  readonly clients: Pick<AwsClients, 's3' | 'db'>;
  /** What runs of this account before in this process have left. Default: nothing. */
  readonly remembered?: Remembered;
}

export interface SourceRunInput extends RunInput {
  readonly settings: AccountSettings;
  readonly credentials: CredentialsSource;
  /** Told until when a request has to wait for the budget, epoch milliseconds. */
  readonly onWait?: (untilMs: number) => void;
}

/** A run that has done nothing yet. */
export function openRun(input: RunInput): LakeRun {
  const { clients, remembered = new Remembered(), settings, clock } = input;
  const runId = randomUUID();
  const writer = { runId, clock, versions: remembered.versions };
  return {
    ...accountStores(clients, settings, settings.accountId, writer),
    settings,
    zone: sourceZone(settings.sourceTimeZone),
    clock,
    planAtMs: input.planAtMs,
    deadlineMs: input.deadlineMs,
    codeVersion: input.codeVersion,
    signal: input.signal,
    onProgress: input.onProgress,
    journal: input.journal,
    remembered,
    runId,
    counts: noCounts(),
    stopwatch: new Stopwatch(clock),
    written: [],
    moved: { beforeMs: null, afterMs: null },
    touched: [],
  };
}

/** One that may ask the source, as often as its part of the request budget allows. */
export function openPipeline(input: SourceRunInput, priority?: Priority): Pipeline {
  const run = openRun(input);
  const { settings, credentials, clients, onWait } = input;
  const { clock, counts, stopwatch, journal, runId } = run;
  const budget = new SharedRequestBudget({
    ...{ db: clients.db, table: settings.checkpointTable, accountId: settings.accountId },
    requestsPerMinute: settings.requestsPerMinute,
    priority,
    clock,
    onWait,
    log: run.remembered.sentLog,
  });
  const onRequest = (line: Omit<RequestLine, 'run_id'>) =>
    journal?.request({ run_id: runId, ...line });
  const source = new SmartAssistClient({
    ...{ settings, clock, credentials, budget, counts, stopwatch, onRequest },
  });
  return { ...run, settings, source };
}
