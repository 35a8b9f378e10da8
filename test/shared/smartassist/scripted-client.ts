import { noCounts } from '../../../shared/checkpoint/run-counts.ts';
import { SmartAssistClient, type SourceSettings } from '../../../shared/smartassist/client.ts';
import type { Credentials } from '../../../shared/smartassist/credentials.ts';
import { FakeClock } from './fake-clock.ts';
import { ScriptedSource, type Step } from './scripted-source.ts';

const WINDOW = {
  fromMs: Date.parse('2023-04-02T09:45:00Z'),
  toMs: Date.parse('2023-04-06T10:00:00Z'),
};
export const CLIENT = { clientId: 'cs-client-id', clientSecret: 'the-client-secret-of-this-test' };

let current: ScriptedSource;

/** To be called once by a file of tests: each test has a source of its own. */
export function startSource(): void {
  beforeEach(async () => {
    current = new ScriptedSource();
    await current.start();
  });
  afterEach(() => current.stop());
}

/** That of the test. */
export const source = () => current;

/** A client of the source, which answers with one step after the other; its clock stands unless it sleeps. */
export function setUp(steps: readonly Step[], settings: Partial<SourceSettings> = {}) {
  current.steps = steps;
  const clock = new FakeClock();
  const credentials = {
    held: CLIENT as Credentials,
    next: CLIENT as Credentials,
    reads: 0,
    current: async () => credentials.held,
    refresh: async () => {
      credentials.reads++;
      credentials.held = credentials.next;
      return credentials.held;
    },
  };
  const budget = {
    taken: 0,
    take: async (_deadlineMs: number) => {
      budget.taken++;
    },
  };
  const counts = noCounts();
  const client = new SmartAssistClient({
    settings: {
      accountId: 'acc-1',
      host: current.host,
      streamId: undefined,
      requestTimeoutMs: 30_000,
      maxResponseMegabytes: 1,
      ...settings,
    },
    credentials,
    budget,
    clock,
    counts,
  });
  const deadlineMs = clock.nowMs + 3_600_000;
  const fetchActivity = (limits = {}) => client.fetchActivity(WINDOW, { deadlineMs, ...limits });
  return { client, clock, counts, credentials, budget, fetchActivity, deadlineMs };
}

/** The error of a promise that must fail. */
export function failure(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => {
      throw new Error('It should have failed.');
    },
    (error) => error,
  );
}
