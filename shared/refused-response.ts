import type { Window } from './activity/window-plan.ts';
import type { Arrived } from './lake/landing.ts';
import type { LakeRun } from './lake-run.ts';

/** Keeps what came and is no answer, for a person to look at. In words, for the error; '' when nothing came. */
export async function keptInWords(
  { landing, now }: Pick<LakeRun, 'landing' | 'now'>,
  window: Window,
  received: Arrived,
): Promise<string> {
  if (received.body.byteLength === 0) return '';
  return ` What came is kept as ${await landing.keepRefused(window, received, now())}.`;
}
