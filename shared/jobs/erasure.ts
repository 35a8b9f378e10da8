import { createHash } from 'node:crypto';
import { mentionsAgent, withoutMentions } from '../activity/agent-mentions.ts';
import { answerWithout, updateWithout } from '../activity/answer-without.ts';
import { agentDigest } from '../activity/erased-agents.ts';
import { DAY_MS } from '../activity/instant.ts';
import { localDaySpan } from '../activity/local-day.ts';
import type { Row } from '../activity/merge.ts';
import { sourceZone } from '../activity/source-zone.ts';
import { EvidenceError, SettingsError } from '../errors.ts';
import { inParallel } from '../in-parallel.ts';
import { agentStay } from '../lake/agent-stay.ts';
import { readBlock, writeBlock } from '../lake/block-format.ts';
import { type Block, blockOfPointer, pointersPrefix, versionsPrefix } from '../lake/block-keys.ts';
import type { ObjectVersion } from '../lake/lake-objects.ts';
import { type LandedResponse, landedKey, type Rewritten } from '../lake/landing.ts';
import type { Table } from '../lake/table.ts';
import { REPORTS_FOLDER } from '../report/report-page.ts';
import { derive } from '../run/derive.ts';
import { type LakeRun, noteWritten } from '../run/lake-run.ts';
import { isRowOf, landingPrefix, tablesOfAgents, textOf } from './agent-holdings.ts';
import { parseResponse } from './rebuild.ts';
import { storedRuns } from './run-history.ts';

const DIGEST = /\(agent sha256 ([0-9a-f]{64})\)$/;

/**
 * The reason as it stands in the ledger, and from there in `etl_runs`: it names the agent by a digest.
 *
 * @throws SettingsError when the reason itself names the agent, for it is kept for good
 */
export function reasonOfErasure(reason: string, accountId: string, agentId: string): string {
  if (!mentionsAgent(reason, agentId)) {
    return `${reason} (agent sha256 ${agentDigest(accountId, agentId)})`;
  }
  throw new SettingsError(
    'The reason names the agent, and the reason is kept.',
    'Give one that does not, such as the number of the request.',
  );
}

/** The digests of the agents that `etl_runs` says were erased: what a lost checkpoint knew. */
export async function erasedAgents(run: LakeRun): Promise<ReadonlySet<string>> {
  const erased = new Set<string>();
  for await (const { job, reason } of storedRuns(run)) {
    const [, digest] = DIGEST.exec(String(reason)) ?? [];
    if (job === 'erase' && digest !== undefined) erased.add(digest);
  }
  return erased;
}

/**
 * Erases an agent: nothing of the account names the agent afterwards, in no version of any object, and no
 * run stores anything of the agent any more. Whatever it is interrupted in, made again it ends right: each
 * step looks for what is left.
 *
 * @throws SettingsError when it can't begin: no checkpoint, another run under way
 */
export async function eraseAgent(run: LakeRun, agentId: string): Promise<void> {
  await leaveOut(run, agentId);
  // Evidence before rows: a replay after a death between would not bring back what is gone.
  await rewriteResponses(run, agentId);
  for (const table of tablesOfAgents) await eraseRows(run, table, agentId);
  await derive(run);
  await removeVersions(run, agentId);
}

async function leaveOut(run: LakeRun, agentId: string): Promise<void> {
  const { checkpoint, ledger, settings, runId, clock } = run;
  const state = await checkpoint.load();
  if (state === null) {
    throw new SettingsError(
      `Account ${settings.accountId} has no checkpoint, in which it is remembered who is erased.`,
      'If the table was lost, bring it back first: `checkpoint rebuild --reason …`.',
    );
  }
  await checkpoint.leaveOut(agentDigest(settings.accountId, agentId));
  //   this run                           a pull
  //                                      begins its record, looks who is left out: nobody
  //   leaves the agent out
  //   finds it under way: refused, or it would store the agent again after this
  //
  // One that begins its record later looks later, too, and leaves the agent out.
  const others = (await ledger.underWay(runId, clock.now())).filter(
    ({ job, started_at }) =>
      job !== 'erase' &&
      // One that was killed says `started` for good.
      !(job === 'replay' && Date.parse(started_at) < clock.now() - DAY_MS),
  );
  const [other] = others;
  if (other === undefined) return;
  throw new SettingsError(
    `A run is under way that may not know of it: ${other.job} ${other.run_id}, since ${other.started_at}. From now on no run stores anything of the agent, but nothing is erased yet.`,
    'Run it again when that has ended, or 20 minutes after its beginning if it was killed.',
  );
}

async function rewriteResponses(run: LakeRun, agentId: string): Promise<void> {
  const { objects, landing, settings, counts } = run;
  await inParallel(await objects.keys(landingPrefix(settings.accountId)), async (key) => {
    run.signal?.throwIfAborted();
    if (landedKey(key) === null) return;
    if (await landing.rewrite(key, (landed) => withoutAgent(run, landed, agentId))) {
      counts.rewritten_responses += 1;
    }
  });
}

function withoutAgent(run: LakeRun, landed: LandedResponse, agentId: string): Rewritten | null {
  if (!mentionsAgent(textOf(landed.body), agentId) && landed.charset === null) return null;
  const found = answerWithout(landed.body, landed, (word) => word === agentId);
  if (found === null) return null;
  // What the guards let pass as a whole they may refuse without its few good rows.
  const isRefused = (response: LandedResponse) => parseResponse(run, null, response) === 'refused';
  const passed = !isRefused(landed) && (landed.passed || isRefused({ ...landed, ...found }));
  return { ...found, passed };
}

/** Of stays only what they follow from is changed: they are derived anew. */
async function eraseRows(run: LakeRun, table: Table, agentId: string): Promise<void> {
  const { blocks, settings, counts } = run;
  const pointers = await blocks.keys(pointersPrefix(table, settings.accountId));
  await inParallel(pointers, async (key) => {
    run.signal?.throwIfAborted();
    const block = blockOfPointer(table, key);
    if (block === null) return;
    if (table === agentStay) return touchStays(run, block, agentId);
    let before = 0;
    let left: readonly Row[] = [];
    const version = await blocks.replace(block, async (stored) => {
      const rows = stored === null ? [] : readBlock(table, stored.bytes);
      if (!rows.some((row) => isRowOf(row, agentId))) return null;
      before = rows.length;
      left = rows.map((row) => rowWithout(row, agentId)).filter((row) => row !== null);
      return writeBlock(table, left);
    });
    if (version === null) return;
    const bytes = writeBlock(table, left).byteLength;
    noteWritten(run, table, { key: version, rows: left.length, bytes });
    counts.erased_rows += before - left.length;
  });
}

/** As a replay reads it from the responses as they are now; `null` when nothing of it may stay. */
function rowWithout(row: Row, agentId: string): Row | null {
  const isAgent = (word: string) => word === agentId;
  if (row.agent_id === agentId) return null;
  if (typeof row.raw === 'string' && mentionsAgent(row.raw, agentId)) {
    const raw = updateWithout(row.raw, isAgent);
    if (raw === null) return null;
    return { ...row, raw, raw_sha256: createHash('sha256').update(raw).digest('hex') };
  }
  if (typeof row.extra !== 'string') return row;
  return { ...row, extra: withoutMentions(row.extra, isAgent) };
}

/** Also where the events are gone already: whoever removed them may have died before it derived. */
async function touchStays(run: LakeRun, block: Block, agentId: string): Promise<void> {
  const stored = await run.blocks.get(block);
  if (stored === null || block.day === null) return;
  if (!readBlock(agentStay, stored.bytes).some((row) => isRowOf(row, agentId))) return;
  run.touched.push(localDaySpan(sourceZone(run.settings.reportTimeZone), block.day));
}

/**
 * Superseded versions, versions that the bucket keeps of what was replaced or deleted, responses that were
 * refused, and pages: whatever still names the agent goes for good. A query that reads such a version at
 * this moment fails; it is never answered wrongly.
 */
async function removeVersions(run: LakeRun, agentId: string): Promise<void> {
  const { settings, objects, counts } = run;
  const { accountId } = settings;
  const look = async (
    prefix: string,
    naming: (bytes: Uint8Array) => boolean,
    isKept: (version: ObjectVersion) => boolean = () => false,
  ) => {
    const all: ObjectVersion[] = [];
    for await (const version of objects.versions(prefix)) all.push(version);
    await inParallel(all, async (version) => {
      run.signal?.throwIfAborted();
      if (isKept(version)) return;
      const bytes = await objects.read(
        version.key,
        version.isLatest ? undefined : version.versionId,
      );
      if (bytes === null || !naming(bytes)) return;
      await objects.removeVersion(version);
      counts.removed_versions += 1;
    });
  };
  const named = (bytes: Uint8Array) => mentionsAgent(textOf(bytes), agentId);
  for (const table of tablesOfAgents) {
    const prefix = versionsPrefix({ table, accountId, day: null });
    await look(prefix, (bytes) => isBlockOf(table, bytes, agentId));
  }
  // A response that a run may still read was rewritten; it names the agent only where that is no agent.
  const isResponse = ({ key, isLatest }: ObjectVersion) => isLatest && landedKey(key) !== null;
  await look(landingPrefix(accountId), named, isResponse);
  await look(`${REPORTS_FOLDER}/account_id=${accountId}/`, named);
}

/** What an older layout holds nobody can tell any more; no pointer names it. */
function isBlockOf(table: Table, bytes: Uint8Array, agentId: string): boolean {
  try {
    return readBlock(table, bytes).some((row) => isRowOf(row, agentId));
  } catch (error) {
    if (error instanceof EvidenceError) return true;
    throw error;
  }
}
