import type { AgentActivityRow } from '../../../shared/activity/event.ts';
import type { LakeAccount } from './stay-lake.ts';

/*
 * What the stays and the views must say, worked out another way: by living through every second of every
 * agent, and writing down the status in it. Nothing here is shared with the product.
 */

/** A status from its first event to its end, across days. */
export interface Episode {
  readonly activity: string;
  readonly reason: string | null;
  readonly events: AgentActivityRow[];
  /** The one that was on when it began. */
  readonly before: Episode | null;
  end: { readonly s: number; readonly how: 'change' | 'limit' } | null;
}

export interface PaintedAgent {
  readonly agentId: string;
  readonly episodes: readonly Episode[];
  /** What was on in a second; `null`: not known. Seconds are those of the epoch. */
  at(s: number): Episode | null;
}

export function paint(account: LakeAccount): readonly PaintedAgent[] {
  const [from, to] = [account.known.fromMs / 1_000, account.known.toMs / 1_000];
  const counting = account.events.filter(
    (event, index) =>
      !account.withdrawn.includes(index) &&
      event.event_time / 1_000 >= from &&
      event.event_time / 1_000 < to,
  );
  const ids = [...new Set(counting.map((event) => event.agent_id))];
  return ids.map((agentId) => {
    const ofAgent = counting.filter((event) => event.agent_id === agentId);
    return paintAgent(agentId, ofAgent, from, to, account.longestStayMs / 1_000);
  });
}

function paintAgent(
  agentId: string,
  events: readonly AgentActivityRow[],
  from: number,
  to: number,
  longest: number,
): PaintedAgent {
  const inSecond = new Map<number, AgentActivityRow[]>();
  for (const event of events) {
    const s = event.event_time / 1_000;
    inSecond.set(s, [...(inSecond.get(s) ?? []), event]);
  }
  const episodes: Episode[] = [];
  const painted = new Int32Array(to - from).fill(-1);
  let current = null as Episode | null;
  let silentSince = 0;
  for (let s = from; s < to; s += 1) {
    const now = inSecond.get(s);
    if (
      current !== null &&
      (now === undefined ? s >= silentSince + longest : s > silentSince + longest)
    ) {
      current.end = { s: silentSince + longest, how: 'limit' };
      current = null;
    }
    for (const event of now === undefined ? [] : told(now)) {
      if (current?.activity === event.activity && current.reason === event.reason_code) {
        current.events.push(event);
      } else {
        if (current !== null) current.end = { s, how: 'change' };
        const { activity, reason_code: reason } = event;
        current = { activity, reason, events: [event], before: current, end: null };
        episodes.push(current);
      }
      silentSince = s;
    }
    if (current !== null) painted[s - from] = episodes.length - 1;
  }
  return { agentId, episodes, at: (s) => episodes[painted[s - from] ?? -1] ?? null };
}

/** The changes of one second in their order. */
function told(events: readonly AgentActivityRow[]): AgentActivityRow[] {
  const key = (event: AgentActivityRow) => [
    event.event_seq,
    event.ingested_at,
    event.activity,
    event.reason_code ?? '',
    event.occurrence,
  ];
  return [...events].sort((a, b) => {
    const [left, right] = [key(a), key(b)];
    for (const [index, value] of left.entries()) {
      const other = right[index] as string | number;
      if (value !== other) return value < other ? -1 : 1;
    }
    return 0;
  });
}

/** Local dates and clock readings by Intl alone. */
export class Clocks {
  readonly #format: Intl.DateTimeFormat;
  readonly #shown = new Map<number, string>();

  constructor(zone: string) {
    this.#format = new Intl.DateTimeFormat('sv-SE', {
      timeZone: zone,
      dateStyle: 'short',
      timeStyle: 'medium',
    });
  }

  /** `YYYY-MM-DD HH:MM:SS` as they show it. */
  show(s: number): string {
    const shown = this.#shown.get(s) ?? this.#format.format(s * 1_000);
    this.#shown.set(s, shown);
    return shown;
  }

  offsetMinutes(s: number): number {
    return (Date.parse(`${this.show(s).replace(' ', 'T')}Z`) / 1_000 - s) / 60;
  }

  /** The days with a second in a span, and their bounds: the first quarters of an hour that bear their dates. */
  days(from: number, to: number): readonly { day: string; from: number; to: number }[] {
    const starts: { day: string; from: number }[] = [];
    for (let s = from - (from % 900) - 90_000; s < to + 90_000; s += 900) {
      const day = this.show(s).slice(0, 10);
      if (starts.length === 0 || day > (starts.at(-1)?.day ?? '')) starts.push({ day, from: s });
    }
    return starts
      .slice(1)
      .map(({ day, from: start }, index) => ({
        ...{ day, from: start },
        to: starts[index + 2]?.from ?? Number.POSITIVE_INFINITY,
      }))
      .filter((day) => day.from < to && day.to > from);
  }
}
