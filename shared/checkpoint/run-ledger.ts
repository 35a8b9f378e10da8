import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { MINUTE_MS } from '../activity/instant.ts';
import { type Attributes, isConditionFailed } from './cursor.ts';
import { expiresAt, type ItemsOfAccount, itemPages, queryItems } from './items.ts';
import type { RunCounts } from './run-counts.ts';
import type { StepTimes } from './run-steps.ts';

const PREFIX = 'run#';
/** No run of a schedule takes longer. */
const LONGEST_RUN_MS = 20 * MINUTE_MS;

/**
 * `succeeded`: everything the job was to do is done. `stopped`: out of time, the next run goes on.
 * `superseded`: another run moved the cursor first. `waiting`: nobody has filled the secret yet.
 * `died`: it began and never ended.
 */
export type RunStatus =
  | 'started'
  | 'succeeded'
  | 'stopped'
  | 'superseded'
  | 'waiting'
  | 'failed'
  | 'died';

export interface RunFailure {
  readonly class: string;
  readonly message: string;
  readonly cause?: string;
  readonly next_action: string;
  /** The heading of `docs/runbook.md` that says more, as the end of a link. Older records have none. */
  readonly runbook?: string;
}

/** What a run read, wrote and moved. */
export interface RunRecord {
  readonly run_id: string;
  readonly account_id: string;
  readonly job: string;
  readonly code_version: string;
  readonly started_at: string;
  readonly status: RunStatus;
  /** Who ran it, when a person did. */
  readonly actor?: string;
  /** The reason that person gave. */
  readonly reason?: string;
  readonly ended_at?: string;
  readonly duration_ms?: number;
  readonly watermark_before?: string;
  readonly watermark_after?: string;
  readonly counts?: RunCounts;
  /** How long each step took; older records say nothing of it. */
  readonly steps_ms?: StepTimes;
  readonly blocks?: readonly { key: string; rows: number }[];
  /** Of a run that waits, too: what it waits for. */
  readonly failure?: RunFailure;
}

/** How many blocks a record names: DynamoDB takes 400 KB an item. The log line names all. */
const BLOCKS_RECORDED = 1_000;

/** Takes as long as the lake is large. */
const WITHOUT_LIMIT = 'replay';
/** Runs that may be under way are among the newest. */
const LATEST_LOOKED_AT = 200;

/** Whether a run began so long ago, and never ended, that it must have died. */
export function isDead({ status, job, started_at }: RunRecord, nowMs: number): boolean {
  const ageMs = nowMs - Date.parse(started_at);
  return status === 'started' && ageMs > LONGEST_RUN_MS && job !== WITHOUT_LIMIT;
}

/** The history of runs, beside the watermark. A record is begun before the first request. */
export class RunLedger {
  readonly #at: ItemsOfAccount;

  constructor(at: ItemsOfAccount) {
    this.#at = at;
  }

  async begin(record: RunRecord): Promise<void> {
    await this.#at.db.send(
      new PutCommand({
        TableName: this.#at.table,
        Item: {
          item: itemKey(record),
          ...record,
          expires_at: expiresAt(Date.parse(record.started_at)),
        },
      }),
    );
  }

  /** Enters how a run ended, in place of what was entered before. */
  async complete(record: RunRecord): Promise<void> {
    const { run_id, account_id, job, code_version, started_at, actor, reason, ...outcome } = record;
    const blocks = outcome.blocks?.slice(0, BLOCKS_RECORDED);
    const entries = Object.entries({ ...outcome, blocks });
    const set = entries.filter(([, value]) => value !== undefined);
    const gone = entries.filter(([, value]) => value === undefined).map(([name]) => `#${name}`);
    const assignments = set.map(([name]) => `#${name} = :${name}`).join(', ');
    await this.#at.db.send(
      new UpdateCommand({
        TableName: this.#at.table,
        Key: { account_id, item: itemKey(record) },
        UpdateExpression: `SET ${assignments}${gone.length > 0 ? ` REMOVE ${gone.join(', ')}` : ''}`,
        ExpressionAttributeNames: Object.fromEntries(entries.map(([name]) => [`#${name}`, name])),
        ExpressionAttributeValues: Object.fromEntries(
          set.map(([name, value]) => [`:${name}`, value]),
        ),
      }),
    );
  }

  /** The latest runs, newest first. */
  async latest(limit: number): Promise<readonly RunRecord[]> {
    const runs: RunRecord[] = [];
    for await (const page of this.#newest(limit)) {
      runs.push(...page);
      if (runs.length >= limit) break;
    }
    return runs.slice(0, limit);
  }

  /** The runs beside the given one that have begun, not ended, and may still be at work. */
  async underWay(runId: string, nowMs: number): Promise<readonly RunRecord[]> {
    const latest = await this.latest(LATEST_LOOKED_AT);
    return latest.filter(
      (each) => each.status === 'started' && each.run_id !== runId && !isDead(each, nowMs),
    );
  }

  /** The runs that started on a UTC day, `YYYY-MM-DD`, oldest first. */
  async ofDay(day: string): Promise<readonly RunRecord[]> {
    const runs = await queryItems(this.#at, `${PREFIX}${day}`);
    return runs.map(recordOf);
  }

  /** The runs whose id begins so, newest first. It reads the ledger until it finds some. */
  async find(idPrefix: string): Promise<readonly RunRecord[]> {
    for await (const page of this.#newest()) {
      const found = page.filter(({ run_id }) => run_id.startsWith(idPrefix));
      if (found.length > 0) return found;
    }
    return [];
  }

  /** Says of a run that began long ago that it died, unless it has ended meanwhile. */
  async markDied(record: RunRecord): Promise<boolean> {
    try {
      await this.#at.db.send(
        new UpdateCommand({
          TableName: this.#at.table,
          Key: { account_id: record.account_id, item: itemKey(record) },
          UpdateExpression: 'SET #status = :died',
          ConditionExpression: '#status = :started',
          ExpressionAttributeNames: { '#status': 'status' },
          ExpressionAttributeValues: { ':died': 'died', ':started': 'started' },
        }),
      );
      return true;
    } catch (error) {
      if (isConditionFailed(error)) return false;
      throw error;
    }
  }

  async *#newest(limit?: number): AsyncGenerator<readonly RunRecord[]> {
    const how = { newestFirst: true, limit };
    for await (const page of itemPages(this.#at, PREFIX, how)) {
      yield page.map(recordOf);
    }
  }
}

function recordOf({ item, expires_at, ...record }: Attributes): RunRecord {
  return record as unknown as RunRecord;
}

export function recordedBlocks(blocks: NonNullable<RunRecord['blocks']>): RunRecord['blocks'] {
  return blocks.map(({ key, rows }) => ({ key, rows }));
}

function itemKey({ started_at, run_id }: RunRecord): string {
  return `${PREFIX}${started_at}#${run_id}`;
}
