import type { AgentDay, ReportData, Status } from '../../shared/report/report-data.ts';
import { unpackRows } from '../../shared/report/row-columns.ts';
import { type PackedStay, unpackStays } from '../../shared/report/stay-columns.ts';

/** The data of the page, unpacked. */
export interface Report extends Omit<ReportData, 'agents' | 'stays'> {
  readonly agents: readonly Agent[];
}

export interface Agent extends AgentDay {
  readonly stays: readonly Stay[];
}

export interface Stay extends Omit<PackedStay, 'agent' | 'status'> {
  readonly status: Status;
}

export function reportOf(data: ReportData): Report {
  const ofAgents: Stay[][] = [];
  for (const { agent, status, ...rest } of unpackStays(data.stays)) {
    const stay = { ...rest, status: data.statuses[status] as Status };
    ofAgents[agent] ??= [];
    ofAgents[agent].push(stay);
  }
  const agents = unpackRows(data.agents).map((agent, at) => ({
    ...agent,
    stays: ofAgents[at] ?? [],
  }));
  return { ...data, agents };
}

/** `Away (Coffee)`, `Away (1)` where the reason has no label, `Available` */
export function statusText({ activity, reasonCode, label }: Status): string {
  const reason = label ?? reasonCode;
  return reason === null ? activity : `${activity} (${reason})`;
}
