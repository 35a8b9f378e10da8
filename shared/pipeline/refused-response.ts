import { mentions } from '../activity/agent-mentions.ts';
import { isAgentOf } from '../activity/erased-agents.ts';
import type { Window } from '../activity/window-plan.ts';
import type { Arrived } from '../lake/landing.ts';
import type { LakeRun } from '../run/lake-run.ts';
import type { SourceAnswer } from '../smartassist/client.ts';

/** Keeps what came and is no answer, for a person to look at. In words, for the error; '' when nothing came. */
export async function keptInWords(
  {
    landing,
    planAtMs,
    checkpoint,
    settings,
  }: Pick<LakeRun, 'landing' | 'planAtMs' | 'checkpoint' | 'settings'>,
  window: Window,
  received: Arrived & Pick<SourceAnswer, 'tellsSecrets'>,
): Promise<string> {
  if (received.body.byteLength === 0) return '';
  if (received.tellsSecrets()) return ' It repeats the credentials, so it is not kept.';
  const isErased = isAgentOf(settings.accountId, checkpoint.erased);
  if (checkpoint.erased.size > 0 && mentions(Buffer.from(received.body).toString(), isErased)) {
    return ' It names an agent who was erased, so it is not kept.';
  }
  return ` What came is kept as ${await landing.keepRefused(window, received, planAtMs())}.`;
}
