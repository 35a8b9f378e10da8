import { QUARTER_MS } from '../../shared/activity/instant.ts';
import type { Span } from '../../shared/activity/spans.ts';
import type { Quarter } from '../../shared/report/report-data.ts';
import type { Group } from './groups.ts';
import type { Report } from './report.ts';

/** A quarter as it is drawn: as far as it is known. */
export interface Step extends Span {
  readonly quarter: Quarter;
  readonly planned: number | null;
}

/** The quarters of the day of which something is known. */
export function stepsOf({ quarters, planned, observed, toMs }: Report): readonly Step[] {
  if (observed === null) return [];
  const plan = new Map(planned.map(({ fromMs, seconds }) => [fromMs, seconds / 900]));
  return quarters.map((quarter) => ({
    quarter,
    fromMs: Math.max(quarter.fromMs, observed.fromMs),
    toMs: Math.min(quarter.fromMs + QUARTER_MS, observed.toMs, toMs),
    planned: planned.length > 0 ? (plan.get(quarter.fromMs) ?? 0) : null,
  }));
}

/** Agents in a group. */
export const average = ({ groups, observedSeconds }: Quarter, group: Group | 'staffed') =>
  (groups[group]?.seconds ?? 0) / observedSeconds;

/** Agents staffed at one time. */
export const peak = ({ groups }: Quarter) => groups.staffed?.peak ?? 0;
