import type { IsAgent } from '../activity/agent-mentions.ts';
import type { WindowComparison, WithdrawnActivityRow } from '../activity/day-comparison.ts';
import type { AgentActivityRow } from '../activity/event.ts';
import type { Span } from '../activity/spans.ts';
import type { OpenRowGroup } from './block-format.ts';
import { asRows } from './coding.ts';
import { type CodedColumn, type Columns, columnIn, concat, rowsWhere, take } from './columns.ts';
import { findRows } from './find-rows.ts';
import { sortedBy } from './row-order.ts';
import { agentActivity, withdrawnActivity } from './tables.ts';

/*
 * compareWindow() on columns. It does what day-comparison.ts says. Of what is stored it decodes the identities and
 * `ingested_at` alone, and makes an object of a row only where there is something to say of it.
 */

const { identity } = agentActivity;
const identityColumns = agentActivity.columns.filter(({ name }) => identity.includes(name));

export interface ComparedWindow {
  readonly window: Span;
  /** What was stored before it was read again: at least the row groups that can hold rows of it. */
  readonly stored: readonly OpenRowGroup[];
  readonly withdrawn: OpenRowGroup | null;
  /** Each identity once. */
  readonly listed: Columns;
  /** Whose rows are being removed, or are left: what is listed lacks them already. `null`: nobody’s. */
  readonly isErased: IsAgent | null;
  /** Of the check, and of this window; epoch milliseconds. */
  readonly beganAtMs: number;
  readonly checkedAtMs: number;
  /** Key of the landing object with the answer. */
  readonly sourceObject: string;
}

/** What `compareWindow` says of the same. */
export function compareColumns(compared: ComparedWindow): WindowComparison {
  const { window, stored, beganAtMs, isErased } = compared;
  const listed = listedIn(compared);
  const order = sortedBy(listed, identity);
  const unlisted: Columns[] = [];
  let storedBefore = 0;
  for (const group of stored) {
    const within = rowsWithin(window, group.column('event_time'));
    const rows = isErased === null ? within : withoutErased(within, group, isErased);
    if (rows.length === 0) continue;
    const { values, codes } = group.column('ingested_at');
    storedBefore += rows.filter((row) => Number(values[codes[row] as number]) < beganAtMs).length;
    const isListed = new Set(findRows(agentActivity, group, listed, order));
    const others = rows.filter((row) => !isListed.has(row));
    if (others.length > 0) unlisted.push(take(identitiesIn(group), others));
  }
  const withdrawn = unlisted.reduce((sum, { length }) => sum + length, 0);
  return {
    listed: listed.length,
    storedBefore,
    // All that is known now is listed or withdrawn.
    added: listed.length + withdrawn - storedBefore,
    withdrawn,
    changes: [
      ...(withdrawn === 0 ? [] : goneNow(compared, concat(unlisted))),
      ...backAgain(compared, listed),
    ],
  };
}

/** Of the rows that are no longer listed those that were. */
function goneNow(compared: ComparedWindow, unlisted: Columns): readonly WithdrawnActivityRow[] {
  const { withdrawn, checkedAtMs, sourceObject } = compared;
  const places = placesIn(withdrawn, unlisted);
  const rows = rowsWhere(unlisted.length, (row) => !isGone(withdrawn, places[row] as number));
  return objectsOf(unlisted, rows).map((event) => ({
    ...event,
    withdrawn_at: checkedAtMs,
    returned_at: null,
    checked_at: checkedAtMs,
    source_object: sourceObject,
  }));
}

/** Of the rows that are listed those that were no longer. */
function backAgain(compared: ComparedWindow, listed: Columns): readonly WithdrawnActivityRow[] {
  const { withdrawn, checkedAtMs, sourceObject } = compared;
  if (withdrawn === null) return [];
  const places = placesIn(withdrawn, listed);
  const rows = rowsWhere(listed.length, (row) => isGone(withdrawn, places[row] as number));
  const { values, codes } = withdrawn.column('withdrawn_at');
  return objectsOf(listed, rows).map((event, i) => ({
    ...event,
    withdrawn_at: Number(values[codes[places[rows[i] as number] as number] as number]),
    returned_at: checkedAtMs,
    checked_at: checkedAtMs,
    source_object: sourceObject,
  }));
}

function placesIn(withdrawn: OpenRowGroup | null, rows: Columns): Int32Array {
  if (withdrawn === null) return new Int32Array(rows.length).fill(-1);
  return findRows(withdrawnActivity, withdrawn, rows, sortedBy(rows, identity));
}

function isGone(withdrawn: OpenRowGroup | null, place: number): boolean {
  return place >= 0 && withdrawn?.column('returned_at').codes[place] === -1;
}

function rowsWithin({ fromMs, toMs }: Span, { values, codes }: CodedColumn): Int32Array {
  const isWithin = Array.from(values as Float64Array, (ms) => ms >= fromMs && ms < toMs);
  return rowsWhere(codes.length, (row) => isWithin[codes[row] as number] === true);
}

function withoutErased(rows: Int32Array, group: OpenRowGroup, isErased: IsAgent): Int32Array {
  const { values, codes } = group.column('agent_id');
  const isGone = Array.from(values as readonly string[], isErased);
  return rows.filter((row) => isGone[codes[row] as number] !== true);
}

/** As compareWindow() has them: by their identities. */
function listedIn({ window, listed: { length, of } }: ComparedWindow): Columns {
  const named = Object.fromEntries(identity.map((name) => [name, columnIn(of, name)]));
  return take({ length, of: named }, rowsWithin(window, columnIn(of, 'event_time')));
}

function identitiesIn({ rows, column }: OpenRowGroup): Columns {
  return { length: rows, of: Object.fromEntries(identity.map((name) => [name, column(name)])) };
}

function objectsOf(rows: Columns, chosen: Int32Array) {
  type Identity = Pick<
    AgentActivityRow,
    'agent_id' | 'event_time' | 'activity' | 'reason_code' | 'occurrence'
  >;
  return asRows<Identity>({ columns: identityColumns }, take(rows, chosen));
}
