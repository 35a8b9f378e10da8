import { isoInstant, secondAtOrBefore } from '../activity/instant.ts';
import { type CheckpointState, nothingLearned } from '../checkpoint/checkpoint.ts';
import { type Doubt, type ProvedCoverage, provedCoverage } from '../checkpoint/proved-coverage.ts';
import { EvidenceError, SettingsError } from '../errors.ts';
import type { LakeRun } from '../run/lake-run.ts';
import { erasedAgents } from './erasure.ts';
import { expiredUpToMs, keptFromMs } from './expiry.ts';
import { type LakeEvidence, lakeEvidence } from './lake-evidence.ts';

const DOUBTS_NAMED = 3;

/** What of a checkpoint the lake alone proves. */
export interface ProvedCheckpoint
  extends ProvedCoverage,
    Pick<LakeEvidence, 'pinnedAccountId' | 'listed'> {
  /** What is older has expired, epoch milliseconds; −∞: nothing has. */
  readonly keptFromMs: number;
}

/** What a person says to a rebuild beside its reason. */
export interface RebuildWords {
  /** There is a checkpoint, and what is proved is to stand in its place. */
  readonly replace: boolean;
  /** What can't be proved is to be a gap. */
  readonly withGaps: boolean;
}

/**
 * Works out the checkpoint from landing, `etl_runs` and the blocks. Writes nothing.
 *
 * @throws SettingsError when it may not be rebuilt: one is there, a run is under way
 * @throws EvidenceError when nothing is proved, or part of it is in doubt and no gaps are allowed
 */
export async function proveCheckpoint(
  run: LakeRun,
  words: RebuildWords,
): Promise<ProvedCheckpoint> {
  const before = await requireReplaceable(run, words);
  // What has expired stays so, though `keepRows` may have been made longer since.
  const keptMs = Math.max(
    keptFromMs(run.settings, run.planAtMs(), before),
    await expiredUpToMs(run),
  );
  const { pinnedAccountId, listed, ...evidence } = await lakeEvidence(run, keptMs);
  const proved = provedCoverage({ ...evidence, nowMs: secondAtOrBefore(run.planAtMs()) });
  if (proved === null) throw nothingProved(run, evidence);
  if (proved.doubts.length > 0 && !words.withGaps) throw inDoubt(run, proved.doubts);
  return { ...proved, keptFromMs: keptMs, pinnedAccountId, listed };
}

/**
 * Puts the checkpoint where it was lost. Backfills go with what stood there: what they read is part of
 * what was proved, and what they had still to read nobody knows.
 *
 * @throws SettingsError when it may not be rebuilt (any more)
 * @throws CheckpointConflictError when a run was faster
 */
export async function rebuildCheckpoint(
  run: LakeRun,
  { startMs, watermarkMs, keptFromMs, skipped, pinnedAccountId, listed }: ProvedCheckpoint,
  words: RebuildWords,
): Promise<void> {
  const { checkpoint, backfills, moved, touched, zone } = run;
  const before = await requireReplaceable(run, words);
  // First, for they claim that they read: if this run dies between, less is claimed than is true.
  for (const { name } of await backfills.all()) await backfills.forget(name);
  // A checkpoint that is there may be younger than an erasure that the ledger tells of.
  const erased = new Set([...(before?.erased ?? []), ...(await erasedAgents(run))]);
  // A limit of the source from long ago would be trusted; to learn it anew costs requests alone.
  const facts = { ...nothingLearned, pinnedAccountId, listed };
  const state = { startMs, watermarkMs, keptFromMs, erased, skipped, facts };
  await checkpoint.put({ ...state, sourceTimeZone: zone.name }, before);
  moved.beforeMs = before?.watermarkMs ?? null;
  moved.afterMs = watermarkMs;
  touched.push({ fromMs: startMs, toMs: watermarkMs });
}

/**
 * Begins a history beside rows that are stored and that no checkpoint knows of. They stay; nothing says
 * that they were read whole.
 *
 * @throws SettingsError when there is a checkpoint
 * @throws CheckpointConflictError when a run was faster
 */
export async function beginCheckpoint(run: LakeRun, fromMs: number): Promise<void> {
  const { checkpoint, zone, moved, settings, planAtMs } = run;
  const startMs = secondAtOrBefore(fromMs);
  if ((await checkpoint.load()) !== null) {
    throw new SettingsError(
      `Account ${settings.accountId} has a checkpoint.`,
      'Nothing needs to begin: `pull` goes on from it.',
    );
  }
  if (startMs > planAtMs() || startMs < settings.earliestDateMs) {
    throw new SettingsError(
      `A history can't begin at ${isoInstant(startMs)}: that is in the future, or before \`earliestDate\`, ${isoInstant(settings.earliestDateMs)}.`,
      'Let it begin between the two.',
    );
  }
  const state = {
    ...{ startMs, watermarkMs: startMs, skipped: [], sourceTimeZone: zone.name },
    keptFromMs: keptFromMs(settings, planAtMs(), null),
    erased: await erasedAgents(run),
    facts: nothingLearned,
  };
  await checkpoint.put(state, null);
  moved.afterMs = startMs;
}

async function requireReplaceable(
  run: LakeRun,
  { replace }: RebuildWords,
): Promise<CheckpointState | null> {
  const state = await run.checkpoint.load();
  if (state !== null && !replace) {
    throw new SettingsError(
      `Account ${run.settings.accountId} has a checkpoint: its watermark is ${isoInstant(state.watermarkMs)}.`,
      'Nothing is to be rebuilt. If it says more than the lake holds, as after an older bucket was brought back, say --replace.',
    );
  }
  await requireRest(run, state);
  return state;
}

/**
 * Whether nobody is at work whom another checkpoint would disturb; looks only.
 *
 * @throws SettingsError when a replay of another zone has not ended, or another run is under way
 */
export async function requireRest(
  { ledger, clock, runId }: LakeRun,
  state: CheckpointState | null,
): Promise<void> {
  if (state?.replayingZone) {
    throw new SettingsError(
      `A replay reads all stored events again, in ${state.replayingZone}, and has not ended.`,
      'Run it to its end first: `replay --reason …`.',
    );
  }
  const [other] = await ledger.underWay(runId, clock.now());
  if (other === undefined) return;
  throw new SettingsError(
    `A run is under way: ${other.job} ${other.run_id}, since ${other.started_at}.`,
    'Wait until it has ended, or 20 minutes if it was killed, and try again.',
  );
}

/** Why no checkpoint can stand beside what is stored. */
export function nothingProved(
  { settings, zone }: LakeRun,
  { responses, gone }: Pick<LakeEvidence, 'responses' | 'gone'>,
): EvidenceError {
  const { accountId } = settings;
  if (responses.length + gone.length === 0) {
    return new EvidenceError(
      `The lake holds no response and no row of account ${accountId}.`,
      'Check the bucket and the account id. If nothing was ever pulled, `pull` begins the history.',
    );
  }
  return new EvidenceError(
    `Nothing of account ${accountId} can be proved, its times read as ${zone.name}: of ${responses.length} responses none has all its rows stored.`,
    'Were the times read in another zone? Give that `sourceTimeZone`. `replay --verify` says in what the rows differ from the responses.',
  );
}

function inDoubt({ zone }: LakeRun, doubts: readonly Doubt[]): EvidenceError {
  const named = doubts.slice(0, DOUBTS_NAMED).map(({ kind, fromMs, toMs }) => {
    const why =
      kind === 'gone'
        ? 'stored rows name responses that are gone'
        : 'responses give rows that are not stored';
    return `${isoInstant(fromMs)} to ${isoInstant(toMs)} (${why})`;
  });
  const others = doubts.length - named.length;
  return new EvidenceError(
    `Not all that was asked for is proved to be read whole and stored, its times read as ${zone.name}: ${named.join(', ')}${others > 0 ? `, and ${others} more` : ''}.`,
    'Replay those days first, `replay --from DAY --to DAY --reason …`: it stores what responses give. Bring back responses that are gone, from noncurrent versions or a backup; if they have expired, say --with-gaps: the spans are then gaps, and their rows stay.',
  );
}
