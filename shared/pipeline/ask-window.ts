import type { Answer, BrokenAnswer } from '../activity/answer.ts';
import { NO_UPDATES } from '../activity/updates.ts';
import { askedFor, halves, named, type Window } from '../activity/window-plan.ts';
import type { SourceFacts } from '../checkpoint/source-facts.ts';
import { ResponseTooLargeError, SourceContractError, SourceTimeoutError } from '../errors.ts';
import type { Pipeline } from '../run/lake-run.ts';
import type { CallLimits, SourceAnswer } from '../smartassist/client.ts';
import { askedAgain, type WithoutList } from './quiet-window.ts';
import { keptInWords } from './refused-response.ts';

/** Of a run's time this stays for merging what the last request brought. */
const TIME_TO_MERGE_MS = 10_000;
const NO_ROWS: Omit<Answer, 'accountId'> = {
  ...{ kind: 'answer', updates: NO_UPDATES, cutBy: null, unknownFields: [] },
};

/** An answer of which the rows may be read. */
export type Listed = SourceAnswer & { readonly answer: Answer };

/** A window's answer; one without a list counts as one without rows when that can be told. */
export async function askForList(
  pipeline: Pipeline,
  window: Window,
  facts: SourceFacts,
): Promise<Listed | 'cut'> {
  const received = await askFor(pipeline, window, facts);
  if (received === 'cut') return 'cut';
  if (received.answer.kind !== 'quiet') return listed(pipeline, window, received, received.answer);
  const again = await askedAgain(
    pipeline,
    window,
    received as WithoutList,
    facts,
    limitsOf(pipeline),
  );
  const { answer } = again;
  if (answer.kind !== 'quiet') return listed(pipeline, window, again, answer);
  return { ...again, answer: { ...NO_ROWS, accountId: answer.accountId } };
}

/** @throws SourceContractError when it is no answer; its bytes are kept */
async function listed(
  pipeline: Pipeline,
  window: Window,
  received: SourceAnswer,
  answer: Answer | BrokenAnswer,
): Promise<Listed> {
  if (answer.kind === 'answer') return { ...received, answer };
  const kept = await keptInWords(pipeline, window, received);
  throw new SourceContractError(
    `${named(window)}: ${answer.problem}.${kept}`,
    `Check that ${pipeline.settings.host} is the SmartAssist host and not a login page or a proxy.`,
  );
}

/** What a window is answered with; `cut` when the source can't give it in one. */
export async function askFor(
  pipeline: Pipeline,
  window: Window,
  facts: SourceFacts,
): Promise<SourceAnswer | 'cut'> {
  const splittable = halves(window) !== null;
  try {
    const answer = await pipeline.source.fetchActivity(askedFor(window), {
      ...limitsOf(pipeline),
      // Half of what timed out is a better second try than the same again.
      retryTimeouts: !(facts.answered && splittable),
    });
    facts.answered = true;
    return answer;
  } catch (error) {
    if (error instanceof ResponseTooLargeError) {
      if (!splittable) throw secondTooLarge(window, error);
      facts.wasCut();
      return 'cut';
    }
    if (error instanceof SourceTimeoutError) {
      if (facts.answered && splittable) {
        facts.wasCut();
        return 'cut';
      }
      await facts.shrinkWindow(window);
    }
    throw error;
  }
}

function limitsOf({ deadlineMs, signal }: Pipeline): CallLimits {
  return { deadlineMs: deadlineMs - TIME_TO_MERGE_MS, ...(signal !== undefined && { signal }) };
}

/** The limit is ours unless the source itself refused. */
function secondTooLarge(window: Window, { limitBytes }: ResponseTooLargeError) {
  if (limitBytes === null) return stillCut(window, 'the source answers that it is too large');
  return new ResponseTooLargeError(
    `${named(window)}: one second can't be split, and its answer is larger than the limit of ${limitBytes} bytes.`,
    'Raise the limit: `maxResponseMegabytes`. The watermark stays before this second until then.',
    limitBytes,
  );
}

export function stillCut(window: Window, why: string): SourceContractError {
  return new SourceContractError(
    `${named(window)}: one second can't be split, and ${why}. Going on would lose events.`,
    'The watermark stays before this second. Ask Kore.ai how to read more rows of one second.',
  );
}
