import type { QuietAnswer } from '../activity/answer.ts';
import { askedFor, named, type Window } from '../activity/window-plan.ts';
import type { SourceFacts } from '../checkpoint/source-facts.ts';
import { RequestRefusedError, ResponseTooLargeError, SourceContractError } from '../errors.ts';
import type { Pipeline } from '../run/lake-run.ts';
import type { CallLimits, SourceAnswer } from '../smartassist/client.ts';
import { keptInWords } from './refused-response.ts';

/** An answer without a list of updates, and what would be wrong if it were not for want of events. */
export type WithoutList = SourceAnswer & { readonly answer: QuietAnswer };

/**
 * Whether a window that is answered without a list is empty can be told by what else the source says
 * at the same time: a wrong host, a login page or an outage answers every window like that.
 *
 *   asked for the window           no list
 *   asked for one that has rows    its rows: host, account and API are right, and it is up
 *   asked for the window again     no list: it is for want of events
 *
 * While no window ever had rows, the directory must list agents of the account, and the answer may say
 * nothing but that there is nothing.
 *
 * @returns what the window is answered with the second time: without a list again, or with one
 * @throws SourceContractError, or RequestRefusedError for a 404, when it can't be told
 */
export async function askedAgain(
  pipeline: Pipeline,
  window: Window,
  received: WithoutList,
  facts: SourceFacts,
  limits: CallLimits,
): Promise<SourceAnswer> {
  const { source, settings } = pipeline;
  const doubt = await doubtOf(source, received.answer, facts, limits);
  if (doubt !== null) {
    const kept = await keptInWords(pipeline, window, received);
    const why = `That it is for want of events can't be told: ${doubt}.${kept}`;
    throw unproved(received, window, settings.host, why);
  }
  return source.fetchActivity(askedFor(window), limits);
}

/** Why it can't be told that the window is empty; `null` when it can. */
async function doubtOf(
  source: Pipeline['source'],
  { saysNothing }: QuietAnswer,
  { listed }: SourceFacts,
  limits: CallLimits,
): Promise<string | null> {
  if (listed !== null) {
    if (await hasRows(source, listed, limits)) return null;
    return `${named(listed)}, which had events, is no longer answered with any`;
  }
  if (!saysNothing) return 'no window ever had events to compare with';
  if (await listsAgents(source, limits)) return null;
  return 'no window ever had events, and the directory lists no agents';
}

async function hasRows(
  source: Pipeline['source'],
  listed: Window,
  limits: CallLimits,
): Promise<boolean> {
  try {
    const { answer } = await source.fetchActivity(askedFor(listed), limits);
    return answer.kind === 'answer' && answer.updates.length > 0;
  } catch (error) {
    if (error instanceof ResponseTooLargeError) return true;
    throw error;
  }
}

async function listsAgents(source: Pipeline['source'], limits: CallLimits): Promise<boolean> {
  try {
    return (await source.fetchAgents(limits)).agents.length > 0;
  } catch (error) {
    if (error instanceof SourceContractError || error instanceof RequestRefusedError) return false;
    throw error;
  }
}

/** What is to be thrown when nothing tells that the window is empty. */
function unproved(
  { answer, refusal, quoted }: WithoutList,
  window: Window,
  host: string,
  why: string,
): SourceContractError | RequestRefusedError {
  if (refusal instanceof RequestRefusedError) {
    return new RequestRefusedError(`${refusal.message} ${why}`, refusal.nextAction);
  }
  const words = answer.said === null ? '' : `; the source says "${quoted(answer.said)}"`;
  return new SourceContractError(
    `${named(window)}: ${answer.problem}${words}. ${why}`,
    `Check that ${host} is the SmartAssist host and not a login page or a proxy.`,
  );
}
