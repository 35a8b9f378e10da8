import type { AgentActivityRow } from './event.ts';
import type { Span } from './spans.ts';

/** A stored event that the source no longer listed at some check, and whether it came back. */
export type WithdrawnActivityRow = Pick<
  AgentActivityRow,
  'agent_id' | 'event_time' | 'activity' | 'reason_code' | 'occurrence'
> & {
  readonly withdrawn_at: number;
  readonly returned_at: number | null;
  readonly checked_at: number;
  /** The landing object that lacks it, or after its return has it. */
  readonly source_object: string;
};

/** What is known of a day before a window of it is read again; all by event identity. */
export interface StoredDay {
  readonly events: ReadonlyMap<string, AgentActivityRow>;
  readonly withdrawn: ReadonlyMap<string, WithdrawnActivityRow>;
}

export interface WindowComparison {
  readonly listed: number;
  readonly storedBefore: number;
  readonly added: number;
  readonly withdrawn: number;
  /** Rows of `withdrawn_activity` that say something new. */
  readonly changes: readonly WithdrawnActivityRow[];
}

/**
 * Compares what the source lists of a window now with what was stored of it. This says what is right, in rows;
 * `compareColumns` does it.
 *
 * An event counts as added when it was not stored, or stored since the check began: after a crash a
 * window is read twice, and what the first reading added must not pass for known.
 */
export function compareWindow(input: {
  readonly window: Span;
  readonly stored: StoredDay;
  readonly listed: readonly AgentActivityRow[];
  readonly identityOf: (event: AgentActivityRow) => string;
  /** Of the check, and of this window; epoch milliseconds. */
  readonly beganAtMs: number;
  readonly checkedAtMs: number;
  /** Key of the landing object with the answer. */
  readonly sourceObject: string;
}): WindowComparison {
  const { window, stored, identityOf, beganAtMs } = input;
  const inWindow = ({ event_time }: { readonly event_time: number }) =>
    event_time >= window.fromMs && event_time < window.toMs;
  const listed = new Map(input.listed.filter(inWindow).map((event) => [identityOf(event), event]));
  const changes: WithdrawnActivityRow[] = [];
  const says = (event: AgentActivityRow, withdrawnAtMs: number, returnedAtMs: number | null) =>
    changes.push({
      agent_id: event.agent_id,
      event_time: event.event_time,
      activity: event.activity,
      reason_code: event.reason_code,
      occurrence: event.occurrence,
      withdrawn_at: withdrawnAtMs,
      returned_at: returnedAtMs,
      checked_at: input.checkedAtMs,
      source_object: input.sourceObject,
    });

  let [storedBefore, added, withdrawn] = [0, 0, 0];
  for (const [identity, event] of stored.events) {
    if (!inWindow(event)) continue;
    if (event.ingested_at < beganAtMs) storedBefore += 1;
    else added += 1;
    if (listed.has(identity)) continue;
    withdrawn += 1;
    const known = stored.withdrawn.get(identity);
    if (known === undefined || known.returned_at !== null) says(event, input.checkedAtMs, null);
  }
  for (const [identity, event] of listed) {
    if (!stored.events.has(identity)) added += 1;
    const known = stored.withdrawn.get(identity);
    if (known !== undefined && known.returned_at === null) {
      says(event, known.withdrawn_at, input.checkedAtMs);
    }
  }
  return { listed: listed.size, storedBefore, added, withdrawn, changes };
}
