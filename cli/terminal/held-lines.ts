import {
  type AgentHoldings,
  type HeldRow,
  tablesOfAgents,
} from '../../shared/jobs/agent-holdings.ts';
import { plural } from './wording.ts';

/** How much is held of an agent, and of which days. */
export function holdingLines(accountId: string, agentId: string, held: AgentHoldings): string[] {
  const days = (rows: readonly HeldRow[]) => {
    const all = rows.flatMap(({ day }) => day ?? []);
    return all.length === 0 ? '' : `, ${all[0]} to ${all.at(-1)}`;
  };
  const line = (name: string, value: string) => `  ${name.padEnd(19)} ${value}`;
  return [
    `Account ${accountId} holds of agent ${agentId}:`,
    ...tablesOfAgents.map(({ name }) => {
      const rows = held.rows[name] ?? [];
      return line(name, `${plural(rows.length, 'row')}${days(rows)}`);
    }),
    line('landing/', plural(held.responses.length, 'response')),
    line('reports/', plural(held.reports.length, 'page')),
  ];
}
