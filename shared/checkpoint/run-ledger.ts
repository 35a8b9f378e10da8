import {
  type DynamoDBDocumentClient,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { WrittenBlock } from '../lake/upsert.ts';

const KEPT_SECONDS = 400 * 86_400;

/**
 * `succeeded`: everything up to now is pulled. `stopped`: out of time, the next run goes on.
 * `superseded`: another run moved the watermark first. A run still `started` long after it began died.
 */
export type RunStatus = 'started' | 'succeeded' | 'stopped' | 'superseded' | 'failed';

/** What a run read, wrote and moved. Counts are of this run alone. */
export interface RunCounts {
  /** Windows read whole and merged. */
  windows: number;
  /** Windows whose answer may have been cut, so that they were pulled in halves. */
  windows_split: number;
  /** One-second windows accepted although their number of rows looks like a limit. */
  suspect_windows: number;
  requests: number;
  retries: number;
  throttled: number;
  auth_failures: number;
  /** Bytes of response bodies. */
  bytes: number;
  /** Events in the responses merged, each time they were listed. */
  events: number;
  /** Events stored for the first time. */
  new: number;
  /** Events that were stored already, or listed twice in a row. */
  repeated: number;
  /** Rejected rows stored for the first time. */
  rejected: number;
  /** Events outside what was asked for. */
  outside: number;
  unknown_fields: number;
}

export interface RunFailure {
  readonly class: string;
  readonly message: string;
  readonly next_action: string;
}

export interface RunRecord {
  readonly run_id: string;
  readonly account_id: string;
  readonly job: string;
  readonly code_version: string;
  readonly started_at: string;
  readonly status: RunStatus;
  readonly ended_at?: string;
  readonly duration_ms?: number;
  readonly watermark_before?: string;
  readonly watermark_after?: string;
  readonly counts?: RunCounts;
  readonly blocks?: readonly { key: string; version_id: string | null; rows: number }[];
  readonly failure?: RunFailure;
}

/** How many blocks a record names: DynamoDB takes 400 KB an item. The log line names all. */
const BLOCKS_RECORDED = 1_000;

/** The history of runs, beside the watermark. A record is begun before the first request. */
export class RunLedger {
  readonly #db: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #accountId: string;

  constructor(parts: { db: DynamoDBDocumentClient; table: string; accountId: string }) {
    this.#db = parts.db;
    this.#table = parts.table;
    this.#accountId = parts.accountId;
  }

  async begin(record: RunRecord): Promise<void> {
    await this.#db.send(
      new PutCommand({
        TableName: this.#table,
        Item: {
          item: itemKey(record),
          ...record,
          expires_at: Math.floor(Date.parse(record.started_at) / 1_000) + KEPT_SECONDS,
        },
      }),
    );
  }

  async complete(record: RunRecord): Promise<void> {
    const { run_id, account_id, job, code_version, started_at, ...outcome } = record;
    const blocks = outcome.blocks?.slice(0, BLOCKS_RECORDED);
    const set = Object.entries({ ...outcome, blocks }).filter(([, value]) => value !== undefined);
    await this.#db.send(
      new UpdateCommand({
        TableName: this.#table,
        Key: { account_id, item: itemKey(record) },
        UpdateExpression: `SET ${set.map(([name]) => `#${name} = :${name}`).join(', ')}`,
        ExpressionAttributeNames: Object.fromEntries(set.map(([name]) => [`#${name}`, name])),
        ExpressionAttributeValues: Object.fromEntries(
          set.map(([name, value]) => [`:${name}`, value]),
        ),
      }),
    );
  }

  /** The latest runs, newest first. */
  async latest(limit: number): Promise<readonly RunRecord[]> {
    const runs: RunRecord[] = [];
    let from: Record<string, unknown> | undefined;
    do {
      const page = await this.#db.send(
        new QueryCommand({
          TableName: this.#table,
          KeyConditionExpression: 'account_id = :account AND begins_with(#item, :run)',
          ExpressionAttributeNames: { '#item': 'item' },
          ExpressionAttributeValues: { ':account': this.#accountId, ':run': 'run#' },
          ScanIndexForward: false,
          ConsistentRead: true,
          Limit: limit - runs.length,
          ExclusiveStartKey: from,
        }),
      );
      for (const { item, expires_at, ...record } of page.Items ?? [])
        runs.push(record as RunRecord);
      from = page.LastEvaluatedKey;
    } while (from !== undefined && runs.length < limit);
    return runs;
  }
}

export function noCounts(): RunCounts {
  return {
    windows: 0,
    windows_split: 0,
    suspect_windows: 0,
    requests: 0,
    retries: 0,
    throttled: 0,
    auth_failures: 0,
    bytes: 0,
    events: 0,
    new: 0,
    repeated: 0,
    rejected: 0,
    outside: 0,
    unknown_fields: 0,
  };
}

export function recordedBlocks(blocks: readonly WrittenBlock[]): RunRecord['blocks'] {
  return blocks.map(({ key, versionId, rows }) => ({ key, version_id: versionId ?? null, rows }));
}

function itemKey({ started_at, run_id }: RunRecord): string {
  return `run#${started_at}#${run_id}`;
}
