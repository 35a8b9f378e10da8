import type { Window } from './activity/window-plan.ts';
import type { Arrived } from './lake/landing.ts';
import type { LakeRun } from './lake-run.ts';
import type { SourceAnswer } from './smartassist/client.ts';

/** Keeps what came and is no answer, for a person to look at. In words, for the error; '' when nothing came. */
export async function keptInWords(
  { landing, now }: Pick<LakeRun, 'landing' | 'now'>,
  window: Window,
  received: Arrived & Pick<SourceAnswer, 'tellsSecrets'>,
): Promise<string> {
  if (received.body.byteLength === 0) return '';
  if (received.tellsSecrets()) return ' It repeats the credentials, so it is not kept.';
  return ` What came is kept as ${await landing.keepRefused(window, received, now())}.`;
}
