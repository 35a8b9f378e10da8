import {
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  SECOND_MS,
  startOfDay,
} from '../../shared/activity/instant.ts';
import { drawsFrom } from './draw.ts';

/** One status change, as it truly happened and as the source will list it. */
export interface TruthEvent {
  /** `a-59bb17e-0cae-46b0-8d80-a8a8ac34e55c` */
  readonly agentId: string;
  /** Whole second. */
  readonly eventMs: number;
  readonly activity: string;
  readonly reasonCode: string | null;
  /** Position among this agent's changes in this second, from 0. */
  readonly seq: number;
  /** The source lists the event from this instant on. */
  readonly listedAtMs: number;
}

export interface Agent {
  readonly agentId: string;
  readonly firstName: string;
  readonly lastName: string;
}

export interface ContactCentre {
  readonly agents: readonly Agent[];
  /** Ordered by time; inside one agent-second by `seq`. */
  readonly events: readonly TruthEvent[];
}

interface ContactCentreOptions {
  readonly seed: number;
  /** How many agents there are. */
  readonly agents: number;
  /** The span of event time, `[fromMs, toMs)`. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** The API gives changes "stacked every 30 seconds": nothing is listed before its stack is full. */
export const STACK_MS = 30_000;

/**
 * What every agent of a contact centre did: shifts around the clock, calls with two peaks a day,
 * pauses, a thin weekend, and now and then several changes inside one second. An agent's day is the
 * same for the same seed, whatever span and number of agents are asked for.
 */
export function contactCentre({ seed, agents, fromMs, toMs }: ContactCentreOptions): ContactCentre {
  const directory = Array.from({ length: agents }, (_, number) => agentOf(seed, number));
  const events: TruthEvent[] = [];
  // A shift that began on the evening before reaches into the span.
  const firstDayMs = startOfDay(fromMs) - DAY_MS;
  for (const [number, agent] of directory.entries()) {
    for (let dayMs = firstDayMs; dayMs < toMs; dayMs += DAY_MS) {
      for (const event of workday(seed, agent.agentId, number, dayMs)) {
        if (event.eventMs >= fromMs && event.eventMs < toMs) events.push(event);
      }
    }
  }
  // The sort is stable, which keeps the order inside each agent-second.
  return { agents: directory, events: events.sort((a, b) => a.eventMs - b.eventMs) };
}

const FIRST_NAMES = [
  'Tony',
  'Zoë',
  'Łukasz',
  'Aïcha',
  'Иван',
  '美咲',
  'José',
  'Ngọc',
  'Grace',
  '👩‍💻 Sam',
];
const LAST_NAMES = [
  'Stark',
  "O'Brien",
  'Müller',
  'Şahin',
  '佐藤',
  'Nguyễn',
  'García Ruiz',
  'Smith',
];

function agentOf(seed: number, number: number): Agent {
  const next = drawsFrom(seed, 'agent', number);
  const hex = (digits: number) =>
    Array.from({ length: digits }, () => Math.floor(next() * 16).toString(16)).join('');
  return {
    agentId: `a-${hex(7)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`,
    firstName: pick(FIRST_NAMES, next()),
    lastName: pick(LAST_NAMES, next()),
  };
}

function pick(names: readonly string[], at: number): string {
  return names[Math.floor(at * names.length)] ?? '';
}

/** Hour (UTC) at which a shift begins, and the part of the agents who work it. */
const SHIFTS = [
  { startHour: 6, share: 0.15 },
  { startHour: 8, share: 0.35 },
  { startHour: 9, share: 0.2 },
  { startHour: 12, share: 0.22 },
  { startHour: 22, share: 0.08 },
] as const;

const SHIFT_MS = 8.5 * HOUR_MS;

/** How busy each UTC hour is: peaks at 10 and 15, a dip over lunch, quiet nights. */
const DEMAND = [
  0.2, 0.2, 0.2, 0.2, 0.2, 0.3, 0.5, 0.7, 1.0, 1.6, 1.9, 1.2, 0.35, 0.5, 1.3, 1.7, 1.4, 1.0, 0.8,
  0.7, 0.5, 0.4, 0.3, 0.2,
] as const;

const ATTENDANCE = { weekday: 0.94, weekend: 0.3 } as const;

/** Activities with the reason codes of this centre; no code ends in 9 (corrections do). */
const AVAILABLE = ['Available', null] as const;
const BUSY = ['Busy', null] as const;
const LOGIN_PREP = ['Login Prep', null] as const;
const SYSTEM_AWAY = ['System Away', null] as const;
const AFTER_CALL = ['After Call Work', '10'] as const;
const BREAK = ['Away', '1'] as const;
const LUNCH = ['Lunch', '2'] as const;
const COFFEE = ['Pause café ☕', '3'] as const;
const TRAINING = ['Training', '4'] as const;
const OFFLINE = ['Offline', null] as const;

type Status = readonly [activity: string, reasonCode: string | null];

/** The changes of the shift that one agent begins on a UTC day; none on a day off. */
function workday(seed: number, agentId: string, number: number, dayMs: number): TruthEvent[] {
  const next = drawsFrom(seed, 'day', number, dayMs);
  const weekday = new Date(dayMs).getUTCDay();
  const attendance = weekday === 0 || weekday === 6 ? ATTENDANCE.weekend : ATTENDANCE.weekday;
  if (next() >= attendance) return [];

  const events: TruthEvent[] = [];
  const startMs = dayMs + shiftOf(seed, number) * HOUR_MS + whole((next() - 0.5) * 12 * MINUTE_MS);
  let nowMs = startMs;
  const become = ([activity, reasonCode]: Status) => {
    const last = events.at(-1);
    const seq = last?.eventMs === nowMs ? last.seq + 1 : 0;
    const listedAtMs = (Math.floor(nowMs / STACK_MS) + 1) * STACK_MS;
    events.push({ agentId, eventMs: nowMs, activity, reasonCode, seq, listedAtMs });
  };
  const spend = (minutes: number) => {
    nowMs += Math.max(SECOND_MS, whole(minutes * MINUTE_MS));
  };
  /** Waiting times and calls: mostly short, sometimes long. */
  const around = (minutes: number) => Math.min(-Math.log(1 - next()), 5) * minutes;

  const pauses = [
    { dueMs: startMs + (1.2 + 1.6 * next()) * HOUR_MS, status: BREAK, minutes: 15 },
    { dueMs: startMs + (3.8 + 0.5 * next()) * HOUR_MS, status: LUNCH, minutes: 40 },
    { dueMs: startMs + (5 + next()) * HOUR_MS, status: TRAINING, minutes: next() < 0.2 ? 45 : 0 },
    { dueMs: startMs + (6.2 + 1.2 * next()) * HOUR_MS, status: COFFEE, minutes: 12 },
  ].filter(({ minutes }) => minutes > 0);

  become(LOGIN_PREP);
  spend(1 + 3 * next());
  while (nowMs < startMs + SHIFT_MS) {
    const pause = pauses[0];
    if (pause !== undefined && pause.dueMs <= nowMs) {
      pauses.shift();
      become(pause.status);
      spend(pause.minutes + 3 * next());
      continue;
    }
    become(AVAILABLE);
    if (next() < 0.03) {
      // The connection drops and is back within the second: A → B → A.
      become(SYSTEM_AWAY);
      become(AVAILABLE);
    }
    spend(around(5.5 / (DEMAND[new Date(nowMs).getUTCHours()] ?? 1)));
    if (next() < 0.02) {
      become(SYSTEM_AWAY);
      spend(around(3));
      continue;
    }
    become(BUSY);
    if (next() < 0.02) continue;
    spend(0.5 + around(6));
    if (next() < 0.7) {
      become(AFTER_CALL);
      spend(around(1.5));
    }
  }
  become(OFFLINE);
  return events;
}

function shiftOf(seed: number, number: number): number {
  let left = drawsFrom(seed, 'shift', number)();
  for (const { startHour, share } of SHIFTS) {
    left -= share;
    if (left < 0) return startHour;
  }
  return SHIFTS[0].startHour;
}

function whole(ms: number): number {
  return Math.round(ms / SECOND_MS) * SECOND_MS;
}
