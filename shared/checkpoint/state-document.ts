import * as v from 'valibot';
import { isoInstant, startOfDay } from '../activity/instant.ts';
import type { Span } from '../activity/spans.ts';
import { SettingsError } from '../errors.ts';
import { accountSettingsSchema, parseSettings } from '../settings.ts';
import { type Backfill, writtenBackfill } from './backfills.ts';
import type { KnownState } from './checkpoint.ts';

const FORMAT = 'agent-activity-state/1';

/** What is remembered of an account, apart from its runs and from days that are being checked. */
export interface AccountState {
  readonly checkpoint: KnownState;
  readonly backfills: readonly Backfill[];
}

/** An account's state on its way from one place to another. */
export interface StateDocument extends AccountState {
  readonly accountId: string;
  readonly exportedAtMs: number;
  /** The folder or stack it was read from, in words. */
  readonly exportedFrom: string;
}

const { accountId, earliestDate, sourceTimeZone } = accountSettingsSchema.entries;
const instant = earliestDate.wrapped;
/** Of a field that is missing, and of one too many. */
const WRITTEN = 'what `state export` writes, neither more nor less';
const span = v.strictObject({ from: instant, to: instant }, WRITTEN);
const text = v.pipe(v.string('text'), v.minLength(1, 'text'));
const count = v.pipe(v.number('a number'), v.integer('a whole number'), v.minValue(0, '0 or more'));
const backfillName = v.pipe(
  v.string('text'),
  v.regex(/^[A-Za-z0-9][\w.-]{0,63}$/, 'letters, digits, . _ and -, at most 64'),
);

/** Names and instants as they are stored, so that who knows one knows the other. */
const schema = v.strictObject(
  {
    format: v.literal(FORMAT, `${FORMAT}: no other format is known to this version`),
    account_id: accountId,
    exported_at: instant,
    exported_from: text,
    checkpoint: v.strictObject(
      {
        watermark: instant,
        start: instant,
        source_time_zone: sourceTimeZone.wrapped,
        kept_from: v.nullable(instant),
        skipped: v.array(span, 'a list of spans'),
        erased: v.array(
          v.pipe(v.string('text'), v.regex(/^[0-9a-f]{64}$/, 'a SHA-256 of 64 hexadecimal digits')),
          'a list of digests',
        ),
        pinned_account_id: v.nullable(text),
        window_ms: v.nullable(v.pipe(count, v.minValue(1_000, 'a second or more'))),
        row_cap: v.nullable(count),
        most_rows: count,
        listed: v.nullable(span),
      },
      WRITTEN,
    ),
    backfills: v.array(
      v.strictObject(
        {
          name: backfillName,
          from: instant,
          to: instant,
          position: instant,
          status: v.picklist(['active', 'done', 'cancelled'], 'active, done or cancelled'),
          added_at: instant,
          by: text,
        },
        WRITTEN,
      ),
      'a list of backfills',
    ),
  },
  WRITTEN,
);

/** A document as JSON; `stateIn` reads it. */
export function stateText(document: StateDocument): string {
  const written: v.InferInput<typeof schema> = {
    format: FORMAT,
    account_id: document.accountId,
    exported_at: isoInstant(document.exportedAtMs),
    exported_from: document.exportedFrom,
    ...writtenState(document),
  };
  return JSON.stringify(written, null, 2);
}

/** A state with names and instants as they stand in the table. */
export function writtenState({ checkpoint, backfills }: AccountState) {
  const { facts, keptFromMs, erased, skipped } = checkpoint;
  return {
    checkpoint: {
      watermark: isoInstant(checkpoint.watermarkMs),
      start: isoInstant(checkpoint.startMs),
      source_time_zone: checkpoint.sourceTimeZone,
      kept_from: Number.isFinite(keptFromMs) ? isoInstant(keptFromMs) : null,
      skipped: skipped.map(isoSpan),
      erased: [...erased].sort(),
      pinned_account_id: facts.pinnedAccountId,
      window_ms: facts.windowMs,
      row_cap: facts.rowCap,
      most_rows: facts.mostRows,
      listed: facts.listed && isoSpan(facts.listed),
    },
    backfills: backfills.map(writtenBackfill),
  };
}

/**
 * @param where what the text was read from, for the message
 * @throws SettingsError that names the first wrong field, its value and what is allowed
 */
export function stateIn(json: string, where: string): StateDocument {
  const { checkpoint, backfills, ...document } = parseSettings(schema, parsed(json, where), where);
  const { window_ms, row_cap, most_rows, listed, pinned_account_id, kept_from } = checkpoint;
  const state: StateDocument = {
    accountId: document.account_id,
    exportedAtMs: document.exported_at,
    exportedFrom: document.exported_from,
    checkpoint: {
      watermarkMs: checkpoint.watermark,
      startMs: checkpoint.start,
      sourceTimeZone: checkpoint.source_time_zone,
      keptFromMs: kept_from ?? Number.NEGATIVE_INFINITY,
      skipped: checkpoint.skipped.map(spanOf),
      erased: new Set(checkpoint.erased),
      facts: {
        windowMs: window_ms,
        rowCap: row_cap,
        mostRows: most_rows,
        listed: listed && spanOf(listed),
        pinnedAccountId: pinned_account_id,
      },
    },
    backfills: backfills.map(({ from, to, position, added_at, ...backfill }) => ({
      ...backfill,
      ...spanOf({ from, to }),
      positionMs: position,
      addedAtMs: added_at,
    })),
  };
  requireSense(state, where);
  return state;
}

function parsed(json: string, where: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new SettingsError(
      `${where} is no JSON: ${(error as Error).message}.`,
      'Give a file that `state export` has written.',
    );
  }
}

/** What no single field tells. */
function requireSense({ checkpoint, backfills, exportedAtMs }: StateDocument, where: string): void {
  const { startMs, watermarkMs, keptFromMs, skipped } = checkpoint;
  const require = (isSo: boolean, field: string, ms: number, allowed: string) => {
    if (isSo) return;
    throw new SettingsError(
      `${where}: ${field} is ${isoInstant(ms)}, which is not allowed: ${allowed}.`,
      `Correct ${field} and try again.`,
    );
  };
  require(startMs <= watermarkMs, 'checkpoint.watermark', watermarkMs, 'not before the start');
  if (Number.isFinite(keptFromMs)) {
    const isDay = startOfDay(keptFromMs) === keptFromMs && keptFromMs <= exportedAtMs;
    require(isDay, 'checkpoint.kept_from', keptFromMs, 'a UTC day, not after exported_at');
  }
  for (const [index, { fromMs, toMs }] of skipped.entries()) {
    const isWithin = startMs <= fromMs && fromMs < toMs && toMs <= watermarkMs;
    require(isWithin, `checkpoint.skipped.${index}.to`, toMs, 'after from, both between start and watermark');
  }
  for (const [index, { name, fromMs, toMs, positionMs, status }] of backfills.entries()) {
    const field = `backfills.${index}`;
    require(fromMs < toMs, `${field}.to`, toMs, 'after from');
    const isRead = fromMs <= positionMs && positionMs <= toMs;
    require(isRead, `${field}.position`, positionMs, 'between from and to');
    const isDone = status !== 'done' || positionMs === toMs;
    require(isDone, `${field}.position`, positionMs, 'that of to, for it is done');
    if (backfills.findIndex((other) => other.name === name) === index) continue;
    throw new SettingsError(
      `${where}: ${field}.name is "${name}", which is not allowed: another backfill has it.`,
      `Correct ${field}.name and try again.`,
    );
  }
}

function spanOf({ from, to }: { readonly from: number; readonly to: number }): Span {
  return { fromMs: from, toMs: to };
}

function isoSpan({ fromMs, toMs }: Span) {
  return { from: isoInstant(fromMs), to: isoInstant(toMs) };
}
