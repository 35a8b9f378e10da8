import { AsyncLocalStorage } from 'node:async_hooks';
import type { S3Client } from '@aws-sdk/client-s3';
import { type AwsClients, awsClients } from '../../../shared/aws.ts';

/** One call to AWS or to the source, about to be made. */
export interface Call {
  /** Position among the calls of the run, from 0; attempts of the SDK count each. */
  readonly index: number;
  /** `S3 PutObject`, `GET agentactivity`, … */
  readonly name: string;
  readonly writes: boolean;
}

export type OnCall = (call: Call, make: () => Promise<unknown>) => Promise<unknown>;

const WRITES = /^(Put|Update|Delete|Create)/;

/** Everything that a run sends passes here, so that a test can enumerate, kill, lose or interleave it. */
export class CallGate {
  readonly calls: Call[] = [];
  readonly #onCall: OnCall;

  constructor(onCall: OnCall = (_call, make) => make()) {
    this.#onCall = onCall;
  }

  async pass<T>(name: string, writes: boolean, make: () => Promise<T>): Promise<T> {
    const call = { index: this.calls.length, name, writes };
    this.calls.push(call);
    return (await this.#onCall(call, make)) as T;
  }
}

// Runs that take turns share one process, its clients and its fetch: each call finds its own run's gate.
const gates = new AsyncLocalStorage<CallGate>();

export function throughGate<T>(gate: CallGate, run: () => Promise<T>): Promise<T> {
  return gates.run(gate, run);
}

/** Clients whose calls pass the gate of the run that makes them. */
export function gatedClients(): AwsClients {
  const clients = awsClients();
  for (const client of [clients.s3, clients.secrets, clients.db] as S3Client[]) {
    client.middlewareStack.add(
      (next, context) => (args) => {
        const service = String(context.clientName).replace(/Client$/, '');
        const command = String(context.commandName).replace(/Command$/, '');
        const make = () => next(args);
        return (
          gates.getStore()?.pass(`${service} ${command}`, WRITES.test(command), make) ?? make()
        );
      },
      // Beneath the SDK's own retries, so that each attempt is a call.
      { step: 'finalizeRequest', priority: 'low', name: 'callGate' },
    );
  }
  return clients;
}

const realFetch = globalThis.fetch;
globalThis.fetch = (input, init) => {
  const path = new URL(String(input)).pathname.split('/').at(-1);
  const make = () => realFetch(input, init);
  return gates.getStore()?.pass(`GET ${path}`, false, make) ?? make();
};

/**
 * The calls at which something else may happen to a run and matter: all writes, and of many reads in a row the first
 * and the last; of those by which it derives, which begins with a question for the backfills, the first
 * alone.
 */
export function tellingCalls(calls: readonly Call[]): readonly Call[] {
  const asked = calls.findLastIndex(({ name }) => name === 'DynamoDB Query');
  const lastRead = asked < 0 ? calls.length : asked;
  return calls.filter(
    ({ writes }, i) =>
      writes ||
      (i <= lastRead && (calls[i - 1]?.writes !== false || calls[i + 1]?.writes !== false)),
  );
}

/** What a killed process would have thrown, had it lived. */
export class Killed extends Error {}

/** The process dies right before or right after the call; nothing it tries later is sent. */
export function killedAt(index: number, moment: 'before' | 'after'): OnCall {
  let dead = false;
  return async (call, make) => {
    if (dead) throw new Killed();
    if (call.index !== index) return make();
    if (moment === 'after') await make().catch(() => undefined);
    dead = true;
    throw new Killed();
  };
}

/** The call takes effect, but its answer never arrives. */
export function answerLostAt(index: number): OnCall {
  return async (call, make) => {
    const answer = await make();
    if (call.index === index) {
      throw Object.assign(new Error('socket hang up'), {
        code: 'ECONNRESET',
        name: 'TimeoutError',
      });
    }
    return answer;
  };
}

/** Several runs at once, one call at a time: each choice names who of those that wait may make its call. */
export async function takingTurns<T>(
  choices: Iterable<number>,
  runs: readonly ((onCall: OnCall) => Promise<T>)[],
): Promise<T[]> {
  /** Of each run that has any the calls it waits to make. */
  const waiting = new Map<number, (() => void)[]>();
  let running = runs.length;
  let somethingHappened = () => {};
  const ended = Promise.all(
    runs.map((run, index) =>
      run(async (_call, make) => {
        await new Promise<void>((resolve) => {
          waiting.set(index, [...(waiting.get(index) ?? []), resolve]);
          somethingHappened();
        });
        return make();
      }).finally(() => {
        running -= 1;
        somethingHappened();
      }),
    ),
  );
  for (const choice of choices) {
    while (waiting.size < running) {
      await new Promise<void>((resolve) => {
        somethingHappened = resolve;
      });
    }
    const indexes = [...waiting.keys()].sort();
    const index = indexes[choice % indexes.length];
    if (index === undefined) break;
    const [go, ...others] = waiting.get(index) ?? [];
    if (others.length > 0) waiting.set(index, others);
    else waiting.delete(index);
    go?.();
  }
  return ended;
}
