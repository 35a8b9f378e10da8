import { isAgentOf } from '../activity/erased-agents.ts';
import { countRows } from '../lake/columns.ts';
import { agents } from '../lake/tables.ts';
import { type Pipeline, storeRows } from '../run/lake-run.ts';

/** The daily job that copies the agent directory: who an `agent_id` is. */
export async function copyDirectory(pipeline: Pipeline): Promise<void> {
  const { source, checkpoint, deadlineMs, signal, counts } = pipeline;
  const { agents: listed, leftOut } = await source.fetchAgents({ deadlineMs, signal });
  const checkedAtMs = pipeline.clock.now();
  // Who was erased is not taken up again, though the directory names them still.
  await checkpoint.load();
  const isErased = isAgentOf(pipeline.settings.accountId, checkpoint.erased);
  const others = listed.filter(({ agentId }) => !isErased(agentId));
  const rows = others.map(({ agentId, firstName, lastName }) => ({
    agent_id: agentId,
    first_name: firstName,
    last_name: lastName,
    checked_at: checkedAtMs,
  }));
  const stored = await storeRows(pipeline, agents, rows);
  counts.new += countRows(stored.added);
  counts.repeated += stored.repeated;
  counts.agents_left_out += leftOut;
}
