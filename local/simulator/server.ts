import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MINUTE_MS } from '../../shared/activity/instant.ts';
import { type Clock, systemClock } from '../../shared/clock.ts';
import { activityAnswer } from './activity-answer.ts';
import {
  AS_DOCUMENTED,
  type Behaviour,
  between,
  type Fault,
  type ListedEvent,
  listingOf,
  select,
} from './behaviour.ts';
import type { ContactCentre } from './contact-centre.ts';
import { type TokenRules, tokenGate } from './token-gate.ts';

export interface SimulatorOptions extends TokenRules {
  readonly accountId: string;
  /** The truth to serve. Events may stand in any order that keeps each agent-second's. */
  readonly centre: ContactCentre;
  /** Decides which events `behaviour` befalls. Default 1. */
  readonly seed?: number;
  /** Decides which events exist yet, and times the request limit. Default: the real time. */
  readonly nowMs?: () => number;
  /** Judges tokens. Default: the real one, whatever `nowMs` says. */
  readonly tokenClock?: Pick<Clock, 'now'>;
  /** Default: any free one. */
  readonly port?: number;
  readonly behaviour?: Partial<Behaviour>;
}

/** One request as it arrived and was answered; never its token. */
interface RequestRecord {
  readonly path: string;
  /** `fromTimeStamp` and `toTimeStamp` as sent. */
  readonly from: string | null;
  readonly to: string | null;
  /** `null` until answered, and for good when the connection was reset instead. */
  readonly status: number | null;
  /** Rows in the answer, before any fault spoiled it. */
  readonly rows: number;
  /** By the simulator's clock. */
  readonly atMs: number;
}

/** An answer byte for byte. Without a `content-type` header it is JSON. */
export interface ScriptedResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** Answers a request, or returns `undefined` to let the simulator do so. */
export type Script = (request: IncomingMessage) => ScriptedResponse | undefined;

export interface Simulator {
  /** `http://127.0.0.1:PORT`, the host to give to a client. */
  readonly url: string;
  /** In the order of arrival. */
  readonly requests: readonly RequestRecord[];
  /**
   * Every row of `[fromMs, toMs)` that was or will be listed, with from when and until when. Unless
   * events are withdrawn or corrected this is what happened, each event once.
   */
  truth(fromMs: number, toMs: number): readonly ListedEvent[];
  /** Changes the behaviour from the next request on; what is not named stays as it is. */
  behave(change: Partial<Behaviour>): void;
  /** Lets the next `times` requests with a good token fail, after those that fail already. */
  failNext(fault: Fault, times?: number): void;
  /** Answers by script: a function until further notice, or a list for as many requests. */
  respondWith(script: Script | readonly ScriptedResponse[]): void;
  /** Closes every connection at once. */
  stop(): Promise<void>;
}

interface Reply extends ScriptedResponse {
  readonly rows?: number;
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/;
const ROUTE = /^\/agentassist\/api\/public\/analytics\/account\/([^/]+)\/(agentactivity|agents)$/;
const RATE_LIMIT_MESSAGE =
  "You've exceeded the per-minute rate limit. Please wait for sometime before retrying.";

/** Serves one Kore.ai account over HTTP on 127.0.0.1: its agents and their activity. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { accountId, centre, seed = 1, nowMs = () => systemClock.now() } = options;
  const refusalOf = tokenGate(options, options.tokenClock ?? systemClock);
  const requests: RequestRecord[] = [];
  const faults: Fault[] = [];
  let allowedAtMs: number[] = [];
  let script: Script = () => undefined;
  let behaviour: Behaviour = { ...AS_DOCUMENTED, ...options.behaviour };
  let listing = listingOf(centre.events, behaviour, seed);

  /** Milliseconds until the request limit allows another request; 0 allows this one. */
  function waitMs(atMs: number): number {
    const { requestLimit } = behaviour;
    if (requestLimit === null) return 0;
    allowedAtMs = allowedAtMs.filter((ms) => ms > atMs - MINUTE_MS);
    const blocking = allowedAtMs.at(-requestLimit.perMinute);
    if (blocking !== undefined) return blocking + MINUTE_MS - atMs;
    allowedAtMs.push(atMs);
    return 0;
  }

  function replyTo(request: IncomingMessage, url: URL, fault?: Fault): Reply {
    if (fault?.kind === 'status') {
      return failure(fault.status, 'Simulated failure', fault.retryAfter);
    }
    if (fault?.kind === 'redirect') {
      return { status: 302, headers: { location: fault.location }, body: '' };
    }
    if (fault?.kind === 'html') {
      const headers = { 'content-type': 'text/html' };
      return { status: 200, headers, body: '<!doctype html><title>Maintenance</title>' };
    }
    const [, account, resource] = ROUTE.exec(url.pathname) ?? [];
    if (request.method !== 'GET') return failure(405, 'Method not allowed');
    if (resource === undefined) return failure(404, 'Not found');
    if (account !== accountId) return failure(404, 'Account not found');
    return resource === 'agents' ? agents(url.searchParams) : activity(url.searchParams, fault);
  }

  function activity(query: URLSearchParams, fault?: Fault): Reply {
    const fromMs = instant(query.get('fromTimeStamp'));
    const toMs = instant(query.get('toTimeStamp'));
    if (fromMs === null || toMs === null || fromMs > toMs) {
      return failure(400, 'fromTimeStamp and toTimeStamp must be ISO 8601 instants in order');
    }
    const selection = select(listing, { fromMs, toMs, nowMs: nowMs() }, behaviour, seed);
    if (selection.rows.length === 0 && behaviour.nothing !== 'list') {
      return withoutList(behaviour.nothing, accountId);
    }
    const answer = activityAnswer(accountId, selection, behaviour);
    const body = JSON.stringify(answer, fault && spoilerOf(fault));
    return { status: 200, body, rows: selection.rows.length };
  }

  /** A bare list; `offset` and `limit` are in the documented sample, their defaults are not documented. */
  function agents(query: URLSearchParams): Reply {
    const offset = Number(query.get('offset') ?? 0);
    const limit = Number(query.get('limit') ?? 100);
    if (!isCount(offset) || !isCount(limit)) return failure(400, 'offset and limit must be counts');
    const page = centre.agents.slice(offset, offset + limit);
    const body = JSON.stringify(page.map((agent) => ({ accountId, ...agent })));
    return { status: 200, body, rows: page.length };
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const record = {
      path: url.pathname,
      from: url.searchParams.get('fromTimeStamp'),
      to: url.searchParams.get('toTimeStamp'),
      status: null as number | null,
      rows: 0,
      atMs: nowMs(),
    };
    requests.push(record);
    // Listens from the start: a client that gave up during the token's check must not be slept for.
    const closed = new AbortController();
    response.once('close', () => closed.abort());
    const send = (reply: Reply, fault?: Fault) => {
      record.status = reply.status;
      record.rows = reply.rows ?? 0;
      deliver(response, reply, fault);
    };

    // The token first: a failed request has used its jti too, so a retry must bring a new one.
    const token = request.headers.auth;
    const refusal = await refusalOf(Array.isArray(token) ? token.join() : token);
    if (refusal !== null) return send(failure(401, `Unauthorized: ${refusal}`));
    const wait = waitMs(record.atMs);
    if (wait > 0) {
      const retryAfter = behaviour.requestLimit?.retryAfter ? Math.ceil(wait / 1_000) : undefined;
      return send(failure(429, RATE_LIMIT_MESSAGE, retryAfter?.toString()));
    }
    const scripted = script(request);
    if (scripted !== undefined) return send(scripted);
    const fault = faults.shift();
    if (fault?.kind === 'reset') {
      request.socket.resetAndDestroy();
      return;
    }
    if (fault?.kind === 'slow') await systemClock.sleep(fault.delayMs, closed.signal);
    send(replyTo(request, url, fault), fault);
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: Error) => {
      if (!response.headersSent) deliver(response, failure(500, `Simulator: ${error.message}`));
    });
  });
  // Longer than any test: a connection closed while idle looks like a fault nobody asked for.
  server.keepAliveTimeout = 10 * MINUTE_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    truth: (fromMs, toMs) => between(listing, fromMs, toMs),
    behave: (change) => {
      behaviour = { ...behaviour, ...change };
      listing = listingOf(centre.events, behaviour, seed);
    },
    failNext: (fault, times = 1) => {
      for (let i = 0; i < times; i += 1) faults.push(fault);
    },
    respondWith: (given) => {
      const list = typeof given === 'function' ? [] : [...given];
      script = typeof given === 'function' ? given : () => list.shift();
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function deliver(response: ServerResponse, reply: Reply, fault?: Fault): void {
  const body = typeof reply.body === 'string' ? Buffer.from(reply.body) : reply.body;
  response.statusCode = reply.status;
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.setHeader('content-length', body.length);
  for (const [name, value] of Object.entries(reply.headers ?? {})) response.setHeader(name, value);
  if (fault?.kind === 'cutBody' || fault?.kind === 'stalledBody') {
    response.write(body.subarray(0, body.length / 2), () => {
      if (fault.kind === 'cutBody') response.destroy();
    });
    return;
  }
  response.end(body);
}

/** The error body of Kore.ai's contact-centre APIs. */
function failure(status: number, msg: string, retryAfter?: string): Reply {
  const headers = retryAfter === undefined ? undefined : { 'retry-after': retryAfter };
  return { status, headers, body: JSON.stringify({ errors: [{ msg, code: status }] }) };
}

function withoutList(how: Exclude<Behaviour['nothing'], 'list'>, accountId: string): Reply {
  if (how === '404') return failure(404, 'No activity found for the given period');
  if (how === '204') return { status: 204, body: '' };
  return { status: 200, body: how === 'null' ? 'null' : JSON.stringify({ accountId }) };
}

/** What a fault does to the fields of the JSON it is in. */
function spoilerOf({ kind }: Fault): ((key: string, value: unknown) => unknown) | undefined {
  if (kind === 'noList') return (key, value) => (/^agentUpdates$/i.test(key) ? undefined : value);
  if (kind !== 'wrongTypes') return undefined;
  return (key, value) => {
    if (/^agentId$/i.test(key)) return Number.parseInt(String(value).slice(-8), 16);
    if (/^reasonCode$/i.test(key) && /^\d+$/.test(String(value))) return Number(value);
    return value;
  };
}

function instant(text: string | null): number | null {
  if (text === null || !INSTANT.test(text)) return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
}

function isCount(number: number): boolean {
  return Number.isInteger(number) && number >= 0;
}
