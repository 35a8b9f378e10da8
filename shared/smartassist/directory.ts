import { SourceContractError } from '../errors.ts';

/** One agent as the Agents API lists it. A name it does not give is empty. */
export interface SourceAgent {
  readonly agentId: string;
  readonly firstName: string;
  readonly lastName: string;
}

export interface AgentsPage {
  /** How many rows the source sent, readable or not: the next page begins behind them. */
  readonly rows: number;
  readonly agents: readonly SourceAgent[];
}

/**
 * Reads a page of `GET …/agents`: a bare JSON list, field names in either casing. A row without an
 * agent id is left out.
 * @throws SourceContractError when it is no list, or has rows and not one with an agent id
 */
export function readAgentsPage(body: Uint8Array, asked: string): AgentsPage {
  const broken = (problem: string) =>
    new SourceContractError(
      `${asked}: the answer ${problem}.`,
      'Check that the host is the one of SmartAssist. If it is, its Agents API has changed.',
    );
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw broken('is not JSON');
  }
  if (!Array.isArray(json)) throw broken('is not a list of agents');
  const agents = json.map(readAgent).filter((agent) => agent.agentId !== '');
  if (json.length > 0 && agents.length === 0) throw broken('lists agents without any agentId');
  return { rows: json.length, agents };
}

function readAgent(row: unknown): SourceAgent {
  const fields = new Map(
    Object.entries(row ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const text = (name: string) => {
    const value: unknown = fields.get(name);
    return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
  };
  return { agentId: text('agentid'), firstName: text('firstname'), lastName: text('lastname') };
}
