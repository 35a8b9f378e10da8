import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { isoInstant } from '../activity/instant.ts';
import { CheckpointConflictError } from '../errors.ts';
import { type Attributes, isConditionFailed, moveCursor, readItem } from './cursor.ts';
import { type AccountItems, expiresAt, itemOf, queryItems } from './items.ts';

const PREFIX = 'check#';

/** What the windows of a day that were read again came to. */
interface DayCounts {
  /** Events the source lists now. */
  readonly listed: number;
  /** Events stored before the check began. */
  readonly stored_before: number;
  /** Events stored since: they were missing. */
  readonly added: number;
  /** Events stored, but no longer listed. */
  readonly withdrawn: number;
  /** One-second windows accepted although their number of rows looks like a limit. */
  readonly suspect_windows: number;
}

/** One reading of a whole day again, window by window. */
export interface DayCheck {
  /** UTC, `YYYY-MM-DD`. */
  readonly day: string;
  /** Every window was asked for after this instant, epoch milliseconds. */
  readonly beganAtMs: number;
  /** Everything of the day before it is compared. */
  readonly positionMs: number;
  readonly counts: DayCounts;
  readonly finished: boolean;
}

/** The latest check of each day of one account, an item each. A check that was interrupted goes on. */
export class DayChecks {
  readonly #at: AccountItems;

  constructor(at: AccountItems) {
    this.#at = at;
  }

  /** Of every day that was ever checked and is still remembered, earliest first. */
  async all(): Promise<readonly DayCheck[]> {
    return (await queryItems(this.#at, PREFIX)).map(checkOf);
  }

  async latest(day: string): Promise<DayCheck | null> {
    const item = await readItem(this.#item(day));
    return item === null ? null : checkOf(item);
  }

  /**
   * Begins a new check in the place of `latest`.
   *
   * @throws CheckpointConflictError when another run began one first
   */
  async begin(day: string, beganAtMs: number, latest: DayCheck | null): Promise<DayCheck> {
    const check: DayCheck = {
      day,
      beganAtMs,
      positionMs: Date.parse(day),
      counts: { listed: 0, stored_before: 0, added: 0, withdrawn: 0, suspect_windows: 0 },
      finished: false,
    };
    const { db, table, key } = this.#item(day);
    try {
      // Two runs that both find yesterday's check finished must not both count into today's.
      await db.send(
        new PutCommand({
          TableName: table,
          Item: {
            ...key,
            day,
            began_at: isoInstant(beganAtMs),
            began_run: this.#at.runId,
            position: isoInstant(check.positionMs),
            finished: false,
            ...check.counts,
            expires_at: expiresAt(beganAtMs),
          },
          ...(latest === null
            ? { ConditionExpression: 'attribute_not_exists(account_id)' }
            : {
                ConditionExpression: 'began_at = :latest',
                ExpressionAttributeValues: { ':latest': isoInstant(latest.beganAtMs) },
              }),
        }),
      );
      return check;
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
    }
    const item = await readItem(this.#item(day));
    if (item?.began_run === this.#at.runId) return check;
    throw this.#conflict(day);
  }

  /**
   * A window more is compared: the position and the counts move together, so that no window counts
   * twice and none is left out.
   *
   * @throws CheckpointConflictError when another run moved it first
   */
  async advance(check: DayCheck, toMs: number, window: DayCounts): Promise<DayCheck> {
    const counts = Object.fromEntries(
      Object.entries(window).map(([name, count]) => [
        name,
        check.counts[name as keyof DayCounts] + count,
      ]),
    ) as unknown as DayCounts;
    await this.#move(check, toMs, { ...counts });
    return { ...check, positionMs: toMs, counts };
  }

  /** The day's row is stored. */
  async finish(check: DayCheck): Promise<void> {
    await this.#move(check, check.positionMs, { finished: true });
  }

  async #move(check: DayCheck, toMs: number, set: Attributes): Promise<void> {
    const moved = await moveCursor(this.#item(check.day), {
      cursor: 'position',
      from: isoInstant(check.positionMs),
      to: isoInstant(toMs),
      runId: this.#at.runId,
      set,
      where: { began_at: isoInstant(check.beganAtMs), finished: false },
    });
    if (moved !== 'moved') throw this.#conflict(check.day);
  }

  #conflict(day: string): CheckpointConflictError {
    return new CheckpointConflictError(
      `Another run checks ${day} at the same time and was faster.`,
      'Nothing needs to be done: that one goes on.',
    );
  }

  #item(day: string) {
    return itemOf(this.#at, `${PREFIX}${day}`);
  }
}

function checkOf(item: Attributes): DayCheck {
  const count = (name: keyof DayCounts) => Number(item[name]);
  return {
    day: String(item.day),
    beganAtMs: Date.parse(String(item.began_at)),
    positionMs: Date.parse(String(item.position)),
    counts: {
      listed: count('listed'),
      stored_before: count('stored_before'),
      added: count('added'),
      withdrawn: count('withdrawn'),
      suspect_windows: count('suspect_windows'),
    },
    finished: item.finished === true,
  };
}
