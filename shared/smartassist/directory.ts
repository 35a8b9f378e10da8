import { fieldsOf, NOT_TEXT, textOf } from '../activity/fields.ts';
import { elementsOf, type SourceElement } from '../activity/source-text.ts';
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
  /** The text of each row without an agent id that can be trusted. */
  readonly leftOut: readonly string[];
}

/** The whole directory. */
export interface Directory {
  readonly agents: readonly SourceAgent[];
  /** How many rows have no agent id that can be trusted. */
  readonly leftOut: number;
}

/**
 * Reads a page of `GET …/agents`: a bare JSON list, field names in either casing. A row without an
 * agent id, or one that `agent_activity` would not take, is left out.
 * @throws SourceContractError when it is no list, or has rows and not one with an agent id
 */
export function readAgentsPage(body: Uint8Array, asked: string): AgentsPage {
  const broken = (problem: string) =>
    new SourceContractError(
      `${asked}: the answer ${problem}.`,
      'Check that the host is the one of SmartAssist. If it is, its Agents API has changed.',
    );
  let text: string;
  let json: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    json = JSON.parse(text);
  } catch {
    throw broken('is not JSON');
  }
  if (!Array.isArray(json)) throw broken('is not a list of agents');
  const agents: SourceAgent[] = [];
  const leftOut: string[] = [];
  for (const row of elementsOf(text, json)) {
    const agent = readAgent(row);
    if (agent === null) leftOut.push(row.text);
    else agents.push(agent);
  }
  if (json.length > 0 && agents.length === 0) {
    throw broken('lists agents without any agentId that can be trusted');
  }
  return { rows: json.length, agents, leftOut };
}

function readAgent(row: SourceElement): SourceAgent | null {
  const { known, contradicts } = fieldsOf(row, ['agentid', 'firstname', 'lastname']);
  const agentId = textOf(known.get('agentid'));
  if (contradicts || agentId === null || agentId === NOT_TEXT) return null;
  const name = (field: string) => {
    const { value } = known.get(field) ?? {};
    return typeof value === 'string' || typeof value === 'number'
      ? String(value).trim().toWellFormed()
      : '';
  };
  return { agentId, firstName: name('firstname'), lastName: name('lastname') };
}
