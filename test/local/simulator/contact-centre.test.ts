import {
  contactCentre,
  STACK_MS,
  type TruthEvent,
} from '../../../local/simulator/contact-centre.ts';

const DAY_MS = 86_400_000;
const MONDAY_MS = Date.UTC(2026, 10, 2);
const week = contactCentre({
  seed: 7,
  agents: 120,
  fromMs: MONDAY_MS,
  toMs: MONDAY_MS + 7 * DAY_MS,
});

function byAgent(events: readonly TruthEvent[]): TruthEvent[][] {
  const groups = new Map<string, TruthEvent[]>();
  for (const event of events) {
    const group = groups.get(event.agentId);
    if (group === undefined) groups.set(event.agentId, [event]);
    else group.push(event);
  }
  return [...groups.values()];
}

function countWhere(test: (at: Date) => boolean): number {
  return week.events.filter(({ eventMs }) => test(new Date(eventMs))).length;
}

describe('the truth', () => {
  it('is the same for the same seed and another for another', () => {
    const span = { agents: 5, fromMs: MONDAY_MS, toMs: MONDAY_MS + DAY_MS };
    expect(contactCentre({ seed: 1, ...span })).toEqual(contactCentre({ seed: 1, ...span }));
    expect(contactCentre({ seed: 2, ...span })).not.toEqual(contactCentre({ seed: 1, ...span }));
  });

  it('does not depend on the span or the number of agents asked for', () => {
    const fromMs = MONDAY_MS + DAY_MS + 5 * 3_600_000;
    const part = contactCentre({ seed: 7, agents: 40, fromMs, toMs: fromMs + DAY_MS });
    const agents = new Set(part.agents.map(({ agentId }) => agentId));
    const same = week.events.filter(
      ({ agentId, eventMs }) =>
        agents.has(agentId) && eventMs >= fromMs && eventMs < fromMs + DAY_MS,
    );
    expect(part.events.length).toBeGreaterThan(500);
    expect(part.events).toEqual(same);
  });

  it('is ordered by time, in whole seconds, each event listed when its stack of 30 s is full', () => {
    const wrong = week.events.filter(({ eventMs, listedAtMs }, i) => {
      const stackedMs = listedAtMs - eventMs;
      return (
        eventMs < (week.events[i - 1]?.eventMs ?? 0) ||
        eventMs % 1_000 !== 0 ||
        listedAtMs % STACK_MS !== 0 ||
        stackedMs <= 0 ||
        stackedMs > STACK_MS
      );
    });
    expect(wrong).toEqual([]);
  });

  it('never repeats a status and numbers the changes of each agent-second from 0', () => {
    const wrong = byAgent(week.events).flatMap((events) =>
      events.filter((event, i) => {
        const before = events[i - 1];
        const seq = before?.eventMs === event.eventMs ? before.seq + 1 : 0;
        const repeated =
          before?.activity === event.activity && before.reasonCode === event.reasonCode;
        return event.seq !== seq || repeated;
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('has seconds in which an agent goes from A to B and back to A', () => {
    const there = byAgent(week.events).flatMap((events) =>
      events.filter(
        (event, i) =>
          event.seq >= 2 &&
          events[i - 2]?.activity === event.activity &&
          events[i - 1]?.activity !== event.activity,
      ),
    );
    expect(there.length).toBeGreaterThan(50);
  });
});

describe('the day', () => {
  const weekdayHour = (hour: number) =>
    countWhere((at) => at.getUTCHours() === hour && at.getUTCDay() % 6 !== 0);

  it('has a quiet night, a peak before and after noon, and a dip between them', () => {
    const night = weekdayHour(2) + weekdayHour(3);
    const morning = weekdayHour(9) + weekdayHour(10);
    const lunch = weekdayHour(12) + weekdayHour(13);
    const afternoon = weekdayHour(14) + weekdayHour(15);
    expect(night).toBeGreaterThan(0);
    expect(morning).toBeGreaterThan(10 * night);
    expect(morning).toBeGreaterThan(1.2 * lunch);
    expect(afternoon).toBeGreaterThan(1.2 * lunch);
  });

  it('is thin at the weekend', () => {
    const saturday = countWhere((at) => at.getUTCDay() === 6);
    const tuesday = countWhere((at) => at.getUTCDay() === 2);
    expect(saturday).toBeGreaterThan(0);
    expect(saturday).toBeLessThan(tuesday / 2);
  });

  it('is 60 to 120 changes long for the typical agent', () => {
    // Noon to noon would cut shifts in two; those of the day start at or after 05:00.
    const lengths = byAgent(
      week.events.filter(({ eventMs }) => {
        const hourOfWeek = (eventMs - MONDAY_MS) / 3_600_000;
        return hourOfWeek >= 29 && hourOfWeek < 45;
      }),
    ).map((events) => events.length);
    const typical = lengths.sort((a, b) => a - b)[Math.floor(lengths.length / 2)];
    expect(typical).toBeGreaterThan(60);
    expect(typical).toBeLessThan(120);
  });
});

it('names its agents, some beyond ASCII, each with an id of its own', () => {
  expect(new Set(week.agents.map(({ agentId }) => agentId)).size).toBe(120);
  for (const { agentId } of week.agents) {
    expect(agentId).toMatch(/^a-[0-9a-f]{7}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  }
  expect(week.agents.some(({ firstName }) => /[^\u0020-\u007e]/.test(firstName))).toBe(true);
});
