import { randomBytes } from 'node:crypto';
import {
  type ContactCentre,
  contactCentre,
  type TruthEvent,
} from '../../../local/simulator/contact-centre.ts';
import { type Simulator, startSimulator } from '../../../local/simulator/server.ts';
import {
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  SECOND_MS,
  startOfDay,
} from '../../../shared/activity/instant.ts';

export const ACCOUNT_ID = 'demo-account';
export const AGENTS = 40;
export const LATE_SHARE = 0.05;
export const LATEST_MINUTES = 40;
export const REPEATED_SHARE = 0.03;

const SEED = 2026;

/** When the simulated story plays, epoch milliseconds. */
export interface Story {
  /** The agents' days, `[fromMs, toMs)`. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Runs go on until here, for the events that are late. */
  readonly endMs: number;
}

/** So often the job runs, simulated. */
export const RUN_EVERY_MINUTES = 12;

/** A whole day (UTC) and what of the next has passed an hour before the last run. */
export function storyBefore(nowMs: number): Story {
  const everyMs = RUN_EVERY_MINUTES * MINUTE_MS;
  const endMs = Math.floor(nowMs / everyMs) * everyMs;
  const toMs = endMs - HOUR_MS;
  return { fromMs: startOfDay(toMs) - DAY_MS, toMs, endMs };
}

/** A Kore.ai account with a clock of its own. */
export interface SimulatedAccount {
  readonly simulator: Simulator;
  /** What Secrets Manager would hold. */
  readonly credentials: string;
  /** What really happened. */
  readonly truth: readonly TruthEvent[];
  /** Rows that no one can understand. */
  readonly malformed: number;
  /** How many events are listed later than the source's own 30 seconds. */
  readonly late: number;
  /** The simulated instant, which nothing but this moves. */
  setNow(ms: number): void;
}

export async function startSimulatedAccount(story: Story): Promise<SimulatedAccount> {
  const centre = contactCentre({ seed: SEED, agents: AGENTS, ...story });
  const malformed = malformedRows(centre, story);
  const [clientId, clientSecret] = [`cs-${hex(16)}`, hex(32)];
  let nowMs = story.fromMs;
  const simulator = await startSimulator({
    accountId: ACCOUNT_ID,
    clientId,
    clientSecret,
    seed: SEED,
    nowMs: () => nowMs,
    tokenClock: { now: () => nowMs },
    centre: { ...centre, events: [...centre.events, ...malformed] },
    behaviour: {
      late: { share: LATE_SHARE, longestMs: LATEST_MINUTES * MINUTE_MS },
      repeatedShare: REPEATED_SHARE,
    },
  });
  const listedMs = new Map(centre.events.map((event) => [keyOf(event), event.listedAtMs]));
  const late = simulator
    .truth(story.fromMs, story.toMs)
    .filter((event) => event.listedAtMs > (listedMs.get(keyOf(event)) ?? Number.POSITIVE_INFINITY));
  return {
    simulator,
    credentials: JSON.stringify({ clientId, clientSecret }),
    truth: centre.events,
    malformed: malformed.length,
    late: late.length,
    setNow: (ms) => {
      nowMs = ms;
    },
  };
}

/** Rows without an agent or without an activity, a few in each day. */
function malformedRows({ agents }: ContactCentre, { fromMs }: Story): readonly TruthEvent[] {
  const hours = [5, 8, 11, 17, 21];
  return hours.map((hour, index) => {
    const eventMs = fromMs + hour * HOUR_MS + index * SECOND_MS;
    return {
      agentId: index % 2 === 0 ? '' : (agents[index]?.agentId ?? ''),
      eventMs,
      activity: index % 2 === 0 ? 'Available' : '',
      reasonCode: null,
      seq: 0,
      listedAtMs: eventMs + 30_000,
    };
  });
}

function keyOf({ agentId, eventMs, seq }: TruthEvent): string {
  return `${agentId} ${eventMs} ${seq}`;
}

function hex(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}
