import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { isoInstant } from '../activity/instant.ts';
import type { Span } from '../activity/spans.ts';
import { CheckpointConflictError, SettingsError } from '../errors.ts';
import { type Attributes, isConditionFailed, moveCursor, readItem } from './cursor.ts';
import { type AccountItems, itemOf, queryItems } from './items.ts';

const PREFIX = 'backfill#';

/** A named cursor over history: what of it is read, and how far. */
export interface Backfill extends Span {
  readonly name: string;
  /** Everything from `fromMs` up to here is read and durable, epoch milliseconds. */
  readonly positionMs: number;
  readonly status: 'active' | 'done' | 'cancelled';
  readonly addedAtMs: number;
  /** Who added it. */
  readonly by: string;
}

/**
 * The backfills of one account, an item each. Those that ended stay: what they read is part of what
 * the lake covers.
 */
export class Backfills {
  readonly #at: AccountItems;

  constructor(at: AccountItems) {
    this.#at = at;
  }

  /** Oldest first. */
  async all(): Promise<readonly Backfill[]> {
    const items = await queryItems(this.#at, PREFIX);
    return items.map(backfillOf).sort((a, b) => a.addedAtMs - b.addedAtMs);
  }

  /**
   * Adds one, or finds the one of that name that covers the same span.
   *
   * @throws SettingsError when the name is taken by another span, or by one that has ended
   */
  async add(backfill: Backfill): Promise<Backfill> {
    const { db, table, key } = this.#item(backfill.name);
    try {
      await db.send(
        new PutCommand({
          TableName: table,
          Item: {
            ...key,
            ...writtenBackfill(backfill),
            position_run: this.#at.runId,
          },
          ConditionExpression: 'attribute_not_exists(account_id)',
        }),
      );
      return backfill;
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
    }
    const item = await readItem(this.#item(backfill.name));
    // Forgotten since.
    if (item === null) return this.add(backfill);
    const stored = backfillOf(item);
    if (stored.fromMs === backfill.fromMs && stored.toMs === backfill.toMs) {
      if (stored.status === 'active') return stored;
      throw new SettingsError(
        `The backfill "${stored.name}" is ${stored.status} already.`,
        'To read that span again give the new backfill another --name.',
      );
    }
    throw new SettingsError(
      `There is a backfill "${stored.name}" of another span: ${isoInstant(stored.fromMs)} to ${isoInstant(stored.toMs)}.`,
      'Give the new one another --name.',
    );
  }

  /** Puts one, in the place of another of that name. A run that holds the other loses it, and what it read is stored once. */
  async put(backfill: Backfill): Promise<void> {
    const { db, table, key } = this.#item(backfill.name);
    const Item = { ...key, ...writtenBackfill(backfill), position_run: this.#at.runId };
    await db.send(new PutCommand({ TableName: table, Item }));
  }

  /**
   * @returns it as it now is
   * @throws CheckpointConflictError when another run moved it first, or it was cancelled
   */
  async advance(backfill: Backfill, toMs: number): Promise<Backfill> {
    return this.#move(backfill, toMs, 'active');
  }

  /** Ends one that has been read to its end, when all that follows from what it read is made. */
  async finish(backfill: Backfill): Promise<Backfill> {
    return this.#move(backfill, backfill.positionMs, 'done');
  }

  async #move(backfill: Backfill, toMs: number, status: 'active' | 'done'): Promise<Backfill> {
    const moved = await moveCursor(this.#item(backfill.name), {
      cursor: 'position',
      from: isoInstant(backfill.positionMs),
      to: isoInstant(toMs),
      runId: this.#at.runId,
      set: { status },
      where: { status: 'active' },
    });
    if (moved === 'moved') return { ...backfill, positionMs: toMs, status };
    throw new CheckpointConflictError(
      `The backfill "${backfill.name}" was moved or cancelled while this run held it at ${isoInstant(backfill.positionMs)}.`,
      'Nothing needs to be done: what was pulled is stored once.',
    );
  }

  /** @throws SettingsError when there is none of that name, or it has ended */
  async cancel(name: string): Promise<Backfill> {
    for (;;) {
      const item = await readItem(this.#item(name));
      if (item?.status !== 'active') {
        throw new SettingsError(
          item === null
            ? `There is no backfill "${name}".`
            : `The backfill "${name}" is ${item.status} already.`,
          '`backfill --status` lists them.',
        );
      }
      const backfill = backfillOf(item);
      const position = isoInstant(backfill.positionMs);
      // A run may move it between our look and this: then look again.
      const moved = await moveCursor(this.#item(name), {
        cursor: 'position',
        from: position,
        to: position,
        runId: this.#at.runId,
        set: { status: 'cancelled' },
        where: { status: 'active' },
      });
      if (moved === 'moved') return { ...backfill, status: 'cancelled' };
    }
  }

  /** Removes one, whatever it has read: what the lake covers must stand elsewhere by now. */
  async forget(name: string): Promise<void> {
    const { db, table, key } = this.#item(name);
    await db.send(new DeleteCommand({ TableName: table, Key: key }));
  }

  #item(name: string) {
    return itemOf(this.#at, `${PREFIX}${name}`);
  }
}

/** With names and instants as they stand in the table, and in a document. */
export function writtenBackfill({
  name,
  fromMs,
  toMs,
  positionMs,
  status,
  addedAtMs,
  by,
}: Backfill) {
  return {
    name,
    from: isoInstant(fromMs),
    to: isoInstant(toMs),
    position: isoInstant(positionMs),
    status,
    added_at: isoInstant(addedAtMs),
    by,
  };
}

function backfillOf(item: Attributes): Backfill {
  const ms = (name: string) => Date.parse(String(item[name]));
  return {
    name: String(item.name),
    fromMs: ms('from'),
    toMs: ms('to'),
    positionMs: ms('position'),
    status: item.status as Backfill['status'],
    addedAtMs: ms('added_at'),
    by: String(item.by),
  };
}
