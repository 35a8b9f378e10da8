import {
  type Answer,
  type BrokenAnswer,
  type FailedAnswer,
  type QuietAnswer,
  readAnswer,
} from '../activity/answer.ts';
import type { ResponseFacts } from '../activity/answer-text.ts';
import { cutByHeader } from '../activity/envelope.ts';
import { isoSecond, SECOND_MS } from '../activity/instant.ts';
import type { Span } from '../activity/spans.ts';
import type { RequestBudget } from '../checkpoint/request-budget.ts';
import { noCounts, type RunCounts } from '../checkpoint/run-counts.ts';
import type { Clock } from '../clock.ts';
import { connectionFailure } from '../connection-failure.ts';
import {
  ActivityLakeError,
  OutOfTimeError,
  RequestRefusedError,
  SourceContractError,
} from '../errors.ts';
import type { RequestLine } from '../journal.ts';
import type { AccountSettings } from '../settings.ts';
import { Stopwatch } from '../stopwatch.ts';
import { charsetOf, readBody } from './body.ts';
import type { CredentialsSource } from './credentials.ts';
import { type AgentsPage, type Directory, readAgentsPage, type SourceAgent } from './directory.ts';
import { quote, readErrorBody, readRefusal } from './refusal.ts';
import { FailedRequest, MAX_REQUESTS, waitBeforeRetryMs } from './retry.ts';
import { signToken } from './token.ts';

const BYTES_PER_MEGABYTE = 1_000_000;
const AGENTS_PER_PAGE = 100;
const MAX_AGENT_PAGES = 1_000;

export type SourceSettings = Pick<
  AccountSettings,
  'accountId' | 'host' | 'streamId' | 'requestTimeoutMs' | 'maxResponseMegabytes'
>;

/** What one call may take, retries and waits included. */
export interface CallLimits {
  readonly deadlineMs: number;
  /** `false` when asking for less is better than asking for the same again. Default: `true`. */
  readonly retryTimeouts?: boolean;
  readonly signal?: AbortSignal;
}

/** What came for a window, and what it is. */
export interface SourceAnswer extends ResponseFacts {
  /** Decompressed. */
  readonly body: Buffer;
  readonly receivedAtMs: number;
  /** Broken only when asking again did not help. */
  readonly answer: Answer | QuietAnswer | BrokenAnswer;
  /** What a 204 or a 404 means unless it is for want of events. */
  readonly refusal: ActivityLakeError | null;
  /** The source's words as they may be repeated: in one line, without token and credentials. */
  readonly quoted: (words: string) => string;
  /** Whether the body repeats the token or the credentials. */
  readonly tellsSecrets: () => boolean;
}

interface Received extends Omit<SourceAnswer, 'answer'> {
  readonly headers: Headers;
}

/** Reads what came; throws a FailedRequest where asking again may help. */
type Reader<T> = (received: Received) => T | FailedAnswer;

/** These can be a source's way to list nothing. */
const WITHOUT_LIST = [204, 404];

type OnRequest = (line: Omit<RequestLine, 'run_id'>) => void;

/** What of a run's counts is counted here. */
type RequestCounts = Pick<
  RunCounts,
  'requests' | 'retries' | 'throttled' | 'auth_failures' | 'bytes'
>;

/**
 * The calls of Kore.ai's "WFM Integration" scope that the product needs.
 *
 * A call makes up to `MAX_REQUESTS` requests, each with a token and a place in the request budget
 * of its own, and throws
 * - CredentialsError (401 after reading the credentials again, 403, no credentials),
 * - RequestRefusedError (other 4xx, redirects), ResponseTooLargeError,
 * - RateLimitedError, SourceTimeoutError, SourceUnavailableError when retries were in vain, or the
 *   next one would end after the deadline,
 * - OutOfTimeError when the deadline came before the source had failed,
 * - the signal's reason when it is aborted.
 */
export class SmartAssistClient {
  readonly #settings: SourceSettings;
  readonly #credentials: CredentialsSource;
  readonly #budget: RequestBudget;
  readonly #clock: Clock;
  readonly #counts: RequestCounts;
  readonly #stopwatch: Stopwatch;
  readonly #onRequest: OnRequest;

  constructor(parts: {
    settings: SourceSettings;
    credentials: CredentialsSource;
    budget: RequestBudget;
    clock: Clock;
    /** This and the next are of the run that asks. Default: nobody's. */
    counts?: RequestCounts;
    stopwatch?: Stopwatch;
    /** Told of each request when it has ended. */
    onRequest?: OnRequest | undefined;
  }) {
    this.#settings = parts.settings;
    this.#credentials = parts.credentials;
    this.#budget = parts.budget;
    this.#clock = parts.clock;
    this.#counts = parts.counts ?? noCounts();
    this.#stopwatch = parts.stopwatch ?? new Stopwatch(parts.clock);
    this.#onRequest = parts.onRequest ?? (() => {});
  }

  async fetchActivity({ fromMs, toMs }: Span, limits: CallLimits): Promise<SourceAnswer> {
    const fromTimeStamp = isoSecond(fromMs);
    const toTimeStamp = isoSecond(toMs);
    const asked = this.#asked(`agent activity from ${fromTimeStamp} to ${toTimeStamp}`);
    const read: Reader<SourceAnswer> = ({ headers, ...received }) => {
      const answer = readAnswer(received.body, received);
      if (answer.kind === 'failed') return answer;
      if (answer.kind === 'answer') {
        const cutBy = answer.cutBy ?? cutByHeader(headers, answer.updates.length);
        return { ...received, answer: { ...answer, cutBy } };
      }
      if (answer.kind === 'broken')
        throw new BrokenResponse(answer.problem, { ...received, answer });
      return { ...received, answer };
    };
    try {
      return await this.#get('agentactivity', { fromTimeStamp, toTimeStamp }, asked, limits, read);
    } catch (error) {
      if (error instanceof BrokenResponse) return error.received;
      throw error;
    }
  }

  /**
   * Every agent of the directory, once.
   * @throws SourceContractError beside the class's errors, also when the pages never end
   */
  async fetchAgents(limits: CallLimits): Promise<Directory> {
    const asked = this.#asked('the agents');
    const agents = new Map<string, SourceAgent>();
    const leftOut = new Set<string>();
    let offset = 0;
    for (let pages = 0; pages < MAX_AGENT_PAGES; pages++) {
      const query = { offset: String(offset), limit: String(AGENTS_PER_PAGE) };
      const read: Reader<AgentsPage> = ({ body }) => {
        const answer = readAnswer(body);
        return answer.kind === 'failed' ? answer : pageOrFailure(body, asked);
      };
      const page = await this.#get('agents', query, asked, limits, read);
      const { rows, agents: listed, leftOut: more } = page;
      const known = agents.size;
      for (const agent of listed) agents.set(agent.agentId, agent);
      for (const row of more) leftOut.add(row);
      // A short page need not be the last, for the source may cap the limit: the last one brings
      // nothing new. So does every page of a source that ignores the offset.
      if (agents.size === known) {
        return { agents: [...agents.values()], leftOut: leftOut.size };
      }
      offset += rows;
    }
    throw new SourceContractError(
      `${asked}: ${MAX_AGENT_PAGES} pages, and still more.`,
      'Check that the host is the one of SmartAssist. If it is, its Agents API has changed.',
    );
  }

  #asked(what: string): string {
    return `Asking ${this.#settings.host} for ${what} of account ${this.#settings.accountId}`;
  }

  #get<T extends object>(
    resource: 'agentactivity' | 'agents',
    query: Record<string, string>,
    asked: string,
    limits: CallLimits,
    read: Reader<T>,
  ): Promise<T> {
    const account = `agentassist/api/public/analytics/account/${this.#settings.accountId}`;
    const url = `${this.#settings.host}/${account}/${resource}?${new URLSearchParams(query)}`;
    const withoutList = resource === 'agentactivity' ? WITHOUT_LIST : [];
    const call = { url, asked, limits, withoutList };
    return this.#stopwatch.during('request', () => this.#untilAnswered(call, read));
  }

  async #untilAnswered<T extends object>(
    call: Omit<Attempt, 'attempt'>,
    read: Reader<T>,
  ): Promise<T> {
    const { asked, limits } = call;
    let requests = 0;
    let refreshed = false;
    let waitedFor: FailedRequest | undefined;
    const inVain = (failure: FailedRequest) =>
      failure instanceof BrokenResponse
        ? failure
        : failure.concluded(asked, requests, limits.deadlineMs - this.#clock.now());
    while (true) {
      try {
        return await this.#request({ ...call, attempt: requests + 1 }, read);
      } catch (error) {
        // Whoever stopped it while an answer was read wants no other word.
        limits.signal?.throwIfAborted();
        // No time for another request: then what the last one met is what there is to say.
        if (error instanceof OutOfTimeError && waitedFor !== undefined) throw inVain(waitedFor);
        if (!(error instanceof FailedRequest)) throw error;
        requests++;
        if (requests === MAX_REQUESTS) throw inVain(error);
        if (error.kind === 'timeout' && limits.retryTimeouts === false) throw inVain(error);
        if (error.kind === 'unauthorised') {
          if (refreshed) throw inVain(error);
          refreshed = true;
          await this.#credentials.refresh();
        } else {
          const waitMs = waitBeforeRetryMs(error, requests);
          if (this.#clock.now() + waitMs >= limits.deadlineMs) throw inVain(error);
          waitedFor = error;
          await this.#clock.sleep(waitMs, limits.signal);
        }
        this.#counts.retries++;
      }
    }
  }

  /** One request. @throws FailedRequest if another one may succeed */
  async #request<T extends object>(request: Attempt, read: Reader<T>): Promise<T> {
    const { asked, limits } = request;
    const credentials = await this.#credentials.current();
    await this.#stopwatch.during('wait', () => this.#budget.take(limits.deadlineMs, limits.signal));
    const token = await signToken(credentials, this.#clock.now());
    const leftMs = limits.deadlineMs - this.#clock.now();
    if (leftMs <= 0) throw outOfTime(asked);
    const secrets = [token, ...Object.values(credentials)];
    const received = await this.#send(request, token, secrets, leftMs);
    const what = await this.#stopwatch.during('parse', () => read(received));
    if (!isFailed(what)) return what;
    const said = received.quoted(what.said);
    throw new FailedRequest('failed', `answered 200, but says that it failed: "${said}"`);
  }

  async #send(
    { url, asked, limits, attempt, withoutList }: Attempt,
    token: string,
    secrets: readonly string[],
    leftMs: number,
  ): Promise<Received> {
    const { streamId, requestTimeoutMs, maxResponseMegabytes } = this.#settings;
    const timeout = AbortSignal.timeout(Math.min(requestTimeoutMs, leftMs));
    this.#counts.requests++;
    const sentAtMs = this.#clock.now();
    let status: RequestLine['status'] = 'no answer';
    let bytes = 0;
    try {
      const response = await fetch(url, {
        headers: {
          auth: token,
          'Content-Type': 'application/json',
          ...(streamId !== undefined && { iId: streamId }),
        },
        redirect: 'manual',
        signal: limits.signal ? AbortSignal.any([timeout, limits.signal]) : timeout,
      });
      status = response.status;
      if (status === 429) this.#counts.throttled++;
      if (status === 401 || status === 403) this.#counts.auth_failures++;
      const as = (body: Buffer) => ({
        body,
        charset: charsetOf(response),
        headers: response.headers,
        quoted: (words: string) => quote(words, secrets),
        tellsSecrets: () => secrets.some((secret) => body.includes(secret)),
      });
      if (status !== 200) {
        const body = withoutList.includes(status) ? await readErrorBody(response.clone()) : null;
        const refusal = await readRefusal(response, asked, secrets, this.#clock.now());
        if (body === null || refusal instanceof FailedRequest) throw refusal;
        return { ...as(body), receivedAtMs: this.#clock.now(), status, refusal };
      }
      const body = await readBody(response, maxResponseMegabytes * BYTES_PER_MEGABYTE, asked);
      bytes = body.length;
      this.#counts.bytes += bytes;
      return { ...as(body), receivedAtMs: this.#clock.now(), status, refusal: null };
    } catch (error) {
      if (error instanceof ActivityLakeError || error instanceof FailedRequest) throw error;
      limits.signal?.throwIfAborted();
      if (timeout.aborted) {
        // Cut short by the deadline, it says nothing about the source.
        if (leftMs < requestTimeoutMs) throw outOfTime(asked);
        throw new FailedRequest(
          'timeout',
          `did not answer within ${requestTimeoutMs / SECOND_MS} s`,
        );
      }
      if (isForbiddenPort(error)) {
        throw new RequestRefusedError(
          `${asked}: no request may go to port ${new URL(url).port}, which is kept for another protocol.`,
          'Set the host with the port that SmartAssist answers at; usually it needs none.',
        );
      }
      const { code, words, nextAction } = connectionFailure(error, 'the host');
      const what = status === 'no answer' ? 'could not be reached' : 'did not end its answer';
      throw new FailedRequest('unavailable', `${what}: ${words} (${code})`, { nextAction });
    } finally {
      const duration_ms = Math.round(this.#clock.now() - sentAtMs);
      this.#onRequest({ asked, status, duration_ms, bytes, attempt });
    }
  }
}

/** One attempt of a call. */
interface Attempt {
  readonly url: string;
  /** What is asked for, in words. */
  readonly asked: string;
  readonly limits: CallLimits;
  readonly attempt: number;
  /** Statuses that may be the source's way to list nothing. */
  readonly withoutList: readonly number[];
}

/** A 200 that can't be read, for whoever asked to keep and to name. */
class BrokenResponse extends FailedRequest {
  readonly received: SourceAnswer;

  constructor(problem: string, received: SourceAnswer) {
    super('broken', problem);
    this.received = received;
  }
}

function pageOrFailure(body: Buffer, asked: string): AgentsPage {
  try {
    return readAgentsPage(body, asked);
  } catch (error) {
    if (!(error instanceof SourceContractError)) throw error;
    throw new FailedRequest('broken', error.message, { error });
  }
}

function isFailed(read: object): read is FailedAnswer {
  return 'kind' in read && read.kind === 'failed';
}

function outOfTime(asked: string): OutOfTimeError {
  return new OutOfTimeError(
    `${asked}: the run's time is used up.`,
    'Nothing: the next run goes on.',
  );
}

/** In the words of the Fetch standard, which has a list of them; Node.js gives no code. */
export function isForbiddenPort(error: unknown): boolean {
  return (Object(error) as { cause?: { message?: unknown } }).cause?.message === 'bad port';
}
