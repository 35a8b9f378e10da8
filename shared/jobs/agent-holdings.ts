import { mentionsAgent } from '../activity/agent-mentions.ts';
import type { Row } from '../activity/merge.ts';
import { inParallel } from '../in-parallel.ts';
import { agentStay } from '../lake/agent-stay.ts';
import { readBlock } from '../lake/block-format.ts';
import { blockOfPointer, pointersPrefix } from '../lake/block-keys.ts';
import type { Table } from '../lake/table.ts';
import { agentActivity, agents, rejectedActivity, withdrawnActivity } from '../lake/tables.ts';
import { REPORTS_FOLDER } from '../report/report-page.ts';
import type { LakeRun } from '../run/lake-run.ts';

/** Where agents are. The others hold numbers of days, and runs. */
export const tablesOfAgents: readonly Table[] = [
  agentActivity,
  rejectedActivity,
  withdrawnActivity,
  agentStay,
  agents,
];

/** A stored row, and the day of its block; `null` for a table that is not by day. */
export interface HeldRow {
  readonly day: string | null;
  readonly row: Row;
}

/** Everything that the lake holds of one agent. */
export interface AgentHoldings {
  /** By the name of their table, in the order of their days. */
  readonly rows: Readonly<Record<string, readonly HeldRow[]>>;
  /** The keys of the responses that name the agent, refused ones too. */
  readonly responses: readonly string[];
  /** The keys of the pages that name the agent. */
  readonly reports: readonly string[];
}

/** Whether a stored row is of an agent, or names one in what the source sent. */
export function isRowOf(row: Row, agentId: string): boolean {
  if (row.agent_id === agentId) return true;
  return [row.raw, row.extra].some(
    (text) => typeof text === 'string' && mentionsAgent(text, agentId),
  );
}

/**
 * Looks through all current rows, responses and pages of the account, which takes as long as the lake is
 * large.
 *
 * @throws BlockLostError when the version is gone that a pointer names
 */
export async function holdingsOf(run: LakeRun, agentId: string): Promise<AgentHoldings> {
  const { objects, settings } = run;
  const naming = async (prefix: string) => {
    const found = await inParallel(await objects.keys(prefix), async (key) => {
      run.signal?.throwIfAborted();
      const bytes = await objects.read(key);
      return bytes !== null && mentionsAgent(textOf(bytes), agentId) ? [key] : [];
    });
    return found.flat();
  };
  const rows: Record<string, readonly HeldRow[]> = {};
  for (const table of tablesOfAgents) rows[table.name] = await rowsOfAgent(run, table, agentId);
  return {
    rows,
    responses: await naming(landingPrefix(settings.accountId)),
    reports: await naming(`${REPORTS_FOLDER}/account_id=${settings.accountId}/`),
  };
}

async function rowsOfAgent(run: LakeRun, table: Table, agentId: string) {
  const { blocks, settings } = run;
  const pointers = await blocks.keys(pointersPrefix(table, settings.accountId));
  const found = await inParallel(pointers, async (key) => {
    run.signal?.throwIfAborted();
    const block = blockOfPointer(table, key);
    const stored = block === null ? null : await blocks.get(block);
    if (block === null || stored === null) return [];
    const rows = readBlock(table, stored.bytes).filter((row) => isRowOf(row, agentId));
    return rows.map((row) => ({ day: block.day, row }));
  });
  return found.flat();
}

/** Where the responses of an account are. */
export function landingPrefix(accountId: string): string {
  return `landing/account_id=${accountId}/`;
}

/** Bytes that are no UTF-8 hide no id in ASCII. */
export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
