import { contactCentre } from '../../../local/simulator/contact-centre.ts';
import { systemClock } from '../../../shared/clock.ts';
import {
  ACCOUNT_ID,
  AGENT_ID,
  activity,
  activityPath,
  answer,
  CLIENT_ID,
  eventAt,
  get,
  simulate,
  stopAll,
  token,
} from './simulated-account.ts';

const FROM = '2020-10-20T00:00:00Z';
const TO = '2020-10-21T00:00:00Z';
const ONE_EVENT = [eventAt('2020-10-20T02:13:12Z', 'notready', { reasonCode: '1' })];

afterEach(stopAll);

describe('the documented answers', () => {
  it('shows an event as the sample does, hour not padded', async () => {
    const response = await activity(await simulate(ONE_EVENT), FROM, TO);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(await response.json()).toEqual({
      accountId: ACCOUNT_ID,
      AgentUpdates: [
        {
          AgentId: AGENT_ID,
          EventTime: '10/20/2020 2:13:12',
          Activity: 'notready',
          ReasonCode: '1',
        },
      ],
    });
  });

  it('pads month, day, minute and second, and sends an absent reason code as empty', async () => {
    const simulator = await simulate([eventAt('2021-01-02T00:04:05Z', 'Available')]);
    const { AgentUpdates } = await answer(
      simulator,
      '2021-01-02T00:00:00Z',
      '2021-01-03T00:00:00Z',
    );
    expect(AgentUpdates).toMatchObject([{ EventTime: '01/02/2021 0:04:05', ReasonCode: '' }]);
  });

  it('pages the agents by offset and limit', async () => {
    const centre = contactCentre({ seed: 1, agents: 5, fromMs: 0, toMs: 0 });
    const simulator = await simulate([], { centre });
    const all = centre.agents.map((agent) => ({ accountId: ACCOUNT_ID, ...agent }));
    const page = async (query: string) => await (await get(simulator, `/agents?${query}`)).json();
    expect(await page('offset=0&limit=3')).toEqual(all.slice(0, 3));
    expect(await page('offset=3&limit=1')).toEqual(all.slice(3, 4));
    expect(await page('offset=3&limit=5')).toEqual(all.slice(3));
    expect(await page('offset=5&limit=5')).toEqual([]);
    expect((await get(simulator, '/agents?offset=-1')).status).toBe(400);
  });

  it('answers 100,000 events in one response', async () => {
    const fromMs = Date.UTC(2026, 10, 2);
    const toMs = fromMs + 7 * 86_400_000;
    const centre = contactCentre({ seed: 1, agents: 220, fromMs, toMs });
    const simulator = await simulate([], { centre, nowMs: () => toMs + 60_000 });
    const { AgentUpdates } = await answer(
      simulator,
      '2026-11-02T00:00:00Z',
      '2026-11-09T00:00:00Z',
    );
    expect(AgentUpdates.length).toBeGreaterThan(100_000);
    const agentIds = AgentUpdates.map(({ AgentId }) => AgentId).join();
    const truth = simulator.truth(fromMs, toMs).map(({ agentId }) => agentId);
    expect(agentIds === truth.join()).toBe(true);
  });
});

describe('a request the source refuses', () => {
  it.each([
    ['no to', '/agentactivity?fromTimeStamp=2020-10-20T00:00:00Z', 400],
    ['no timestamps', '/agentactivity', 400],
    ['no zone', activityPath('2020-10-20T00:00:00', TO), 400],
    ['a day that does not exist', activityPath('2020-13-45T00:00:00Z', TO), 400],
    ['an end before its start', activityPath(TO, FROM), 400],
    ['another account', `/../other${activityPath(FROM, TO)}`, 404],
    ['an unknown resource', '/agentactivities', 404],
  ])('has %s', async (_what, path, status) => {
    const response = await get(await simulate(ONE_EVENT), path);
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ errors: [{ msg: expect.any(String), code: status }] });
  });

  it('uses another method', async () => {
    const simulator = await simulate(ONE_EVENT);
    const response = await activity(simulator, FROM, TO, {
      method: 'POST',
      headers: { auth: await token() },
    });
    expect(response.status).toBe(405);
  });
});

describe('the token', () => {
  const inSeconds = (seconds: number) => Math.floor(systemClock.now() / 1_000) + seconds;
  const statusWith = async (auth: string) =>
    (await activity(await simulate(ONE_EVENT), FROM, TO, { headers: { auth } })).status;

  it('is refused when missing', async () => {
    expect((await activity(await simulate([]), FROM, TO, { headers: {} })).status).toBe(401);
  });

  it.each([
    ['signed with another secret', {}, 'another secret'],
    ['of another client', { appId: 'cs-other' }, undefined],
    ['of the client in another case', { appId: CLIENT_ID.toUpperCase() }, undefined],
    ['expired', { exp: inSeconds(-1) }, undefined],
    ['that lives for more than an hour', { exp: inSeconds(3_660) }, undefined],
  ])('is refused when %s', async (_what, claims, secret) => {
    expect(await statusWith(await token(claims, secret))).toBe(401);
  });

  it('is taken with an exp within the hour, and without exp and jti', async () => {
    expect(await statusWith(await token({ exp: inSeconds(3_590) }))).toBe(200);
    expect(await statusWith(await token({ jti: undefined }))).toBe(200);
  });

  it('is refused unsigned', async () => {
    const [header, payload] = [{ alg: 'none' }, { appId: CLIENT_ID }].map((part) =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    );
    expect(await statusWith(`${header}.${payload}.`)).toBe(401);
  });

  it('is good for one request when it has a jti, whatever became of that request', async () => {
    const simulator = await simulate(ONE_EVENT);
    const headers = { auth: await token() };
    simulator.failNext({ kind: 'status', status: 500 });
    expect((await activity(simulator, FROM, TO, { headers })).status).toBe(500);
    expect((await activity(simulator, FROM, TO, { headers })).status).toBe(401);
  });

  it('can be a ready one, good for any number of requests', async () => {
    const simulator = await simulate(ONE_EVENT, { readyJwt: 'made.else.where' });
    const headers = { auth: 'made.else.where' };
    expect((await activity(simulator, FROM, TO, { headers })).status).toBe(200);
    expect((await activity(simulator, FROM, TO, { headers })).status).toBe(200);
  });
});

describe('the request log', () => {
  it('has every request in order of arrival, and no token', async () => {
    const simulator = await simulate(ONE_EVENT, { nowMs: () => Date.parse(TO) });
    const auth = await token();
    await activity(simulator, FROM, TO, { headers: { auth } });
    await get(simulator, '/agents', { headers: { auth } });
    const root = `/agentassist/api/public/analytics/account/${ACCOUNT_ID}`;
    const atMs = Date.parse(TO);
    expect(simulator.requests).toEqual([
      { path: `${root}/agentactivity`, from: FROM, to: TO, status: 200, rows: 1, atMs },
      { path: `${root}/agents`, from: null, to: null, status: 401, rows: 0, atMs },
    ]);
    expect(JSON.stringify(simulator.requests)).not.toContain(auth);
  });
});

describe('scripted responses', () => {
  it('are sent byte for byte, one a request, before the simulator answers again', async () => {
    const simulator = await simulate(ONE_EVENT);
    const body = new Uint8Array([0xff, 0x00, 0x7b]);
    simulator.respondWith([
      { status: 503, headers: { 'Content-Type': 'text/plain', 'retry-after': '7' }, body },
      { status: 200, body: '' },
    ]);
    const first = await activity(simulator, FROM, TO);
    expect(first.status).toBe(503);
    expect(first.headers.get('retry-after')).toBe('7');
    expect(first.headers.get('content-type')).toBe('text/plain');
    expect(new Uint8Array(await first.arrayBuffer())).toEqual(body);
    expect(await (await activity(simulator, FROM, TO)).text()).toBe('');
    expect((await answer(simulator, FROM, TO)).AgentUpdates).toHaveLength(1);
  });

  it('can come from a function that sees the request and may pass', async () => {
    const simulator = await simulate(ONE_EVENT);
    simulator.respondWith((request) =>
      request.url?.includes('/agents') ? { status: 200, body: '["mine"]' } : undefined,
    );
    expect(await (await get(simulator, '/agents')).json()).toEqual(['mine']);
    expect((await answer(simulator, FROM, TO)).AgentUpdates).toHaveLength(1);
  });
});

describe('stop', () => {
  it('ends at once with a request under way', async () => {
    const simulator = await simulate(ONE_EVENT);
    simulator.failNext({ kind: 'slow', delayMs: 60_000 });
    const outcome = activity(simulator, FROM, TO).then(
      () => 'answered',
      () => 'broken off',
    );
    while (simulator.requests.length === 0) await new Promise(setImmediate);
    await simulator.stop();
    expect(await outcome).toBe('broken off');
    expect(simulator.requests).toMatchObject([{ status: null }]);
  });
});
