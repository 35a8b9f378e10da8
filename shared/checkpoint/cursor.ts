import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';

/** The item of the checkpoint table that a cursor stands in. */
export interface CursorItem {
  readonly db: DynamoDBDocumentClient;
  readonly table: string;
  readonly key: { readonly account_id: string; readonly item: string };
}

export type Attributes = Readonly<Record<string, unknown>>;

/** What a cursor's item holds now; `null` when there is none. */
export async function readItem({ db, table, key }: CursorItem): Promise<Attributes | null> {
  const { Item } = await db.send(
    new GetCommand({ TableName: table, Key: key, ConsistentRead: true }),
  );
  return Item ?? null;
}

/**
 * Moves a cursor from where this run believes it is, and sets what goes with the move.
 *
 * @param cursor the attribute; the run that moved it stands in `<cursor>_run`
 * @param where other attributes that must be as given
 * @returns `'moved'`, or the item as it is when another run changed it first
 */
export async function moveCursor(
  item: CursorItem,
  move: {
    readonly cursor: string;
    readonly from: string;
    readonly to: string;
    readonly runId: string;
    readonly set?: Attributes;
    readonly where?: Attributes;
  },
): Promise<'moved' | Attributes | null> {
  const { cursor, from, to, runId } = move;
  const runAttribute = `${cursor}_run`;
  const set = { [cursor]: to, [runAttribute]: runId, ...move.set };
  const where = { [cursor]: from, ...move.where };
  const names = Object.keys({ ...set, ...where });
  try {
    //   this run                      another run
    //   reads watermark 10:00
    //                                 reads 10:00, pulls, moves 10:00 → 10:10
    //   pulls, moves 10:00 → 10:05:   refused, or the watermark would move back
    await item.db.send(
      new UpdateCommand({
        TableName: item.table,
        Key: item.key,
        UpdateExpression: `SET ${clauses(set, 'to', ', ')}`,
        ConditionExpression: clauses(where, 'from', ' AND '),
        ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
        ExpressionAttributeValues: { ...values(set, 'to'), ...values(where, 'from') },
      }),
    );
    return 'moved';
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
    // The answer to our own update may have been lost, and its repetition refused.
    const current = await readItem(item);
    return current?.[cursor] === to && current[runAttribute] === runId ? 'moved' : current;
  }
}

export function isConditionFailed(error: unknown): boolean {
  return error instanceof ConditionalCheckFailedException;
}

const clauses = (attributes: Attributes, mark: string, between: string) =>
  Object.keys(attributes)
    .map((name) => `#${name} = :${mark}_${name}`)
    .join(between);

const values = (attributes: Attributes, mark: string) =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [`:${mark}_${name}`, value]),
  );
