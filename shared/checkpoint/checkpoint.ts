import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Span } from '../activity/source-zone.ts';
import { subtractSpans } from '../activity/spans.ts';
import { CheckpointConflictError, SettingsError, SourceContractError } from '../errors.ts';
import { type CursorItem, isConditionFailed, moveCursor, readItem } from './cursor.ts';
import { type AccountItems, itemOf } from './items.ts';

/** What is remembered of an account between runs. */
export interface CheckpointState {
  /** Every window up to here was pulled and is durable, epoch milliseconds. */
  readonly watermarkMs: number;
  /** Where the account's history begins: no lookback goes before it. */
  readonly startMs: number;
  /** What the watermark was moved over by hand, and no pull has read since; earliest first. */
  readonly skipped: readonly Span[];
  /** The zone that all stored events were read in. */
  readonly sourceTimeZone: string;
  /** The zone in which a replay began to read them again, and has not ended. */
  readonly replayingZone: string | null;
  readonly facts: LearnedFacts;
}

/** What runs learned about the source. Losing one costs requests, never rows. */
export interface LearnedFacts {
  /** The window size that worked, milliseconds; `null`: none ever failed. */
  readonly windowMs: number | null;
  /** A number of rows the source was seen to cut at. */
  readonly rowCap: number | null;
  /** The most rows ever received in one answer, or since that number was learned. */
  readonly mostRows: number;
  /** A window that had rows not long ago; `null`: none ever had. */
  readonly listed: Span | null;
  /** The account id the source's responses name, which need not be the one asked for. */
  readonly pinnedAccountId: string | null;
}

interface CheckpointItem {
  watermark: string;
  start: string;
  source_time_zone: string;
  replaying_zone?: string | null;
  watermark_run?: string;
  skipped?: readonly { readonly from: string; readonly to: string }[];
  window_ms?: number | null;
  row_cap?: number | null;
  most_rows?: number;
  listed?: { readonly from: string; readonly to: string } | null;
  pinned_account_id?: string;
}

/** The checkpoint of one account: one DynamoDB item, changed by single conditional writes. */
export class Checkpoint {
  readonly #item: CursorItem;
  readonly #runId: string;

  constructor(at: AccountItems) {
    this.#item = itemOf(at, 'checkpoint');
    this.#runId = at.runId;
  }

  /** @returns `null` when no run has ever begun for this account */
  async load(): Promise<CheckpointState | null> {
    const item = await this.#read();
    return item === null ? null : stateOf(item);
  }

  /**
   * Loads the checkpoint, or makes it with the watermark at `startMs`.
   *
   * @throws SettingsError when the stored rows were read in another source time zone
   */
  async open(initial: { startMs: number; sourceTimeZone: string }): Promise<CheckpointState> {
    let item = await this.#read();
    if (item === null) {
      const start = new Date(initial.startMs).toISOString();
      const fresh: CheckpointItem = {
        watermark: start,
        start,
        source_time_zone: initial.sourceTimeZone,
      };
      try {
        await this.#item.db.send(
          new PutCommand({
            TableName: this.#item.table,
            Item: { ...this.#item.key, ...fresh },
            ConditionExpression: 'attribute_not_exists(account_id)',
          }),
        );
        item = fresh;
      } catch (error) {
        // Two first runs at once: both go on from the checkpoint of the one that made it.
        if (!isConditionFailed(error)) throw error;
        item = (await this.#read()) ?? fresh;
      }
    }
    if (item.replaying_zone) {
      throw new SettingsError(
        `A replay reads all stored events again, in ${item.replaying_zone}. Until it has ended nothing may be merged.`,
        'Wait for it. If it was interrupted, run it again: `replay`.',
      );
    }
    if (item.source_time_zone !== initial.sourceTimeZone) {
      throw new SettingsError(
        `sourceTimeZone is ${initial.sourceTimeZone}, but the stored events were read as ${item.source_time_zone}. Going on would mix two readings of the same clock.`,
        `Set sourceTimeZone back to ${item.source_time_zone}. If that zone was wrong, read everything stored in the new one: \`replay\`.`,
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
    const [from, to] = [iso(fromMs), iso(toMs)];
    const runId = this.#runId;
    const moved = await moveCursor(this.#item, { cursor: 'watermark', from, to, runId });
    if (moved === 'moved') return;
    throw new CheckpointConflictError(
      `Another run moved the watermark to ${moved?.watermark ?? 'nothing'} while this one held ${from}.`,
      'Nothing needs to be done: what both pulled is stored once, and the next run goes on.',
    );
  }

  /**
   * Moves the watermark where a person wants it. What that skips is kept as a gap, until a watermark
   * moved back lets a pull read it after all.
   *
   * @throws CheckpointConflictError when a run moved it meanwhile
   */
  async moveByHand(
    state: Pick<CheckpointState, 'watermarkMs' | 'skipped'>,
    toMs: number,
  ): Promise<void> {
    const { watermarkMs, skipped } = state;
    const gaps =
      toMs > watermarkMs
        ? [...skipped, { fromMs: watermarkMs, toMs }]
        : subtractSpans(skipped, [{ fromMs: toMs, toMs: Number.POSITIVE_INFINITY }]);
    const [from, to] = [iso(watermarkMs), iso(toMs)];
    const moved = await moveCursor(this.#item, {
      cursor: 'watermark',
      from,
      to,
      runId: this.#runId,
      set: { skipped: gaps.map((gap) => ({ from: iso(gap.fromMs), to: iso(gap.toMs) })) },
    });
    if (moved === 'moved') return;
    throw new CheckpointConflictError(
      `A run moved the watermark from ${from} to ${moved?.watermark ?? 'nothing'} meanwhile.`,
      'Nothing was changed. Look at it with `status`, and try again.',
    );
  }

  /** A replay begins to read every stored event in another zone: until it ends no run may merge. */
  async beginZoneChange(from: string, to: string): Promise<void> {
    await this.#moveZone(from, from, to);
  }

  /** The replay has ended, or had nothing to begin with: every stored event was read in `to`. */
  async endZoneChange(from: string, to: string): Promise<void> {
    await this.#moveZone(from, to, null);
  }

  async #moveZone(from: string, to: string, replaying: string | null): Promise<void> {
    const moved = await moveCursor(this.#item, {
      cursor: 'source_time_zone',
      from,
      to,
      runId: this.#runId,
      set: { replaying_zone: replaying },
    });
    if (moved === 'moved') return;
    throw new CheckpointConflictError(
      `Another replay read the events in ${moved?.source_time_zone ?? 'no zone'} meanwhile.`,
      'Run the replay again, so that all events are read in one zone.',
    );
  }

  /** The last writer wins: these facts only save requests. */
  async remember(facts: Omit<LearnedFacts, 'pinnedAccountId'>): Promise<void> {
    await this.#item.db.send(
      new UpdateCommand({
        TableName: this.#item.table,
        Key: this.#item.key,
        UpdateExpression:
          'SET window_ms = :window, row_cap = :cap, most_rows = :most, listed = :listed',
        ConditionExpression: 'attribute_exists(watermark)',
        ExpressionAttributeValues: {
          ':window': facts.windowMs,
          ':cap': facts.rowCap,
          ':most': facts.mostRows,
          ':listed': facts.listed && {
            from: iso(facts.listed.fromMs),
            to: iso(facts.listed.toMs),
          },
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
      await this.#item.db.send(
        new UpdateCommand({
          TableName: this.#item.table,
          Key: this.#item.key,
          UpdateExpression: 'SET pinned_account_id = :id',
          ConditionExpression: 'attribute_not_exists(pinned_account_id) OR pinned_account_id = :id',
          ExpressionAttributeValues: { ':id': accountId },
        }),
      );
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
      const pinned = (await this.#read())?.pinned_account_id;
      throw accountChanged(accountId, pinned);
    }
  }

  async #read(): Promise<CheckpointItem | null> {
    return (await readItem(this.#item)) as CheckpointItem | null;
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
    startMs: wholeSecond(Date.parse(item.start)),
    skipped: (item.skipped ?? []).map(({ from, to }) => ({
      fromMs: Date.parse(from),
      toMs: Date.parse(to),
    })),
    sourceTimeZone: item.source_time_zone,
    replayingZone: item.replaying_zone ?? null,
    facts: {
      windowMs: item.window_ms ?? null,
      rowCap: item.row_cap ?? null,
      mostRows: item.most_rows ?? 0,
      listed: item.listed
        ? { fromMs: Date.parse(item.listed.from), toMs: Date.parse(item.listed.to) }
        : null,
      pinnedAccountId: item.pinned_account_id ?? null,
    },
  };
}

/** The second that an instant lies in, epoch milliseconds. */
export function wholeSecond(ms: number): number {
  return Math.floor(ms / 1_000) * 1_000;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
