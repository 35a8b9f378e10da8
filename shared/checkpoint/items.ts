import { type DynamoDBDocumentClient, paginateQuery } from '@aws-sdk/lib-dynamodb';
import { DAY_MS, SECOND_MS, secondAtOrBefore } from '../activity/instant.ts';
import type { Attributes, CursorItem } from './cursor.ts';

/** Where the items of an account are, and which run changes them. */
export interface AccountItems {
  readonly db: DynamoDBDocumentClient;
  readonly table: string;
  readonly accountId: string;
  readonly runId: string;
}

const KEPT_MS = 400 * DAY_MS;

/** When a record of what was done goes, 13 months after: DynamoDB's time to live, epoch seconds. */
export function expiresAt(beganAtMs: number): number {
  return secondAtOrBefore(beganAtMs + KEPT_MS) / SECOND_MS;
}

/** The same for who only reads them, or names the run with each. */
export type ItemsOfAccount = Omit<AccountItems, 'runId'>;

/** One of them, by its sort key. */
export function itemOf({ db, table, accountId }: ItemsOfAccount, item: string): CursorItem {
  return { db, table, key: { account_id: accountId, item } };
}

/** The items of an account whose sort key begins with `prefix`, page by page. */
export async function* itemPages(
  { db, table, accountId }: ItemsOfAccount,
  prefix: string,
  how: { readonly newestFirst?: boolean; readonly limit?: number } = {},
): AsyncGenerator<readonly Attributes[]> {
  const pages = paginateQuery(
    { client: db },
    {
      TableName: table,
      KeyConditionExpression: 'account_id = :account AND begins_with(#item, :prefix)',
      ExpressionAttributeNames: { '#item': 'item' },
      ExpressionAttributeValues: { ':account': accountId, ':prefix': prefix },
      ScanIndexForward: how.newestFirst !== true,
      ConsistentRead: true,
      Limit: how.limit,
    },
  );
  for await (const { Items = [] } of pages) yield Items;
}

/** All of them. */
export async function queryItems(
  of: ItemsOfAccount,
  prefix: string,
): Promise<readonly Attributes[]> {
  const items: Attributes[] = [];
  for await (const page of itemPages(of, prefix)) items.push(...page);
  return items;
}
