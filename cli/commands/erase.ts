import type { Command } from 'commander';
import { holdingsOf } from '../../shared/jobs/agent-holdings.ts';
import { eraseAgent, reasonOfErasure } from '../../shared/jobs/erasure.ts';
import {
  addByHandOptions,
  type ByHandOptions,
  byHand,
  inLakeAccount,
  requireReason,
} from '../account/by-hand.ts';
import { missingOption, notEmpty } from '../options/option-values.ts';
import { confirm } from '../terminal/confirmation.ts';
import { holdingLines } from '../terminal/held-lines.ts';
import { untilInterrupted } from '../terminal/interruption.ts';
import { oneLine } from '../terminal/table.ts';
import { note, out } from '../terminal/terminal.ts';
import { counted, plural } from '../terminal/wording.ts';

type EraseOptions = ByHandOptions & { readonly agent?: string };

export function addErase(program: Command): void {
  addByHandOptions(
    program
      .command('erase')
      .description('remove an agent for good: rows, names, and the agent’s part of responses')
      .option('--agent <id>', 'the agent_id (required)', notEmpty),
  )
    .addHelpText(
      'after',
      `
Nothing of it can be brought back, and nothing of that agent is stored any more, whatever the source lists.
The ledger keeps who did it, when and why, and a digest of the id. Interrupted, run it again. On a stack it
needs the role of the output ErasureRole: nobody else may change responses.`,
    )
    .action(erase);
}

async function erase({ agent, ...options }: EraseOptions): Promise<void> {
  if (agent === undefined) throw missingOption('--agent', 'Say whom: the agent_id.');
  const given = requireReason(options);
  await inLakeAccount(options, async (account) => {
    const { accountId } = account.settings;
    const reason = reasonOfErasure(given, accountId, agent);
    const during = { signal: untilInterrupted() };
    const held = await account.look((run) => holdingsOf(run, agent), during);
    for (const line of holdingLines(accountId, agent, held)) out(line);
    const holds = [...Object.values(held.rows), held.responses, held.reports];
    if (holds.every(({ length }) => length === 0)) {
      note(`Nothing is held of an agent ${oneLine(agent)}. Is the id right?`);
    }
    await confirm(
      'Remove all of it, and never store anything of this agent again? It can’t be brought back.',
      options,
    );
    const counts = await byHand(
      account,
      { name: 'erase', reason },
      async (run) => {
        await eraseAgent(run, agent);
        return run.counts;
      },
      during,
    );
    out(
      `Erased: ${plural(counts.erased_rows, 'row')} removed, and the stays that follow from them; ${plural(counts.rewritten_responses, 'response')} rewritten, ${counted(counts.removed_versions)} older versions and pages removed.`,
    );
  });
}
