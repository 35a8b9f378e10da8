import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { decodeJwt, jwtVerify } from 'jose';
import {
  CredentialsError,
  OutOfTimeError,
  RateLimitedError,
  RequestRefusedError,
  ResponseTooLargeError,
  SourceContractError,
  SourceTimeoutError,
  SourceUnavailableError,
} from '../../../shared/errors.ts';
import { CLIENT, failure, setUp, source, startSource } from './scripted-client.ts';
import { answer, cut, never, refuse, reset, ScriptedSource, type Step } from './scripted-source.ts';

const BODY = JSON.stringify({ accountId: 'a', AgentUpdates: [] });
const FAILED = JSON.stringify({
  AgentUpdates: [],
  errors: [{ code: 500, msg: `database timeout, token eyJhbGciOiJIUzI1NiJ9.e30.x` }],
});
const READY = { jwt: 'eyJhbGciOiJIUzI1NiJ9.eyJhcHBJZCI6ImNzIn0.c2lnbmF0dXJl' };

startSource();

const tokens = () => source().requests.map(({ headers }) => String(headers.auth));

describe('a request', () => {
  it('asks the documented address for the window in whole seconds', async () => {
    const { fetchActivity, clock } = setUp([answer(200, BODY)]);
    const { body, receivedAtMs } = await fetchActivity();
    expect(body.toString()).toBe(BODY);
    expect(receivedAtMs).toBe(clock.nowMs);
    const url = source().requests[0]?.url;
    expect(url?.pathname).toBe('/agentassist/api/public/analytics/account/acc-1/agentactivity');
    expect(Object.fromEntries(url?.searchParams ?? [])).toEqual({
      fromTimeStamp: '2023-04-02T09:45:00Z',
      toTimeStamp: '2023-04-06T10:00:00Z',
    });
  });

  it('sends the stream id only when there is one', async () => {
    await setUp([answer(200, BODY)]).fetchActivity();
    await setUp([answer(200, BODY)], { streamId: 'st-1' }).fetchActivity();
    expect(source().requests.map(({ headers }) => headers.iid)).toEqual([undefined, 'st-1']);
    expect(source().requests[0]?.headers['content-type']).toBe('application/json');
  });

  it('carries a short-lived token signed with the client secret', async () => {
    const { fetchActivity, clock } = setUp([answer(200, BODY)]);
    await fetchActivity();
    const { payload, protectedHeader } = await jwtVerify(
      tokens()[0] as string,
      new TextEncoder().encode(CLIENT.clientSecret),
      { algorithms: ['HS256'], currentDate: new Date(clock.nowMs) },
    );
    expect(protectedHeader.alg).toBe('HS256');
    expect(payload).toMatchObject({ appId: CLIENT.clientId, sub: CLIENT.clientId });
    expect(payload.iat).toBe(clock.nowMs / 1_000);
    expect(payload.exp).toBeGreaterThan(clock.nowMs / 1_000);
    expect(payload.exp).toBeLessThanOrEqual(clock.nowMs / 1_000 + 3_600);
  });

  it('takes the subject of the credentials', async () => {
    const { fetchActivity, credentials } = setUp([answer(200, BODY)]);
    credentials.held = { ...CLIENT, sub: 'someone' };
    await fetchActivity();
    expect(decodeJwt(tokens()[0] as string).sub).toBe('someone');
  });

  it('sends a ready token as it is', async () => {
    const { fetchActivity, credentials } = setUp([answer(200, BODY)]);
    credentials.held = READY;
    await fetchActivity();
    expect(tokens()).toEqual([READY.jwt]);
  });

  it('decompresses the answer', async () => {
    const { fetchActivity, counts } = setUp([
      answer(200, gzipSync(BODY), { 'Content-Encoding': 'gzip' }),
    ]);
    expect((await fetchActivity()).body.toString()).toBe(BODY);
    expect(counts.bytes).toBe(BODY.length);
  });
});

describe('what may pass', () => {
  const zipped = gzipSync(JSON.stringify(Array.from({ length: 5_000 }, (_, i) => i * 7_919)));
  it.each<[string, Step]>([
    ['429', refuse(429, 'slow down')],
    ['408', answer(408)],
    ['500', refuse(500, 'oops')],
    ['503', answer(503, '<html>')],
    ['504', answer(504)],
    ['a reset', reset],
    ['a body cut before its declared end', cut('{"Agent', { 'Content-Length': '100' })],
    ['a chunked body without its end', cut('{"Agent')],
    ['half a gzip', cut(zipped.subarray(0, 5_000), { 'Content-Encoding': 'gzip' })],
    ['an empty 200', answer(200)],
    ['a 200 cut where nobody can tell', answer(200, BODY.slice(0, 20))],
    ['a page of HTML', answer(200, '<html>Busy</html>', { 'Content-Type': 'text/html' })],
    ['a 200 that says that it failed', answer(200, FAILED)],
    ['bytes that are no gzip', answer(200, BODY, { 'Content-Encoding': 'gzip' })],
  ])('is tried again after %s, with a new token and a place in the budget', async (_, broken) => {
    const { fetchActivity, counts, clock, budget } = setUp([broken, broken, answer(200, BODY)]);
    expect((await fetchActivity()).body.toString()).toBe(BODY);
    expect(new Set(tokens().map((token) => decodeJwt(token).jti)).size).toBe(3);
    expect(budget.taken).toBe(3);
    expect(clock.slept).toHaveLength(2);
    expect(counts).toMatchObject({ requests: 3, retries: 2 });
  });

  it.each<[string, Step, new (...args: never[]) => Error]>([
    ['429', refuse(429, 'slow down'), RateLimitedError],
    ['500', answer(500), SourceUnavailableError],
    ['504', answer(504), SourceTimeoutError],
    ['a reset', reset, SourceUnavailableError],
    ['a 200 that says that it failed', answer(200, FAILED), SourceUnavailableError],
  ])('is given up after six times %s', async (_, broken, expected) => {
    const { fetchActivity, counts, clock } = setUp([broken]);
    const error = await failure(fetchActivity());
    expect(error.constructor).toBe(expected);
    expect(counts).toMatchObject({ requests: 6, retries: 5 });
    expect(clock.slept).toHaveLength(5);
  });

  it('repeats the words of a 200 that says that it failed, but no token', async () => {
    const { message } = await failure(setUp([answer(200, FAILED)]).fetchActivity());
    expect(message).toContain('"database timeout, token [hidden]"');
  });

  it('hands over what can not be read when asking again was no use', async () => {
    const { fetchActivity, counts } = setUp([answer(200, '<html>')]);
    expect(await fetchActivity()).toMatchObject({ answer: { kind: 'broken' }, status: 200 });
    expect(counts.requests).toBe(6);
  });

  it('waits longer each time, by a random part of the backoff', async () => {
    const random = jest.spyOn(Math, 'random').mockReturnValue(0.5);
    const { fetchActivity, clock } = setUp([answer(500)]);
    await failure(fetchActivity());
    random.mockRestore();
    expect(clock.slept).toEqual([250, 500, 1_000, 2_000, 4_000]);
  });

  it('waits as long as the source asks for, in seconds or until a date', async () => {
    const { fetchActivity, clock } = setUp([
      refuse(429, '', { 'Retry-After': '120' }),
      refuse(503, '', { 'Retry-After': 'Mon, 02 Mar 2026 10:05:00 GMT' }),
      answer(200, BODY),
    ]);
    await fetchActivity();
    expect(clock.slept).toEqual([120_000, 180_000]);
  });

  it('takes no notice of a Retry-After that is past or no time at all', async () => {
    const { fetchActivity, clock } = setUp([
      refuse(429, '', { 'Retry-After': 'Mon, 02 Mar 2020 10:05:00 GMT' }),
      refuse(429, '', { 'Retry-After': '-3' }),
      refuse(429, '', { 'Retry-After': 'soon' }),
      answer(200, BODY),
    ]);
    await fetchActivity();
    expect(Math.max(...clock.slept)).toBeLessThanOrEqual(16_000);
    expect(Math.min(...clock.slept)).toBeGreaterThanOrEqual(0);
  });

  it('is a timeout when the source is silent, or stops in the middle', async () => {
    const stalled: Step = (response) => {
      response.writeHead(200).write('{"Agent');
    };
    const { fetchActivity, counts } = setUp([never, stalled, answer(200, BODY)], {
      // Long enough for the answer that comes, on a busy machine too.
      requestTimeoutMs: 300,
    });
    expect((await fetchActivity()).body.toString()).toBe(BODY);
    expect(counts.retries).toBe(2);
    source().steps = [never];
    expect(await failure(fetchActivity())).toBeInstanceOf(SourceTimeoutError);
  });

  it('is not tried again after a timeout when asking for less is better', async () => {
    const { fetchActivity, counts } = setUp([never], { requestTimeoutMs: 60 });
    const error = await failure(fetchActivity({ retryTimeouts: false }));
    expect(error).toBeInstanceOf(SourceTimeoutError);
    expect(counts.requests).toBe(1);
  });

  it('says so when the connection is refused, by its code', async () => {
    const { fetchActivity } = setUp([never]);
    await source().stop();
    const error = await failure(fetchActivity());
    expect(error).toBeInstanceOf(SourceUnavailableError);
    expect(error.message).toMatch(/could not be reached: nothing listens.*ECONNREFUSED/);
    expect((error as SourceUnavailableError).nextAction).toMatch(
      /the next run goes on.*the host and its port/,
    );
    await source().start();
  });
});

describe('what will not pass', () => {
  it.each<[number, new (...args: never[]) => Error, string]>([
    [203, SourceContractError, 'host'],
    [400, RequestRefusedError, 'stream id'],
    [403, CredentialsError, 'WFM Integration'],
    [405, RequestRefusedError, 'account id'],
    [413, ResponseTooLargeError, 'smaller window'],
    [422, RequestRefusedError, 'account id'],
  ])('fails at once for %d and says what to do', async (status, expected, hint) => {
    const { fetchActivity, counts } = setUp([status === 203 ? answer(203) : refuse(status, 'no!')]);
    const error = await failure(fetchActivity());
    expect(error.constructor).toBe(expected);
    expect(error.message).toContain(status === 203 ? '203' : `${status}: "no!"`);
    expect(error).toHaveProperty('nextAction', expect.stringContaining(hint));
    expect(counts).toMatchObject({ requests: 1, auth_failures: status === 403 ? 1 : 0 });
  });

  it.each([
    [204, '', SourceContractError],
    [404, JSON.stringify({ errors: [{ msg: 'no!', code: 1 }] }), RequestRefusedError],
  ])(
    'leaves it to the reader whether a %d is for want of events',
    async (status, body, expected) => {
      const { fetchActivity, client, counts, deadlineMs } = setUp([answer(status, body)]);
      const received = await fetchActivity();
      expect(received).toMatchObject({ status, answer: { kind: 'quiet' } });
      expect(received.refusal).toBeInstanceOf(expected);
      expect(counts.requests).toBe(1);
      expect(await failure(client.fetchAgents({ deadlineMs }))).toBeInstanceOf(expected);
    },
  );

  it.each([
    ['text/json; charset=ISO-8859-1', 'iso-8859-1'],
    ['application/json;odata=x; Charset = "UTF-16" ; v=1', 'utf-16'],
    ['application/json', null],
  ])('reads from the type %p the charset %p', async (type, charset) => {
    const { fetchActivity } = setUp([
      answer(200, BODY.replace('a', 'b'), { 'Content-Type': type }),
    ]);
    const received = await fetchActivity();
    expect(received.charset).toBe(charset);
  });

  it('never takes the token to where a redirect points', async () => {
    const elsewhere = new ScriptedSource();
    await elsewhere.start();
    elsewhere.steps = [answer(200, BODY)];
    const to = { Location: `${elsewhere.host}/login?next=secret-path` };
    const { fetchActivity } = setUp([answer(302, '', to)]);
    const error = await failure(fetchActivity());
    expect(error).toBeInstanceOf(RequestRefusedError);
    expect(error.message).toContain(new URL(elsewhere.host).host);
    await elsewhere.stop();
    expect(error.message).not.toContain('secret-path');
    expect(elsewhere.requests).toHaveLength(0);
    expect(source().requests).toHaveLength(1);
  });

  const endless: Step = (response) => {
    const more = () => response.write(Buffer.alloc(100_000), (error) => error ?? more());
    more();
  };

  it.each<[string, Step]>([
    ['declared', answer(200, '', { 'Content-Length': '1000001' })],
    ['sent', answer(200, Buffer.alloc(1_000_001))],
    ['sent without end', endless],
    ['unpacked', answer(200, gzipSync(Buffer.alloc(5_000_000)), { 'Content-Encoding': 'gzip' })],
  ])('stops at an answer over the limit, %s', async (_, step) => {
    const { fetchActivity, counts } = setUp([step]);
    expect(await failure(fetchActivity())).toBeInstanceOf(ResponseTooLargeError);
    expect(counts.requests).toBe(1);
  });

  it('takes an answer of just the limit', async () => {
    const { fetchActivity } = setUp([answer(200, Buffer.alloc(1_000_000))]);
    expect((await fetchActivity()).body).toHaveLength(1_000_000);
  });
});

describe('a 401', () => {
  it('makes it read the credentials again, and go on with the new ones', async () => {
    const { fetchActivity, credentials, counts, clock } = setUp([
      refuse(401, 'who?'),
      answer(200, BODY),
    ]);
    credentials.next = { clientId: 'cs-new', clientSecret: 'a-rotated-secret' };
    await fetchActivity();
    expect(decodeJwt(tokens()[1] as string).appId).toBe('cs-new');
    expect(credentials.reads).toBe(1);
    expect(clock.slept).toEqual([]);
    expect(counts).toMatchObject({ requests: 2, auth_failures: 1 });
  });

  it('fails the second time, whatever lies between', async () => {
    const { fetchActivity, credentials } = setUp([
      refuse(401, 'who?'),
      answer(503),
      refuse(401, 'still who?'),
      answer(200, BODY),
    ]);
    const error = await failure(fetchActivity());
    expect(error).toBeInstanceOf(CredentialsError);
    expect(error.message).toContain('still who?');
    expect(credentials.reads).toBe(1);
    expect(source().requests).toHaveLength(3);
  });
});

describe('the deadline', () => {
  it('is never passed by a wait: the failure that asked for it stands', async () => {
    const { fetchActivity, clock } = setUp([refuse(429, '', { 'Retry-After': '60' })]);
    const error = await failure(fetchActivity({ deadlineMs: clock.nowMs + 60_000 }));
    expect(error).toBeInstanceOf(RateLimitedError);
    expect(clock.slept).toEqual([]);
    expect(source().requests).toHaveLength(1);
  });

  it('lets no request begin after it', async () => {
    const { fetchActivity, clock } = setUp([answer(200, BODY)]);
    const error = await failure(fetchActivity({ deadlineMs: clock.nowMs }));
    expect(error).toBeInstanceOf(OutOfTimeError);
    expect(source().requests).toHaveLength(0);
  });

  it('ends a request that is under way, which is no timeout of the source', async () => {
    const { fetchActivity, clock } = setUp([never]);
    const error = await failure(fetchActivity({ deadlineMs: clock.nowMs + 60 }));
    expect(error).toBeInstanceOf(OutOfTimeError);
  });

  it('leaves the failure before it to be told when the budget has no more room', async () => {
    const { fetchActivity, budget } = setUp([answer(503)]);
    budget.take = async () => {
      if (source().requests.length === 2) throw new OutOfTimeError('full', 'wait');
    };
    const error = await failure(fetchActivity());
    expect(error.constructor).toBe(SourceUnavailableError);
    expect(error.message).toContain('503');
  });
});

describe('an interruption', () => {
  it('ends a request under way with its own reason', async () => {
    const interruption = new AbortController();
    const reason = new Error('interrupted');
    const { fetchActivity } = setUp([() => interruption.abort(reason)]);
    expect(await failure(fetchActivity({ signal: interruption.signal }))).toBe(reason);
  });

  it('is what ended a call also when it comes with the last answer', async () => {
    const interruption = new AbortController();
    const reason = new Error('interrupted');
    const last: Step = (response) => {
      response.writeHead(503).write('{"errors"');
      setImmediate(() => interruption.abort(reason));
    };
    const { fetchActivity } = setUp([...Array(5).fill(answer(503)), last]);
    expect(await failure(fetchActivity({ signal: interruption.signal }))).toBe(reason);
    expect(source().requests).toHaveLength(6);
  });

  it('ends a wait, without another request', async () => {
    const interruption = new AbortController();
    const reason = new Error('interrupted');
    const { fetchActivity, clock } = setUp([answer(503), answer(200, BODY)]);
    clock.sleep = async (_ms, signal) => {
      interruption.abort(reason);
      signal?.throwIfAborted();
    };
    expect(await failure(fetchActivity({ signal: interruption.signal }))).toBe(reason);
    expect(source().requests).toHaveLength(1);
  });
});

describe('errors', () => {
  /** Repeats what it was sent, everywhere it can. */
  const echo =
    (status: number): Step =>
    (response, request) => {
      const { auth } = request.headers;
      const told = `${'x'.repeat(150)} ${auth} ${JSON.stringify(CLIENT)}\n\u001b[31m\u202e`;
      const body = JSON.stringify({ errors: [{ msg: told }], auth });
      const headers = { 'X-Auth': String(auth), Location: `https://${auth}@x.example/${auth}` };
      response.writeHead(status, headers).end(body);
    };
  const echoCut: Step = (response, request) =>
    cut(String(request.headers.auth), { 'Content-Length': '5000' })(response, request);
  const echoNotHttp: Step = (_response, request) => {
    request.socket.end(`HTTP/1.1 200 OK\r\nauth ${request.headers.auth}\r\n\r\n`);
  };

  it.each<[string, Step]>([
    ...[200, 302, 400, 401, 403, 404, 413, 429, 500, 504].map(
      (status) => [String(status), echo(status)] as [string, Step],
    ),
    ['a cut answer', echoCut],
    ['an answer that is not HTTP', echoNotHttp],
    ['silence', never],
  ])('hold neither token nor credentials after %s', async (_, step) => {
    for (const held of [CLIENT, READY]) {
      const { fetchActivity, credentials } = setUp([step], { requestTimeoutMs: 50 });
      credentials.held = held;
      credentials.next = held;
      const error = await fetchActivity().then(
        ({ refusal }) => refusal,
        (thrown) => thrown,
      );
      expect(error).toBeInstanceOf(Error);
      const told = inspect(error, { depth: null, showHidden: true }) + JSON.stringify(error);
      for (const secret of [...tokens(), ...Object.values(held)]) {
        expect(told).not.toContain(secret);
        expect(told).not.toContain(secret.split('.').at(-1));
      }
      expect(told).not.toContain('eyJ');
    }
  });

  it('do not quote any other token either', async () => {
    const { fetchActivity } = setUp([refuse(400, `expected ${READY.jwt}, not this`)]);
    expect((await failure(fetchActivity())).message).toContain('"expected [hidden], not this"');
  });

  it("quote the source's own words in one short line", async () => {
    const { fetchActivity } = setUp([
      refuse(400, `bad\r\n\u001b[31mwindow\u202e ${'y'.repeat(500)}`),
    ]);
    const { message } = await failure(fetchActivity());
    expect(message).toContain('"bad [31mwindow yyy');
    expect(message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(message.match(/y+"/)?.[0].length).toBeLessThanOrEqual(201);
  });

  it.each(['', 'oops', '[]', '{"errors":[]}', '{"errors":[{"msg":{"a":1}}]}', 'null'])(
    'do without them when the body is %p',
    async (body) => {
      const { fetchActivity } = setUp([answer(400, body)]);
      expect((await failure(fetchActivity())).message).toMatch(/the source answered 400\.$/);
    },
  );

  it('name host, account and window', async () => {
    const { fetchActivity } = setUp([answer(400)]);
    const { message } = await failure(fetchActivity());
    for (const part of [source().host, 'acc-1', '2023-04-02T09:45:00Z', '2023-04-06T10:00:00Z']) {
      expect(message).toContain(part);
    }
  });
});
