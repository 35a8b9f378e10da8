import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { MINUTE_MS, SECOND_MS, secondAtOrAfter } from '../activity/instant.ts';
import type { Clock } from '../clock.ts';
import { OutOfTimeError } from '../errors.ts';
import { isConditionFailed } from './cursor.ts';
import type { AccountItems } from './items.ts';

/** Permission to send requests to the source. */
export interface RequestBudget {
  /**
   * Resolves when one request may be sent, now.
   * @throws OutOfTimeError when that would be after `deadlineMs`
   */
  take(deadlineMs: number, signal?: AbortSignal): Promise<void>;
}

/** How much later than it is logged a request may be sent, and how far clocks may differ. */
const SLACK_MS = SECOND_MS;
const COUNTED_MS = MINUTE_MS + SLACK_MS;
/** Larger budgets are logged by the second, or the item would outgrow DynamoDB's 400 KB. */
const LARGEST_EXACT_BUDGET = 600;
const MAX_CONFLICT_WAIT_MS = 50;

/** The instants (epoch ms, as attribute names) at which requests were sent, and how many at each. */
type SentLog = Readonly<Record<string, number>>;

/** Of all requests, and of those among them that were sent in the background. */
interface Logs {
  readonly sent: SentLog;
  readonly background: SentLog;
}

/** The log as a process wrote it last; `null`: it has not yet, or was not the last to write. */
export interface HeldLog {
  held: (Logs & { readonly version: number }) | null;
}

/** Whose request it is: the background may use half the budget, so the pull never waits for it. */
export type Priority = 'pull' | 'background';

/**
 * One account's requests per minute, shared by all processes that pull it: the log of the last
 * minute's requests in one DynamoDB item (`account_id`, `item` = `budget`), changed by
 * compare-and-swap. No more than `requestsPerMinute` are sent in any 60 seconds, however these are
 * laid: an entry counts for 61 s, and who needs more than that second to log it logs it again.
 * Above 600 a minute an entry stands at the end of its second, which frees it later, never earlier.
 * Backfill and reconcile are the background: of any 60 seconds' requests at most half are theirs (a
 * budget of one they share).
 *
 * Ours, because the libraries promise less: rate-limiter-flexible counts in fixed windows, so that
 * twice the limit passes around a minute's edge; p-throttle knows one process only.
 */
export class SharedRequestBudget implements RequestBudget {
  readonly #db: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #accountId: string;
  readonly #requestsPerMinute: number;
  readonly #priority: Priority;
  readonly #clock: Clock;
  readonly #onWait: (untilMs: number) => void;
  readonly #log: HeldLog;

  constructor(parts: {
    db: DynamoDBDocumentClient;
    table: string;
    accountId: string;
    requestsPerMinute: number;
    /** Default: `pull`. */
    priority?: Priority;
    clock: Clock;
    /** Told until when a request has to wait, epoch milliseconds. */
    onWait?: ((untilMs: number) => void) | undefined;
    /** Shared by the budgets of a process. Default: one of its own. */
    log?: HeldLog;
  }) {
    this.#db = parts.db;
    this.#table = parts.table;
    this.#accountId = parts.accountId;
    this.#requestsPerMinute = parts.requestsPerMinute;
    this.#priority = parts.priority ?? 'pull';
    this.#clock = parts.clock;
    this.#onWait = parts.onWait ?? (() => {});
    this.#log = parts.log ?? { held: null };
  }

  async take(deadlineMs: number, signal?: AbortSignal): Promise<void> {
    while (true) {
      signal?.throwIfAborted();
      // What was written last stands there still if nobody else wrote: the swap tells, and nothing is waited for without it.
      const { held } = this.#log;
      this.#log.held = null;
      const { version, ...logs } = held ?? (await this.#read());
      const nowMs = this.#clock.now();
      if (nowMs >= deadlineMs) throw this.#outOfTime();
      const sent = stillCounted(logs.sent, nowMs);
      const background = stillCounted(logs.background, nowMs);
      const freeAtMs = this.#freeAtMs({ sent, background });
      if (freeAtMs > nowMs) {
        if (held !== null) continue;
        if (freeAtMs >= deadlineMs) throw this.#outOfTime();
        this.#onWait(freeAtMs);
        await this.#clock.sleep(freeAtMs - nowMs, signal);
        continue;
      }
      const atMs = this.#loggedAs(nowMs);
      const next = {
        sent: withOneAt(atMs, sent),
        background: this.#priority === 'pull' ? background : withOneAt(atMs, background),
      };
      if (await this.#swap(version, next)) {
        this.#log.held = { version: version + 1, ...next };
        if (this.#clock.now() - atMs <= SLACK_MS) return;
      } else if (held === null) {
        await this.#clock.sleep(Math.random() * MAX_CONFLICT_WAIT_MS, signal);
      }
    }
  }

  /** When there is room for one more: 0 if now. */
  #freeAtMs({ sent, background }: Logs): number {
    const freeAtMs = freeAt(sent, this.#requestsPerMinute);
    if (this.#priority === 'pull') return freeAtMs;
    return Math.max(freeAtMs, freeAt(background, backgroundPerMinute(this.#requestsPerMinute)));
  }

  #loggedAs(nowMs: number): number {
    return this.#requestsPerMinute > LARGEST_EXACT_BUDGET ? secondAtOrAfter(nowMs) : nowMs;
  }

  async #read(): Promise<Logs & { readonly version: number }> {
    return readLogs({ db: this.#db, table: this.#table, accountId: this.#accountId });
  }

  /** @returns whether the log was still the one that was read, and so was changed */
  async #swap(version: number, logs: Logs): Promise<boolean> {
    // Two processes, one place left:
    //
    //   A: read v7 ─────────── write v8 ✓
    //   B:      read v7 ───────────────── write v8 ✗ (it is v8) ── read v8: no room, wait
    //
    // If the answer of A's write is lost, the SDK sends it again and A fails like B: the place
    // that it had logged goes unused, and A logs another.
    const unchanged = version === 0 ? 'attribute_not_exists(#version)' : '#version = :version';
    try {
      await this.#db.send(
        new PutCommand({
          TableName: this.#table,
          Item: { account_id: this.#accountId, item: 'budget', version: version + 1, ...logs },
          ConditionExpression: unchanged,
          ExpressionAttributeNames: { '#version': 'version' },
          ...(version > 0 && { ExpressionAttributeValues: { ':version': version } }),
        }),
      );
      return true;
    } catch (error) {
      if (isConditionFailed(error)) return false;
      throw error;
    }
  }

  #outOfTime(): OutOfTimeError {
    return new OutOfTimeError(
      `Account ${this.#accountId}: its ${this.#requestsPerMinute} requests a minute are used up, ` +
        `and the run's time with them.`,
      'Nothing: the next run goes on.',
    );
  }
}

/** How many requests were sent in the last minute, by all processes, and of those in the background. */
export async function sentLately(
  at: Pick<AccountItems, 'db' | 'table' | 'accountId'>,
  nowMs: number,
): Promise<{ readonly sent: number; readonly background: number }> {
  const { sent, background } = await readLogs(at);
  return {
    sent: totalOf(stillCounted(sent, nowMs)),
    background: totalOf(stillCounted(background, nowMs)),
  };
}

/** What backfill and reconcile may use of a budget, requests a minute. */
export function backgroundPerMinute(requestsPerMinute: number): number {
  return Math.max(1, Math.floor(requestsPerMinute / 2));
}

async function readLogs({
  db,
  table,
  accountId,
}: Pick<AccountItems, 'db' | 'table' | 'accountId'>): Promise<Logs & { readonly version: number }> {
  const { Item } = await db.send(
    new GetCommand({
      TableName: table,
      Key: { account_id: accountId, item: 'budget' },
      ConsistentRead: true,
    }),
  );
  const { version = 0, sent = {}, background = {} } = Item ?? {};
  return { version, sent, background };
}

function totalOf(log: SentLog): number {
  return Object.values(log).reduce((sum, count) => sum + count, 0);
}

/** When a log has room for one more: 0 if now. */
function freeAt(log: SentLog, perMinute: number): number {
  if (totalOf(log) < perMinute) return 0;
  return Math.min(...Object.keys(log).map(Number)) + COUNTED_MS;
}

function withOneAt(atMs: number, log: SentLog): SentLog {
  return { ...log, [atMs]: (log[atMs] ?? 0) + 1 };
}

/** An entry further ahead than it could ever count was written by a clock that was wrong. */
function stillCounted(sent: SentLog, nowMs: number): SentLog {
  return Object.fromEntries(
    Object.entries(sent).filter(([atMs]) => Math.abs(nowMs - Number(atMs)) < COUNTED_MS),
  );
}
