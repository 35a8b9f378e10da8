import { agents } from './lake/tables.ts';
import { upsert } from './lake/upsert.ts';
import type { Pipeline } from './pipeline.ts';

/** The daily job that copies the agent directory: who an `agent_id` is. */
export async function copyDirectory(pipeline: Pipeline): Promise<void> {
  const { source, settings, deadlineMs, signal, written, counts } = pipeline;
  const listed = await source.fetchAgents({ deadlineMs, signal });
  const checkedAtMs = pipeline.clock.now();
  const upserted = await upsert({
    blocks: pipeline.blocks,
    clock: pipeline.clock,
    runId: pipeline.runId,
    table: agents,
    accountId: settings.accountId,
    rows: listed.map(({ agentId, firstName, lastName }) => ({
      agent_id: agentId,
      first_name: firstName,
      last_name: lastName,
      checked_at: checkedAtMs,
    })),
  });
  written.push(...upserted.blocks);
  counts.new += upserted.added.length;
  counts.repeated += upserted.repeated;
}
