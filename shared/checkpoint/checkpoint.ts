import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { isoInstant, secondAtOrBefore } from '../activity/instant.ts';
import { type Span, subtractSpans } from '../activity/spans.ts';
import {
  CheckpointConflictError,
  CheckpointLostError,
  SettingsError,
  SourceContractError,
} from '../errors.ts';
import { type CursorItem, isConditionFailed, moveCursor, readItem } from './cursor.ts';
import { type AccountItems, itemOf } from './items.ts';

/** What is remembered of an account between runs. */
export interface CheckpointState {
  /** Every window up to here was pulled and is durable, epoch milliseconds. */
  readonly watermarkMs: number;
  /** Where the account's history begins: no lookback goes before it. */
  readonly startMs: number;
  /** Rows of days before this one have expired, epoch milliseconds; −∞: none have. It never moves back. */
  readonly keptFromMs: number;
  /** The digests of agents of whom nothing is stored any more, whatever the source lists. */
  readonly erased: ReadonlySet<string>;
  /** What the watermark was moved over by hand, and no pull has read since; earliest first. */
  readonly skipped: readonly Span[];
  /** The zone that all stored events were read in. */
  readonly sourceTimeZone: string;
  /** The zone in which a replay began to read them again, and has not ended. */
  readonly replayingZone: string | null;
  /** Whether any row was merged: until then start and zone bind nobody. */
  readonly bound: boolean;
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

/** Of a source that no run has asked. */
export const nothingLearned: LearnedFacts = {
  ...{ windowMs: null, rowCap: null, mostRows: 0 },
  ...{ listed: null, pinnedAccountId: null },
};

interface CheckpointItem {
  watermark: string;
  start: string;
  source_time_zone: string;
  /** From the first run until the first row is merged. */
  unbound?: boolean;
  replaying_zone?: string | null;
  watermark_run?: string;
  kept_from?: string;
  /** A set of DynamoDB's, which is never empty. */
  erased?: ReadonlySet<string>;
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
  #opened: CheckpointState | null = null;
  #watermarkRun: string | null = null;

  constructor(at: AccountItems) {
    this.#item = itemOf(at, 'checkpoint');
    this.#runId = at.runId;
  }

  /** @returns `null` when no run has ever begun for this account */
  async load(): Promise<CheckpointState | null> {
    const item = await this.#read();
    if (item === null) return null;
    const state = stateOf(item);
    // What the first look found is what this run reads by, whatever another one makes of it meanwhile.
    if (this.#opened === null) this.#found(state, item);
    return state;
  }

  /**
   * Loads the checkpoint, or makes it with the watermark at its start. While nothing is merged, another
   * zone or a start that is given takes the place of what a run before had.
   *
   * @throws SettingsError when the stored rows were read in another source time zone, or history would
   *   begin before `earliestMs`: then nothing is kept
   * @throws CheckpointLostError when there is none, but rows are stored
   */
  async open(settings: OpeningSettings): Promise<CheckpointState> {
    const { startMs, sourceTimeZone, earliestMs } = settings;
    let item = await this.#read();
    while (item === null || (!item.replaying_zone && isToBeMadeAnew(item, settings))) {
      const wantedMs = startMs ?? defaultStartMs(item, settings);
      requireStart(wantedMs, earliestMs);
      if (item === null && (await settings.holdsRows())) {
        //   this run                  another first run
        //   finds no checkpoint
        //                             makes it, merges a row
        //   finds rows: looks again, or it would take for lost what was just made
        item = await this.#read();
        if (item === null) throw checkpointLost(this.#item.key.account_id);
        continue;
      }
      const start = isoInstant(wantedMs);
      const fresh = {
        ...{ watermark: start, start, source_time_zone: sourceTimeZone, unbound: true },
        ...(item?.erased !== undefined && { erased: item.erased }),
      };
      item = (await this.#begin(fresh, item)) ? fresh : await this.#read();
    }
    requireStart(stateOf(item).startMs, earliestMs);
    if (item.replaying_zone) {
      throw new SettingsError(
        `A replay reads all stored events again, in ${item.replaying_zone}. Until it has ended nothing may be merged.`,
        'Wait for it. If it was interrupted, run it again: `replay --reason …`.',
      );
    }
    if (item.source_time_zone !== sourceTimeZone) {
      throw new SettingsError(
        `\`sourceTimeZone\` is ${sourceTimeZone}, but the stored events were read as ${item.source_time_zone}. Going on would mix two readings of the same clock.`,
        `Set \`sourceTimeZone\` back to ${item.source_time_zone}. If that zone was wrong, read everything stored in the new one: \`replay --reason …\`.`,
      );
    }
    return this.#found(stateOf(item), item);
  }

  #found(state: CheckpointState, { watermark_run }: CheckpointItem): CheckpointState {
    this.#opened = state;
    this.#watermarkRun = watermark_run ?? null;
    return state;
  }

  /** @returns whether it was made: another run may be at the same, or have merged a row meanwhile */
  async #begin(fresh: CheckpointItem, before: CheckpointItem | null): Promise<boolean> {
    try {
      await this.#item.db.send(
        new PutCommand({
          TableName: this.#item.table,
          Item: { ...this.#item.key, ...fresh },
          ...(before === null
            ? { ConditionExpression: 'attribute_not_exists(account_id)' }
            : whileUnread(before)),
        }),
      );
      return true;
    } catch (error) {
      // Two first runs at once: both go on from the checkpoint of the one that made it.
      if (!isConditionFailed(error)) throw error;
      return false;
    }
  }

  /**
   * Puts a checkpoint where there is none, or in the place of one.
   *
   * @param seen what stands there, as it was loaded; `null`: nothing
   * @throws CheckpointConflictError when somebody has changed it meanwhile
   */
  async put(state: KnownState, seen: CheckpointState | null): Promise<void> {
    try {
      //   this run                     a pull, or an erasure
      //   loads: watermark 10:00
      //                                moves it to 10:05, or leaves an agent out
      //   puts, if all is as it was loaded: refused, or that would be forgotten
      await this.#item.db.send(
        new PutCommand({
          TableName: this.#item.table,
          Item: { ...this.#item.key, ...itemOfState(state), watermark_run: this.#runId },
          ...(seen === null
            ? { ConditionExpression: 'attribute_not_exists(account_id)' }
            : whileAsSeen(seen)),
        }),
      );
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
      const now = await this.#read();
      // The answer to our own write may have been lost, and its repetition refused.
      if (now?.watermark_run === this.#runId) return;
      throw new CheckpointConflictError(
        `Somebody changed the checkpoint meanwhile: its watermark is ${now?.watermark ?? 'none'}. It stays as it is.`,
        'Look at it with `status`, and try again.',
      );
    }
  }

  /** The agents who are to be left out, as they were when this run first looked. */
  get erased(): ReadonlySet<string> {
    return this.#opened?.erased ?? new Set();
  }

  /** The run that moved the watermark to where this run found it, or has moved it; `null`: none ever did. */
  get watermarkRun(): string | null {
    return this.#watermarkRun;
  }

  /** From now on runs leave an agent out. One that has begun already may not know. */
  async leaveOut(digest: string): Promise<void> {
    await this.#item.db.send(
      new UpdateCommand({
        TableName: this.#item.table,
        Key: this.#item.key,
        UpdateExpression: 'ADD erased :one',
        ConditionExpression: 'attribute_exists(watermark)',
        ExpressionAttributeValues: { ':one': new Set([digest]) },
      }),
    );
  }

  /**
   * Claims no more that rows of days before `keptFromMs` are there: before the first of them goes, so that
   * a run that dies between claims less than is true.
   */
  async expireBefore(keptFromMs: number): Promise<void> {
    try {
      await this.#item.db.send(
        new UpdateCommand({
          TableName: this.#item.table,
          Key: this.#item.key,
          UpdateExpression: 'SET kept_from = :to',
          // Never back, whoever is faster: what has gone would seem to be there.
          ConditionExpression:
            'attribute_exists(watermark) AND (attribute_not_exists(kept_from) OR kept_from < :to)',
          ExpressionAttributeValues: { ':to': isoInstant(keptFromMs) },
        }),
      );
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
    }
  }

  /**
   * Before the first row is merged: from now on start and zone are what the stored rows were read by.
   *
   * @throws CheckpointConflictError when another run has made the checkpoint anew, with other ones
   */
  async bind(): Promise<void> {
    if (this.#opened === null || this.#opened.bound) return;
    const { startMs, sourceTimeZone } = this.#opened;
    //   this run                        another run, whose zone is another one
    //   opens: zone A, unbound
    //                                   opens: zone B, unbound
    //   binds, if zone A: refused, or rows read in A would be merged beside those read in B
    const mine = { start: isoInstant(startMs), source_time_zone: sourceTimeZone };
    try {
      await this.#item.db.send(
        new UpdateCommand({
          TableName: this.#item.table,
          Key: this.#item.key,
          UpdateExpression: 'REMOVE unbound',
          ...whileUnbound(mine),
        }),
      );
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
      // Bound meanwhile, by whom ever: by the same start and zone it is the same history.
      const now = await this.#read();
      const isSame = now?.start === mine.start && now.source_time_zone === mine.source_time_zone;
      if (!isSame) {
        throw new CheckpointConflictError(
          `Another run began the history at ${now?.start ?? 'no time'}, read as ${now?.source_time_zone ?? 'no zone'}.`,
          'Nothing of this run was merged. Let all runs have the same settings.',
        );
      }
    }
    this.#opened = { ...this.#opened, bound: true };
  }

  /**
   * Moves the watermark from where this run believes it is.
   *
   * @throws CheckpointConflictError when another run moved it first
   */
  async advance(fromMs: number, toMs: number): Promise<void> {
    const [from, to] = [isoInstant(fromMs), isoInstant(toMs)];
    const runId = this.#runId;
    const moved = await moveCursor(this.#item, { cursor: 'watermark', from, to, runId });
    if (moved === 'moved') {
      this.#watermarkRun = runId;
      return;
    }
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
    const [from, to] = [isoInstant(watermarkMs), isoInstant(toMs)];
    const moved = await moveCursor(this.#item, {
      cursor: 'watermark',
      from,
      to,
      runId: this.#runId,
      set: {
        skipped: gaps.map((gap) => ({ from: isoInstant(gap.fromMs), to: isoInstant(gap.toMs) })),
      },
    });
    if (moved === 'moved') {
      this.#watermarkRun = this.#runId;
      return;
    }
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
            from: isoInstant(facts.listed.fromMs),
            to: isoInstant(facts.listed.toMs),
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

/** What is to be remembered of an account while no replay changes its zone; its rows are bound to it. */
export type KnownState = Omit<CheckpointState, 'replayingZone' | 'bound'>;

/** What a run would have a history begin with. */
interface OpeningSettings {
  /** Where it is to begin, when somebody said so; whole second. */
  readonly startMs: number | undefined;
  /** Where it begins when nobody did, and no run has begun it yet; whole second. */
  readonly byDefaultMs: number;
  readonly sourceTimeZone: string;
  /** Nothing older is stored. */
  readonly earliestMs: number;
  /** The clock by which windows are planned. */
  readonly nowMs: number;
  /** Whether rows of the account are stored: then there was a checkpoint. */
  readonly holdsRows: () => Promise<boolean>;
}

/** Why nothing can go on: rows are stored, and nothing says how far they were read. */
export function checkpointLost(accountId: string): CheckpointLostError {
  return new CheckpointLostError(
    `The lake holds rows of account ${accountId}, but the table has no checkpoint of it: the table was lost, or is another one. Nothing was changed.`,
    'Bring the table back, or make the checkpoint anew from the lake: `checkpoint rebuild --reason …`; or from a file that was exported before: `state import --file FILE --reason …`. To begin another history beside what is stored: `checkpoint begin --from ISO --reason …`.',
  );
}

function isToBeMadeAnew(item: CheckpointItem, settings: OpeningSettings): boolean {
  const { startMs, sourceTimeZone, nowMs } = settings;
  if (!item.unbound) return false;
  // By a clock that ran ahead, when there was nothing to tell.
  if (stateOf(item).watermarkMs > nowMs) return true;
  const wantedMs = startMs ?? defaultStartMs(item, settings);
  return item.source_time_zone !== sourceTimeZone || wantedMs !== stateOf(item).startMs;
}

/** Where the first run began, unless that lies ahead: its clock may have been wrong. */
function defaultStartMs(item: CheckpointItem | null, { byDefaultMs }: OpeningSettings): number {
  return item === null ? byDefaultMs : Math.min(byDefaultMs, stateOf(item).startMs);
}

function whileUnbound({
  start,
  source_time_zone,
}: Pick<CheckpointItem, 'start' | 'source_time_zone'>) {
  return {
    ConditionExpression: 'unbound = :yes AND #start = :start AND source_time_zone = :zone',
    ExpressionAttributeNames: { '#start': 'start' },
    ExpressionAttributeValues: { ':yes': true, ':start': start, ':zone': source_time_zone },
  };
}

/** A replay may have begun to read, in another zone, what was landed: what it stores must not be read anew. */
function whileUnread(before: CheckpointItem) {
  const { ConditionExpression, ...rest } = whileUnbound(before);
  const notReplaying = 'attribute_not_exists(replaying_zone) OR replaying_zone = :none';
  const ExpressionAttributeValues = { ...rest.ExpressionAttributeValues, ':none': null };
  return {
    ...rest,
    ConditionExpression: `${ConditionExpression} AND (${notReplaying})`,
    ExpressionAttributeValues,
  };
}

/** Of all that a run does to a checkpoint, what it learns of the source alone may be lost. */
function whileAsSeen(seen: CheckpointState) {
  const { watermark, start, source_time_zone, erased, kept_from } = itemOfState(seen);
  const conditions = [
    'watermark = :watermark AND #start = :start AND source_time_zone = :zone',
    seen.bound ? 'attribute_not_exists(unbound)' : 'attribute_exists(unbound)',
    '(attribute_not_exists(replaying_zone) OR replaying_zone = :none)',
    erased === undefined ? 'attribute_not_exists(erased)' : 'erased = :erased',
    kept_from === undefined ? 'attribute_not_exists(kept_from)' : 'kept_from = :kept',
  ];
  return {
    ConditionExpression: conditions.join(' AND '),
    ExpressionAttributeNames: { '#start': 'start' },
    ExpressionAttributeValues: {
      ...{ ':watermark': watermark, ':start': start, ':zone': source_time_zone, ':none': null },
      ...(erased !== undefined && { ':erased': erased }),
      ...(kept_from !== undefined && { ':kept': kept_from }),
    },
  };
}

function requireStart(startMs: number, earliestMs: number): void {
  if (startMs >= earliestMs) return;
  throw new SettingsError(
    `\`start\` is ${isoInstant(startMs)}, but \`earliestDate\` is ${isoInstant(earliestMs)}: all before it would be rejected.`,
    'Set `earliestDate` to the first day of the history you want.',
  );
}

/** The source names another account than before: its rows are someone else's, or it was moved. */
export function accountChanged(named: string, pinned: string | undefined): SourceContractError {
  return new SourceContractError(
    `The response names account ${named}, but all before it named ${pinned}. Nothing of it was merged.`,
    'Check accountId and host. If the account was really moved, store it in a lake of its own.',
  );
}

function itemOfState({ facts, erased, keptFromMs, ...state }: KnownState): CheckpointItem {
  const span = ({ fromMs, toMs }: Span) => ({ from: isoInstant(fromMs), to: isoInstant(toMs) });
  return {
    watermark: isoInstant(state.watermarkMs),
    start: isoInstant(state.startMs),
    source_time_zone: state.sourceTimeZone,
    skipped: state.skipped.map(span),
    ...(Number.isFinite(keptFromMs) && { kept_from: isoInstant(keptFromMs) }),
    ...(erased.size > 0 && { erased: new Set(erased) }),
    window_ms: facts.windowMs,
    row_cap: facts.rowCap,
    most_rows: facts.mostRows,
    listed: facts.listed && span(facts.listed),
    ...(facts.pinnedAccountId !== null && { pinned_account_id: facts.pinnedAccountId }),
  };
}

function stateOf(item: CheckpointItem): CheckpointState {
  return {
    watermarkMs: Date.parse(item.watermark),
    startMs: secondAtOrBefore(Date.parse(item.start)),
    keptFromMs:
      item.kept_from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(item.kept_from),
    erased: new Set(item.erased),
    skipped: (item.skipped ?? []).map(({ from, to }) => ({
      fromMs: Date.parse(from),
      toMs: Date.parse(to),
    })),
    sourceTimeZone: item.source_time_zone,
    replayingZone: item.replaying_zone ?? null,
    bound: !item.unbound,
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
