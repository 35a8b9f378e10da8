import { isDeepStrictEqual } from 'node:util';
import { isoInstant, secondAtOrBefore } from '../activity/instant.ts';
import { type Span, subtractSpans } from '../activity/spans.ts';
import type { CheckpointState } from '../checkpoint/checkpoint.ts';
import {
  claimsOf,
  type Forgotten,
  forgottenBy,
  keepingFor,
  withoutClaims,
} from '../checkpoint/imported-state.ts';
import { provedCoverage } from '../checkpoint/proved-coverage.ts';
import type { AccountState, StateDocument } from '../checkpoint/state-document.ts';
import { EvidenceError, SettingsError } from '../errors.ts';
import { holdsRows, type LakeRun } from '../run/lake-run.ts';
import { erasedAgents } from './erasure.ts';
import { expiredUpToMs, keptFromMs } from './expiry.ts';
import { lakeEvidence } from './lake-evidence.ts';
import { nothingProved, requireRest } from './rebuild-checkpoint.ts';

const SPANS_NAMED = 3;

/** What a person says to an import beside its reason. */
export interface ImportWords {
  /** The state that is there may know more, and is to be forgotten. */
  readonly replace: boolean;
  /** What the lake does not prove is to be read again, or to be a gap. */
  readonly withGaps: boolean;
}

/** What an import would do, as it was worked out from what was there. */
export interface StateImport {
  /** What stands there; `null`: no checkpoint, though backfills there may be. */
  readonly seen: CheckpointState | null;
  readonly there: AccountState['backfills'];
  readonly state: AccountState;
  /** What was claimed and is not proved. */
  readonly unproved: readonly Span[];
  readonly forgotten: Forgotten;
  /** Whether all of it is there already. */
  readonly isThere: boolean;
}

/**
 * Works out what a state comes to in this lake. What it claims to be read, and what is there does not claim
 * already, must be proved by the lake as for a rebuilt checkpoint. Writes nothing.
 *
 * @throws SettingsError when it may not be imported: it is another account's, it was read in another zone, it
 *   would make forgotten what is known there and was not told to, a run is under way
 * @throws EvidenceError when the lake does not prove it and no gaps are allowed, or contradicts it
 */
export async function proveImport(
  run: LakeRun,
  document: StateDocument,
  words: ImportWords,
): Promise<StateImport> {
  const { checkpoint, backfills, settings } = run;
  requireAccount(document, settings.accountId);
  requireZone(document, run.zone.name);
  const seen = await checkpoint.load();
  await requireRest(run, seen);
  const there = await backfills.all();
  const before = seen === null ? null : { checkpoint: seen, backfills: there };
  requireSameSource(document, seen);
  const given = keepingFor(
    { checkpoint: document.checkpoint, backfills: document.backfills },
    before,
    {
      erased: await erasedAgents(run),
      keptFromMs: Math.max(keptFromMs(settings, run.planAtMs(), seen), await expiredUpToMs(run)),
    },
  );
  const forgotten = forgottenBy(given, before, there);
  if (!words.replace) requireNothingForgotten(run, forgotten);
  const { state, unproved } = await proved(run, given, before);
  if (unproved.length > 0 && !words.withGaps) throw notProved(document, unproved);
  const isThere = before !== null && isDeepStrictEqual(contentOf(before), contentOf(state));
  return { seen, there, state, unproved, forgotten, isThere };
}

/**
 * Puts a state where none is, or in the place of the one it was compared with.
 *
 * @throws SettingsError when a run is under way by now
 * @throws CheckpointConflictError when a run was faster: then nothing is changed
 */
export async function importState(
  run: LakeRun,
  { seen, there, state }: Pick<StateImport, 'seen' | 'there' | 'state'>,
): Promise<void> {
  const { checkpoint, backfills, moved, touched } = run;
  await requireRest(run, await checkpoint.load());
  // The one write that can lose goes first. All of it is true: who dies after it has less to go on with, and nothing wrong.
  await checkpoint.put(state.checkpoint, seen);
  for (const backfill of state.backfills) await backfills.put(backfill);
  for (const { name } of there) {
    if (!state.backfills.some((other) => other.name === name)) await backfills.forget(name);
  }
  const { startMs, watermarkMs } = state.checkpoint;
  moved.beforeMs = seen?.watermarkMs ?? null;
  moved.afterMs = watermarkMs;
  const fromMs = Math.min(startMs, seen?.startMs ?? startMs);
  touched.push({ fromMs, toMs: Math.max(watermarkMs, seen?.watermarkMs ?? watermarkMs) });
}

async function proved(
  run: LakeRun,
  given: AccountState,
  before: AccountState | null,
): Promise<{ readonly state: AccountState; readonly unproved: readonly Span[] }> {
  const claimed = subtractSpans(claimsOf(given), claimsOf(before));
  // Where the checkpoint is lost nothing but the rows says in which zone they were read, whatever is claimed.
  const isLost = before === null && (await holdsRows(run.blocks, run.settings.accountId));
  if (claimed.length === 0 && !isLost) return { state: given, unproved: [] };
  const { pinnedAccountId, ...evidence } = await lakeEvidence(run, given.checkpoint.keptFromMs);
  const { facts } = given.checkpoint;
  if (pinnedAccountId !== null) requirePinned(facts.pinnedAccountId, pinnedAccountId);
  const found = provedCoverage({ ...evidence, nowMs: secondAtOrBefore(run.planAtMs()) });
  if (isLost && found === null) throw nothingProved(run, evidence);
  const covered =
    found === null
      ? []
      : subtractSpans([{ fromMs: found.startMs, toMs: found.watermarkMs }], found.skipped);
  const unproved = subtractSpans(claimed, covered);
  const state = withoutClaims(given, unproved);
  const named = { ...facts, pinnedAccountId: facts.pinnedAccountId ?? pinnedAccountId };
  return { state: { ...state, checkpoint: { ...state.checkpoint, facts: named } }, unproved };
}

/** What of a state is told and stored, whatever else the object that holds it has. */
function contentOf({ checkpoint, backfills }: AccountState) {
  const { watermarkMs, startMs, keptFromMs, erased, skipped, sourceTimeZone, facts } = checkpoint;
  const byName = [...backfills].sort((a, b) => (a.name < b.name ? -1 : 1));
  return { watermarkMs, startMs, keptFromMs, erased, skipped, sourceTimeZone, facts, byName };
}

function requireAccount({ accountId }: StateDocument, here: string): void {
  if (accountId === here) return;
  throw new SettingsError(
    `This is the state of account ${accountId}, and not of ${here}.`,
    `Give the file of ${here}: \`state export\` writes one for each account.`,
  );
}

/** In the zone that a run has it reads the lake, to prove what a state says. */
function requireZone({ checkpoint: { sourceTimeZone } }: StateDocument, zone: string): void {
  if (sourceTimeZone === zone) return;
  throw new SettingsError(
    `This state was read in ${sourceTimeZone}, and the account is set to ${zone}.`,
    `Set \`sourceTimeZone\` to the zone in which the stored rows were read.`,
  );
}

/** Neither is a matter of older or newer: the rows that are stored were read so. */
function requireSameSource(
  { checkpoint: given }: StateDocument,
  seen: CheckpointState | null,
): void {
  // Until a row is stored, start and zone bind nobody.
  if (seen === null || !seen.bound) return;
  if (given.sourceTimeZone !== seen.sourceTimeZone) {
    throw new SettingsError(
      `This state was read in ${given.sourceTimeZone}, and the stored events in ${seen.sourceTimeZone}.`,
      'A zone is changed by reading everything stored in the other one: `replay --reason …`.',
    );
  }
  const [named, pinned] = [given.facts.pinnedAccountId, seen.facts.pinnedAccountId];
  if (named !== null && pinned !== null) requirePinned(named, pinned);
}

function requirePinned(named: string | null, pinned: string): void {
  if (named === null || named === pinned) return;
  throw new EvidenceError(
    `This state is of responses that name account ${named}, and those here name ${pinned}.`,
    'It is of another source. Is it the file of this lake?',
  );
}

function requireNothingForgotten({ settings }: LakeRun, { spans, backfills }: Forgotten): void {
  const words = [
    ...(spans.length > 0 ? [`${namedSpans(spans)} is read`] : []),
    ...backfills.map((name) => `the backfill "${name}" has not ended`),
  ];
  if (words.length === 0) return;
  throw new SettingsError(
    `Account ${settings.accountId} is further than this state, which does not know that ${words.join(', and that ')}.`,
    'Nothing needs to be imported. If that is to be forgotten and read again, say --replace.',
  );
}

function notProved({ exportedFrom }: StateDocument, unproved: readonly Span[]): EvidenceError {
  return new EvidenceError(
    `This state says of ${namedSpans(unproved)} that it was read whole and stored, and this lake does not prove it.`,
    `Is it the state of this lake, of ${exportedFrom}? \`replay --reason …\` stores what responses give. If responses have expired or the lake is older, say --with-gaps: what is not proved is then read again, or is a gap.`,
  );
}

function namedSpans(spans: readonly Span[]): string {
  const named = spans
    .slice(0, SPANS_NAMED)
    .map(({ fromMs, toMs }) => `${isoInstant(fromMs)} to ${isoInstant(toMs)}`);
  const others = spans.length - named.length;
  return `${named.join(', ')}${others > 0 ? `, and ${others} more` : ''}`;
}
