import type { Behaviour, Fault } from '../../../local/simulator/behaviour.ts';
import { contactCentre } from '../../../local/simulator/contact-centre.ts';
import {
  ACCOUNT_ID,
  AGENT_ID,
  activities,
  activity,
  answer,
  eventAt,
  simulate,
  stopAll,
  token,
} from './simulated-account.ts';

const FROM = '2026-11-03T00:00:00Z';
const TO = '2026-11-04T00:00:00Z';
const FROM_MS = Date.parse(FROM);
const TO_MS = Date.parse(TO);
const HOUR_MS = 3_600_000;
const day = contactCentre({ seed: 3, agents: 6, fromMs: FROM_MS, toMs: TO_MS });
const afterwards = () => TO_MS + 7 * 24 * HOUR_MS;

/** A busy second between two others. */
const SECONDS = [
  eventAt('2026-11-03T10:00:00Z', 'a'),
  eventAt('2026-11-03T10:00:01Z', 'b'),
  eventAt('2026-11-03T10:00:01Z', 'c', { seq: 1 }),
  eventAt('2026-11-03T10:00:01Z', 'b', { seq: 2 }),
  eventAt('2026-11-03T10:00:02Z', 'd'),
];

afterEach(stopAll);

async function simulateDay(behaviour: Partial<Behaviour>, nowMs: () => number = afterwards) {
  return await simulate([], { centre: day, behaviour, nowMs });
}

describe('the clock', () => {
  it('lists an event from its listedAtMs on', async () => {
    let nowMs = Date.parse('2026-11-03T10:00:29.999Z');
    const listedAtMs = nowMs + 1;
    const events = [eventAt('2026-11-03T10:00:00Z', 'a', { listedAtMs })];
    const simulator = await simulate(events, { nowMs: () => nowMs });
    expect(await activities(simulator, FROM, TO)).toEqual([]);
    nowMs = listedAtMs;
    expect(await activities(simulator, FROM, TO)).toEqual(['a']);
  });
});

describe('late events', () => {
  const late = { share: 0.2, longestMs: 2 * HOUR_MS };

  it('are that share, at most so late, the same for the same seed', async () => {
    const delays = async (seed: number) => {
      const simulator = await simulate([], { centre: day, seed, behaviour: { late } });
      return simulator
        .truth(FROM_MS, TO_MS)
        .map(({ listedAtMs }, i) => listedAtMs - (day.events[i]?.listedAtMs ?? 0));
    };
    const first = await delays(1);
    const delayed = first.filter((ms) => ms > 0);
    expect(delayed.length / first.length).toBeGreaterThan(0.14);
    expect(delayed.length / first.length).toBeLessThan(0.26);
    expect(Math.max(...first)).toBeLessThanOrEqual(late.longestMs);
    expect(new Set(delayed).size).toBeGreaterThan(delayed.length / 2);
    expect(await delays(1)).toEqual(first);
    expect(await delays(2)).not.toEqual(first);
  });

  it('appear when their time has come', async () => {
    let nowMs = TO_MS + 30_000;
    const simulator = await simulateDay(
      { late: { share: 1, longestMs: 24 * HOUR_MS } },
      () => nowMs,
    );
    const before = await activities(simulator, FROM, TO);
    nowMs = TO_MS + 25 * HOUR_MS;
    const after = await activities(simulator, FROM, TO);
    expect(before.length).toBeLessThan(after.length);
    expect(after.length).toBe(day.events.length);
  });
});

it('lists a share of the rows twice, one right after the other', async () => {
  const simulator = await simulateDay({ repeatedShare: 0.3 });
  const rows = (await answer(simulator, FROM, TO)).AgentUpdates.map((row) => JSON.stringify(row));
  const once = rows.filter((row, i) => row !== rows[i - 1]);
  expect(rows.length / once.length).toBeGreaterThan(1.2);
  expect(rows.length / once.length).toBeLessThan(1.4);
  simulator.behave({ repeatedShare: 0 });
  const truth = (await answer(simulator, FROM, TO)).AgentUpdates.map((row) => JSON.stringify(row));
  expect(once).toEqual(truth);
});

describe('events that change afterwards', () => {
  it('withdraws a share of the agent-seconds after a while', async () => {
    let nowMs = TO_MS + 30_000;
    const withdrawn = { share: 0.1, afterMs: 24 * HOUR_MS };
    const simulator = await simulateDay({ withdrawn }, () => nowMs);
    expect(await activities(simulator, FROM, TO)).toHaveLength(day.events.length);
    nowMs += 24 * HOUR_MS;
    const left = simulator
      .truth(FROM_MS, TO_MS)
      .filter(({ unlistedAtMs }) => unlistedAtMs === Number.POSITIVE_INFINITY);
    expect(left.length).toBeLessThan(0.95 * day.events.length);
    expect(left.length).toBeGreaterThan(0.8 * day.events.length);
    expect(await activities(simulator, FROM, TO)).toEqual(left.map((event) => event.activity));
  });

  it('withdraws all changes of an agent-second or none, at the instant told', async () => {
    const withdrawn = { share: 0.5, afterMs: HOUR_MS };
    const seconds = Array.from({ length: 20 }, (_, i) =>
      ['a', 'b', 'a'].map((activity, seq) =>
        eventAt(new Date(FROM_MS + i * 1_000).toISOString(), activity, { seq, listedAtMs: TO_MS }),
      ),
    );
    let nowMs = TO_MS + HOUR_MS - 1;
    const simulator = await simulate(seconds.flat(), {
      behaviour: { withdrawn },
      nowMs: () => nowMs,
    });
    expect(await activities(simulator, FROM, TO)).toHaveLength(60);
    nowMs += 1;
    const left = (await activities(simulator, FROM, TO)).join('');
    expect(left).toMatch(/^(aba)+$/);
    expect(left.length).toBeLessThan(60);
  });

  it('corrects a share of the events in their place', async () => {
    let nowMs = TO_MS + 30_000;
    const corrected = { share: 0.1, afterMs: 24 * HOUR_MS };
    const simulator = await simulateDay({ corrected }, () => nowMs);
    const before = (await answer(simulator, FROM, TO)).AgentUpdates;
    nowMs += 24 * HOUR_MS;
    const after = (await answer(simulator, FROM, TO)).AgentUpdates;
    const changed = after.filter((row, i) => row.ReasonCode !== before[i]?.ReasonCode);
    expect(changed.length).toBeGreaterThan(0.05 * before.length);
    expect(changed.length).toBeLessThan(0.2 * before.length);
    for (const row of changed) expect(row.ReasonCode).toMatch(/9$/);
    expect(after.map(({ ReasonCode, ...rest }) => rest)).toEqual(
      before.map(({ ReasonCode, ...rest }) => rest),
    );
  });
});

it('turns the order of the seconds round, never that inside an agent-second', async () => {
  const simulator = await simulate(SECONDS);
  expect(await activities(simulator, FROM, TO)).toEqual(['a', 'b', 'c', 'b', 'd']);
  simulator.behave({ order: 'newestFirst' });
  expect(await activities(simulator, FROM, TO)).toEqual(['d', 'b', 'c', 'b', 'a']);
});

it.each([
  ['inclusive', 'inclusive', 'abcbd'],
  ['inclusive', 'exclusive', 'abcb'],
  ['exclusive', 'inclusive', 'bcbd'],
  ['exclusive', 'exclusive', 'bcb'],
] as const)('has an %s start and an %s end', async (fromBound, toBound, listed) => {
  const simulator = await simulate(SECONDS, { behaviour: { fromBound, toBound } });
  const rows = await activities(simulator, '2026-11-03T10:00:00Z', '2026-11-03T10:00:02Z');
  expect(rows.join('')).toBe(listed);
});

describe('the row cap', () => {
  it.each([
    ['oldest', 'oldestFirst', 'abc'],
    ['oldest', 'newestFirst', 'bca'],
    ['newest', 'oldestFirst', 'cbd'],
    ['newest', 'newestFirst', 'dcb'],
  ] as const)('silently keeps the %s rows, listed %s', async (keep, order, listed) => {
    const rowCap = { rows: 3, keep, announcedBy: 'nothing' } as const;
    const simulator = await simulate(SECONDS, { behaviour: { rowCap, order } });
    const { AgentUpdates, ...envelope } = await answer(simulator, FROM, TO);
    expect(AgentUpdates.map(({ Activity }) => Activity).join('')).toBe(listed);
    expect(envelope).toEqual({ accountId: ACCOUNT_ID });
  });

  it('says hasMore only when there is more', async () => {
    const simulator = await simulate(SECONDS);
    for (const [rows, hasMore] of [[4, true] as const, [5, false] as const]) {
      simulator.behave({ rowCap: { rows, keep: 'oldest', announcedBy: 'hasMore' } });
      const cut = await answer(simulator, FROM, TO);
      expect([cut.AgentUpdates.length, cut.hasMore]).toEqual([rows, hasMore]);
    }
  });

  it('gives the count without the cap', async () => {
    const rowCap = { rows: 2, keep: 'newest', announcedBy: 'totalCount' } as const;
    const cut = await answer(await simulate(SECONDS, { behaviour: { rowCap } }), FROM, TO);
    expect([cut.AgentUpdates.length, cut.totalCount]).toEqual([2, 5]);
  });
});

describe('other forms of the answer', () => {
  it('has the other casing', async () => {
    const simulator = await simulate(SECONDS.slice(0, 1), { behaviour: { casing: 'camel' } });
    expect(await answer(simulator, FROM, TO)).toEqual({
      accountId: ACCOUNT_ID,
      agentUpdates: [
        { agentId: AGENT_ID, eventTime: '11/03/2026 10:00:00', activity: 'a', reasonCode: '' },
      ],
    });
  });

  it('names another account', async () => {
    const simulator = await simulate(SECONDS, { behaviour: { answeredAccountId: 'another' } });
    expect((await answer(simulator, FROM, TO)).accountId).toBe('another');
  });

  it.each([
    ['UTC', '2026-11-03T10:00:00Z'],
    ['Asia/Kolkata', '2026-11-03T15:30:00+05:30'],
    ['America/St_Johns', '2026-11-03T06:30:00-03:30'],
  ])('writes ISO times of %s', async (timeZone, text) => {
    const behaviour = { eventTime: 'iso', timeZone } as const;
    const simulator = await simulate(SECONDS.slice(0, 1), { behaviour });
    expect((await answer(simulator, FROM, TO)).AgentUpdates[0]?.EventTime).toBe(text);
  });
});

describe('New York time', () => {
  const timesOf = async (...instants: string[]) => {
    const events = instants.map((iso) => eventAt(iso, 'Available'));
    const behaviour = { timeZone: 'America/New_York' };
    const simulator = await simulate(events, { behaviour, nowMs: afterwards });
    const from = instants[0] ?? '';
    const { AgentUpdates } = await answer(simulator, from, '2026-12-01T00:00:00Z');
    return AgentUpdates.map(({ EventTime }) => EventTime);
  };

  it('shows 01:30 twice on the day the clocks go back', async () => {
    expect(
      await timesOf(
        '2026-11-01T05:30:00Z',
        '2026-11-01T05:59:59Z',
        '2026-11-01T06:00:00Z',
        '2026-11-01T06:30:00Z',
        '2026-11-01T07:00:00Z',
      ),
    ).toEqual([
      '11/01/2026 1:30:00',
      '11/01/2026 1:59:59',
      '11/01/2026 1:00:00',
      '11/01/2026 1:30:00',
      '11/01/2026 2:00:00',
    ]);
  });

  it('skips the hour from 2 on the day the clocks go forward', async () => {
    expect(await timesOf('2026-03-08T06:59:59Z', '2026-03-08T07:00:00Z')).toEqual([
      '03/08/2026 1:59:59',
      '03/08/2026 3:00:00',
    ]);
  });

  it('crosses midnight into another date', async () => {
    expect(await timesOf('2026-06-01T03:00:00Z')).toEqual(['05/31/2026 23:00:00']);
  });
});

describe('the request limit', () => {
  it('slides over a minute of the simulator’s clock', async () => {
    let nowMs = TO_MS;
    const requestLimit = { perMinute: 2, retryAfter: true };
    const simulator = await simulate(SECONDS, { behaviour: { requestLimit }, nowMs: () => nowMs });
    const ask = async () => await activity(simulator, FROM, TO);
    expect((await ask()).status).toBe(200);
    nowMs += 40_000;
    expect((await ask()).status).toBe(200);
    nowMs += 19_500;
    const refused = await ask();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await refused.json()).toEqual({
      errors: [{ msg: expect.stringMatching(/exceeded the per-minute rate limit/), code: 429 }],
    });
    nowMs += 500;
    expect((await ask()).status).toBe(200);
    expect((await ask()).status).toBe(429);
  });

  it('need not say when to come back', async () => {
    const requestLimit = { perMinute: 1, retryAfter: false };
    const simulator = await simulate(SECONDS, { behaviour: { requestLimit } });
    await activity(simulator, FROM, TO);
    const refused = await activity(simulator, FROM, TO);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, null]);
  });
});

describe('faults', () => {
  const failing = async (fault: Fault, times?: number) => {
    const events = [eventAt('2026-11-03T10:00:00Z', 'a', { reasonCode: '4' })];
    const simulator = await simulate(events);
    simulator.failNext(fault, times);
    return simulator;
  };

  it('befall so many requests and no more', async () => {
    const simulator = await failing({ kind: 'status', status: 500 }, 2);
    simulator.failNext({ kind: 'status', status: 429, retryAfter: '3' });
    const statuses: number[] = [];
    for (let i = 0; i < 4; i += 1) statuses.push((await activity(simulator, FROM, TO)).status);
    expect(statuses).toEqual([500, 500, 429, 200]);
    expect(simulator.requests.map(({ status }) => status)).toEqual(statuses);
  });

  it('refuses the token', async () => {
    const response = await activity(await failing({ kind: 'status', status: 401 }), FROM, TO);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ errors: [{ code: 401 }] });
  });

  it('redirects', async () => {
    const location = 'http://127.0.0.1:1/elsewhere';
    const response = await activity(await failing({ kind: 'redirect', location }), FROM, TO);
    expect([response.status, response.headers.get('location')]).toEqual([302, location]);
  });

  it('resets the connection', async () => {
    const simulator = await failing({ kind: 'reset' });
    const error = await activity(simulator, FROM, TO).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ cause: { code: 'ECONNRESET' } });
    expect(simulator.requests).toMatchObject([{ status: null, rows: 0 }]);
    expect((await activity(simulator, FROM, TO)).status).toBe(200);
  });

  it('answers rightly, but slowly', async () => {
    const startMs = performance.now();
    const simulator = await failing({ kind: 'slow', delayMs: 40 });
    expect(await activities(simulator, FROM, TO)).toEqual(['a']);
    expect(performance.now() - startMs).toBeGreaterThan(35);
  });

  it('outlasts the patience of a client', async () => {
    const simulator = await failing({ kind: 'slow', delayMs: 60_000 });
    const init = { headers: { auth: await token() }, signal: AbortSignal.timeout(50) };
    await expect(activity(simulator, FROM, TO, init)).rejects.toMatchObject({
      name: 'TimeoutError',
    });
  });

  it('cuts the body short of its content-length', async () => {
    const response = await activity(await failing({ kind: 'cutBody' }), FROM, TO);
    expect(response.status).toBe(200);
    expect(Number(response.headers.get('content-length'))).toBeGreaterThan(100);
    await expect(response.text()).rejects.toThrow();
  });

  it('stalls in the middle of the body', async () => {
    const simulator = await failing({ kind: 'stalledBody' });
    const patience = new AbortController();
    const init = { headers: { auth: await token() }, signal: patience.signal };
    const response = await activity(simulator, FROM, TO, init);
    // Only now does the time begin: how long the head takes is up to the machine.
    setTimeout(() => patience.abort(), 50);
    await expect(response.text()).rejects.toMatchObject({ name: 'AbortError' });
    expect(simulator.requests).toMatchObject([{ status: 200 }]);
  });

  it('sends a web page', async () => {
    const response = await activity(await failing({ kind: 'html' }), FROM, TO);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html']);
    await expect(response.json()).rejects.toThrow(/not valid JSON/);
  });

  it('leaves the list out', async () => {
    const response = await activity(await failing({ kind: 'noList' }), FROM, TO);
    expect(await response.json()).toEqual({ accountId: ACCOUNT_ID });
  });

  it('sends numbers where text is promised', async () => {
    const { AgentUpdates } = await answer(await failing({ kind: 'wrongTypes' }), FROM, TO);
    expect(AgentUpdates).toMatchObject([{ AgentId: 0xac34e55c, Activity: 'a', ReasonCode: 4 }]);
  });
});
