import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { TruthEvent } from '../../../local/simulator/contact-centre.ts';
import {
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from '../../../local/simulator/server.ts';

export const ACCOUNT_ID = '63fb9a0f90425b644d3e0001';
export const CLIENT_ID = 'cs-f2b7f3f9-a4ca-5daa-884c-8ed41b361dc9';
export const CLIENT_SECRET = 'a secret of the tests';
export const AGENT_ID = 'a-59bb17e-0cae-46b0-8d80-a8a8ac34e55c';

/** An event of the one agent, listed at once. */
export function eventAt(iso: string, activity: string, more: Partial<TruthEvent> = {}): TruthEvent {
  const eventMs = Date.parse(iso);
  return {
    agentId: AGENT_ID,
    eventMs,
    activity,
    reasonCode: null,
    seq: 0,
    listedAtMs: eventMs,
    ...more,
  };
}

const running: Simulator[] = [];

export async function simulate(
  events: readonly TruthEvent[],
  options: Partial<SimulatorOptions> = {},
): Promise<Simulator> {
  const simulator = await startSimulator({
    accountId: ACCOUNT_ID,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    centre: { agents: [{ agentId: AGENT_ID, firstName: 'Zoë', lastName: '佐藤' }], events },
    ...options,
  });
  running.push(simulator);
  return simulator;
}

export async function stopAll(): Promise<void> {
  await Promise.all(running.splice(0).map((simulator) => simulator.stop()));
}

export async function token(claims: Record<string, unknown> = {}, secret = CLIENT_SECRET) {
  const all = { appId: CLIENT_ID, jti: randomUUID(), ...claims };
  return await new SignJWT(all)
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(secret));
}

export async function get(simulator: Simulator, path: string, init: RequestInit = {}) {
  return await fetch(
    `${simulator.url}/agentassist/api/public/analytics/account/${ACCOUNT_ID}${path}`,
    { headers: { auth: await token() }, redirect: 'manual', ...init },
  );
}

export function activityPath(from: string, to: string): string {
  return `/agentactivity?${new URLSearchParams({ fromTimeStamp: from, toTimeStamp: to })}`;
}

export async function activity(simulator: Simulator, from: string, to: string, init?: RequestInit) {
  return await get(simulator, activityPath(from, to), init);
}

export interface DocumentedAnswer {
  accountId: string;
  AgentUpdates: { AgentId: string; EventTime: string; Activity: string; ReasonCode: string }[];
  hasMore?: boolean;
  totalCount?: number;
}

/** The parsed answer for `[from, to]`, which must be a 200. */
export async function answer(simulator: Simulator, from: string, to: string) {
  const response = await activity(simulator, from, to);
  expect(response.status).toBe(200);
  return (await response.json()) as DocumentedAnswer;
}

export async function activities(simulator: Simulator, from: string, to: string) {
  return (await answer(simulator, from, to)).AgentUpdates.map(({ Activity }) => Activity);
}
