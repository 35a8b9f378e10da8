import type { RejectedActivityRow } from '../activity/event.ts';
import { isoDay, shifted, utcDaySpan } from '../activity/instant.ts';
import type { Span } from '../activity/spans.ts';
import type { LandedEvidence, WatermarkStep } from '../checkpoint/proved-coverage.ts';
import { EvidenceError } from '../errors.ts';
import { type OpenBlock, openBlock, textsIn } from '../lake/block-format.ts';
import { dayIn, pointersPrefix, versionNumber } from '../lake/block-keys.ts';
import { columnsOf } from '../lake/coding.ts';
import type { Columns } from '../lake/columns.ts';
import { hasRows } from '../lake/find-rows.ts';
import { type LandedKey, landedKey } from '../lake/landing.ts';
import { dayOf, type Table } from '../lake/table.ts';
import { agentActivity, rejectedActivity } from '../lake/tables.ts';
import { byDay } from '../lake/upsert.ts';
import type { LakeRun } from '../run/lake-run.ts';
import { parseLanded } from './rebuild.ts';
import { storedRuns } from './run-history.ts';

/** Days whose blocks are held at once: windows reach into the days beside theirs. */
const DAYS_HELD = 6;
/** Responses that are read at once: requests to S3 wait more than they work. */
const AT_ONCE = 16;

/** What an account's objects alone tell of what was read. */
export interface LakeEvidence {
  readonly responses: readonly LandedEvidence[];
  readonly gone: readonly Span[];
  readonly steps: readonly WatermarkStep[];
  /** The account id that the responses of stored rows name; `null` when they name none. */
  readonly pinnedAccountId: string | null;
  /** The latest window that is known to have rows. */
  readonly listed: Span | null;
}

/** A response as it was looked at; what it is worth can be said when all rows are known. */
interface Seen extends LandedKey {
  readonly pulledAtMs: number;
  readonly accountId: string | null;
  readonly hasEvents: boolean;
  readonly found: 'stored' | 'not stored' | 'refused';
}

/**
 * Reads every block and every landed response of the account, and compares them. Writes nothing.
 *
 * @param keptFromMs what is older has expired: neither rows nor responses of it say anything, epoch milliseconds
 * @throws EvidenceError when rows of two accounts lie in it, or a response is not what was landed
 * @throws BlockLostError when the version is gone that a pointer names
 */
export async function lakeEvidence(run: LakeRun, keptFromMs: number): Promise<LakeEvidence> {
  const blocks = new StoredDays(run, keptFromMs);
  const landed = new Map<string, LandedKey[]>();
  for (const each of await run.landing.all()) {
    if (each.window.toMs <= keptFromMs) continue;
    const day = isoDay(each.window.fromMs);
    landed.set(day, [...(landed.get(day) ?? []), each]);
  }
  const days = [...new Set([...landed.keys(), ...(await blocks.days())])].sort();
  const untilMs = utcDaySpan(days.at(-1) ?? '').toMs;
  const seen: Seen[] = [];
  for (const day of days) {
    await blocks.of(day);
    const waiting = [...(landed.get(day) ?? [])];
    const worker = async () => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        run.signal?.throwIfAborted();
        const found = await lookAt(run, blocks, next);
        if (found !== null) seen.push(found);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    run.onProgress?.({ atMs: utcDaySpan(day).toMs, untilMs });
  }
  const { named } = blocks;
  const pinnedAccountId = pinned(seen.filter(({ key }) => named.has(key)));
  const there = new Set(seen.map(({ key }) => key));
  const responses = seen
    .map((each) => ({ ...each, found: isForeign(each, pinnedAccountId) ? 'refused' : each.found }))
    // What a guard refuses was not merged; unless rows of it are stored, and it is refused today alone.
    .filter(({ found, key }) => found !== 'refused' || named.has(key))
    .map(({ window, pulledAtMs, found }) => ({ window, pulledAtMs, isStored: found === 'stored' }));
  const gone = [...named].filter((key) => !there.has(key)).map(landedKey);
  const listed = seen.filter(({ found, hasEvents }) => found === 'stored' && hasEvents);
  return {
    responses,
    gone: gone.filter((key) => key !== null).map(({ window }) => window),
    steps: await stepsOf(run, blocks),
    pinnedAccountId,
    listed: listed.sort((a, b) => b.window.toMs - a.window.toMs)[0]?.window ?? null,
  };
}

/** @returns `null` when it was removed meanwhile */
async function lookAt(run: LakeRun, blocks: StoredDays, landed: LandedKey): Promise<Seen | null> {
  const parsed = await parseLanded(run, null, landed.key);
  if (parsed === 'missing') return null;
  if (parsed === 'refused') {
    return { ...landed, pulledAtMs: 0, accountId: null, hasEvents: false, found: 'refused' };
  }
  const { events, rejected, accountId, pulledAtMs } = parsed;
  const rows = columnsOf(agentActivity, events);
  const found = (await blocks.haveAll(rows, rejected)) ? 'stored' : 'not stored';
  return { ...landed, pulledAtMs, accountId, hasEvents: events.length > 0, found };
}

function isForeign({ accountId, hasEvents }: Seen, pinned: string | null): boolean {
  return hasEvents && accountId !== null && pinned !== null && accountId !== pinned;
}

/** As the first response with events would have pinned it: all of which rows are stored name the same. */
function pinned(merged: readonly Seen[]): string | null {
  const ids = new Set(
    merged.filter(({ hasEvents }) => hasEvents).flatMap(({ accountId }) => accountId ?? []),
  );
  const [only = null, ...others] = ids;
  if (others.length === 0) return only;
  throw new EvidenceError(
    `Stored rows come from responses that name several accounts: ${[...ids].join(', ')}.`,
    'No run stores that. Find out what changed the lake (docs/audit.md), and start anew in another one.',
  );
}

/**
 * The moves of the watermark that runs recorded. One counts only while the blocks are at the versions
 * that its run wrote, or past them: blocks that were brought back from an older time lack what it read.
 * Those of days that have expired are not asked.
 */
async function stepsOf(run: LakeRun, { versions, hasExpired }: StoredDays) {
  const steps: WatermarkStep[] = [];
  for await (const row of storedRuns(run)) {
    const { job, blocks, watermark_before, watermark_after, ended_at } = row;
    if (typeof watermark_before !== 'number' || typeof watermark_after !== 'number') continue;
    const written = JSON.parse(String(blocks ?? '[]')) as readonly { readonly key: string }[];
    const isHeld = written.every(({ key }) => {
      const current = versions.get(blockOf(key));
      if (!isInput(key) || hasExpired(dayIn(key) ?? '')) return true;
      return current !== undefined && current >= versionNumber(key);
    });
    steps.push({
      fromMs: watermark_before,
      toMs: watermark_after,
      endedAtMs: Number(ended_at),
      isRead: job === 'pull' && isHeld,
    });
  }
  return steps;
}

const STORED = [agentActivity, rejectedActivity];

const isInput = (version: string) =>
  STORED.some(({ folder }) => version.startsWith(`blocks/${folder}/`));

/** What of a version's key is that of its block. */
const blockOf = (version: string) => version.slice(0, version.lastIndexOf('/'));

/** What of a day is stored. */
interface StoredDay {
  readonly events: OpenBlock | null;
  /** Of rejected rows the texts, by SHA-256. */
  readonly rejected: ReadonlySet<string>;
}

/** The stored events and rejected rows of an account, a few days of them at a time. */
class StoredDays {
  /** The landing objects that stored rows name, of the days read so far. */
  readonly named = new Set<string>();
  /** The numbers of the current versions, by block. */
  readonly versions = new Map<string, number>();
  readonly hasExpired: (day: string) => boolean;
  readonly #run: LakeRun;
  readonly #held = new Map<string, Promise<StoredDay>>();

  constructor(run: LakeRun, keptFromMs: number) {
    this.#run = run;
    this.hasExpired = (day) => Date.parse(day) < keptFromMs;
  }

  async days(): Promise<readonly string[]> {
    const { blocks, settings } = this.#run;
    const keys = await Promise.all(
      STORED.map((table) => blocks.keys(pointersPrefix(table, settings.accountId))),
    );
    const days = keys.flat().flatMap((key) => dayIn(key) ?? []);
    return days.filter((day) => !this.hasExpired(day));
  }

  of(day: string): Promise<StoredDay> {
    const held = this.#held.get(day) ?? this.#read(day);
    this.#held.delete(day);
    this.#held.set(day, held);
    const [oldest] = this.#held.keys();
    if (this.#held.size > DAYS_HELD && oldest !== undefined) this.#held.delete(oldest);
    return held;
  }

  async haveAll(events: Columns, rejected: readonly RejectedActivityRow[]): Promise<boolean> {
    for (const [day, rows] of byDay(agentActivity, events)) {
      if (this.hasExpired(day ?? '')) continue;
      const stored = await this.of(day ?? '');
      if (stored.events === null || !hasRows(agentActivity, stored.events, rows)) return false;
    }
    for (const row of rejected) if (!(await this.#hasRejected(row))) return false;
    return true;
  }

  /** One without a readable time may lie in a day beside, where it was found first, and may have expired there. */
  async #hasRejected(row: RejectedActivityRow): Promise<boolean> {
    const day = dayOf(rejectedActivity, row) ?? '';
    const beside = row.event_time === null ? [0, -1, 1] : [0];
    const days = beside.map((later) => shifted(day, later));
    if (days.some(this.hasExpired)) return true;
    for (const each of days) {
      const stored = await this.of(each);
      if (stored.rejected.has(row.raw_sha256)) return true;
    }
    return false;
  }

  async #read(day: string): Promise<StoredDay> {
    const events = await this.#open(agentActivity, day);
    const rejected = await this.#open(rejectedActivity, day);
    return { events, rejected: new Set(rejected === null ? [] : textsIn(rejected, 'raw_sha256')) };
  }

  async #open(table: Table, day: string): Promise<OpenBlock | null> {
    const { blocks, settings } = this.#run;
    const stored = await blocks.get({ table, accountId: settings.accountId, day });
    if (stored === null) return null;
    this.versions.set(blockOf(stored.version), versionNumber(stored.version));
    const block = openBlock(table, stored.bytes);
    for (const key of textsIn(block, 'source_object')) this.named.add(key);
    return block;
  }
}
