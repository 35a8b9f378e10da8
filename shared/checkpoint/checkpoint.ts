import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { CheckpointConflictError, SettingsError, SourceContractError } from '../errors.ts';

/** What is remembered of an account between runs. */
export interface CheckpointState {
  /** Every window up to here was pulled and is durable, epoch milliseconds. */
  readonly watermarkMs: number;
  /** Where the account's history begins: no lookback goes before it. */
  readonly startMs: number;
  readonly facts: LearnedFacts;
}

/** What runs learned about the source. Losing one costs requests, never rows. */
export interface LearnedFacts {
  /** The window size that worked, milliseconds; `null`: none ever failed. */
  readonly windowMs: number | null;
  /** A number of rows the source was seen to cut at. */
  readonly rowCap: number | null;
  /** The most rows ever received in one answer. */
  readonly mostRows: number;
  /** The account id the source's responses name, which need not be the one asked for. */
  readonly pinnedAccountId: string | null;
}

interface CheckpointItem {
  watermark: string;
  start: string;
  source_time_zone: string;
  watermark_run?: string;
  window_ms?: number | null;
  row_cap?: number | null;
  most_rows?: number;
  pinned_account_id?: string;
}

/** The checkpoint of one account: one DynamoDB item, changed by single conditional writes. */
export class Checkpoint {
  readonly #db: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #key: { account_id: string; item: 'checkpoint' };
  readonly #runId: string;

  constructor(parts: {
    db: DynamoDBDocumentClient;
    table: string;
    accountId: string;
    runId: string;
  }) {
    this.#db = parts.db;
    this.#table = parts.table;
    this.#key = { account_id: parts.accountId, item: 'checkpoint' };
    this.#runId = parts.runId;
  }

  /** @returns `null` when no run has ever begun for this account */
  async load(): Promise<CheckpointState | null> {
    const item = await this.#item();
    return item === null ? null : stateOf(item);
  }

  /**
   * Loads the checkpoint, or makes it with the watermark at `startMs`.
   *
   * @throws SettingsError when the stored rows were read in another source time zone
   */
  async open(initial: { startMs: number; sourceTimeZone: string }): Promise<CheckpointState> {
    let item = await this.#item();
    if (item === null) {
      const start = new Date(initial.startMs).toISOString();
      const fresh: CheckpointItem = {
        watermark: start,
        start,
        source_time_zone: initial.sourceTimeZone,
      };
      try {
        await this.#db.send(
          new PutCommand({
            TableName: this.#table,
            Item: { ...this.#key, ...fresh },
            ConditionExpression: 'attribute_not_exists(account_id)',
          }),
        );
        item = fresh;
      } catch (error) {
        // Two first runs at once: both go on from the checkpoint of the one that made it.
        if (!isConditionFailed(error)) throw error;
        item = (await this.#item()) ?? fresh;
      }
    }
    if (item.source_time_zone !== initial.sourceTimeZone) {
      throw new SettingsError(
        `sourceTimeZone is ${initial.sourceTimeZone}, but the stored events were read as ${item.source_time_zone}. Going on would mix two readings of the same clock.`,
        `Set sourceTimeZone back to ${item.source_time_zone}, or store this account in an empty lake if that zone was wrong.`,
      );
    }
    return stateOf(item);
  }

  /**
   * Moves the watermark from where this run believes it is.
   *
   * @throws CheckpointConflictError when another run moved it first
   */
  async advance(fromMs: number, toMs: number): Promise<void> {
    const to = new Date(toMs).toISOString();
    try {
      //   this run                      another run
      //   reads watermark 10:00
      //                                 reads 10:00, pulls, moves 10:00 → 10:10
      //   pulls, moves 10:00 → 10:05:   refused, or the watermark would move back
      await this.#db.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: this.#key,
          UpdateExpression: 'SET watermark = :to, watermark_run = :run',
          ConditionExpression: 'watermark = :from',
          ExpressionAttributeValues: {
            ':from': new Date(fromMs).toISOString(),
            ':to': to,
            ':run': this.#runId,
          },
        }),
      );
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
      // The answer to our own update may have been lost, and its repetition refused.
      const item = await this.#item();
      if (item?.watermark === to && item.watermark_run === this.#runId) return;
      throw new CheckpointConflictError(
        `Another run moved the watermark to ${item?.watermark ?? 'nothing'} while this one held ${new Date(fromMs).toISOString()}.`,
        'Nothing needs to be done: what both pulled is stored once, and the next run goes on.',
      );
    }
  }

  /** The last writer wins: these facts only save requests. */
  async remember(facts: Omit<LearnedFacts, 'pinnedAccountId'>): Promise<void> {
    await this.#db.send(
      new UpdateCommand({
        TableName: this.#table,
        Key: this.#key,
        UpdateExpression: 'SET window_ms = :window, row_cap = :cap, most_rows = :most',
        ConditionExpression: 'attribute_exists(watermark)',
        ExpressionAttributeValues: {
          ':window': facts.windowMs,
          ':cap': facts.rowCap,
          ':most': facts.mostRows,
        },
      }),
    );
  }

  /**
   * Pins the account id that responses name, once.
   *
   * @throws SourceContractError when another one is pinned already
   */
  async pinAccountId(accountId: string): Promise<void> {
    try {
      // Two first runs may see two ids: the second must fail before it merges anything.
      await this.#db.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: this.#key,
          UpdateExpression: 'SET pinned_account_id = :id',
          ConditionExpression: 'attribute_not_exists(pinned_account_id) OR pinned_account_id = :id',
          ExpressionAttributeValues: { ':id': accountId },
        }),
      );
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
      const pinned = (await this.#item())?.pinned_account_id;
      throw accountChanged(accountId, pinned);
    }
  }

  async #item(): Promise<CheckpointItem | null> {
    const { Item } = await this.#db.send(
      new GetCommand({ TableName: this.#table, Key: this.#key, ConsistentRead: true }),
    );
    return (Item as CheckpointItem | undefined) ?? null;
  }
}

/** The source names another account than before: its rows are someone else's, or it was moved. */
export function accountChanged(named: string, pinned: string | undefined): SourceContractError {
  return new SourceContractError(
    `The response names account ${named}, but all before it named ${pinned}. Nothing of it was merged.`,
    'Check accountId and host. If the account was really moved, store it in a lake of its own.',
  );
}

function stateOf(item: CheckpointItem): CheckpointState {
  return {
    watermarkMs: Date.parse(item.watermark),
    startMs: Date.parse(item.start),
    facts: {
      windowMs: item.window_ms ?? null,
      rowCap: item.row_cap ?? null,
      mostRows: item.most_rows ?? 0,
      pinnedAccountId: item.pinned_account_id ?? null,
    },
  };
}

function isConditionFailed(error: unknown): boolean {
  return (error as { name?: string })?.name === 'ConditionalCheckFailedException';
}
