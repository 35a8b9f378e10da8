import { sourceZone } from '../../../shared/activity/source-zone.ts';
import type { Span } from '../../../shared/activity/spans.ts';
import { nextWindow, pullSpan, type Window } from '../../../shared/activity/window-plan.ts';
import { type CheckpointState, checkpointLost } from '../../../shared/checkpoint/checkpoint.ts';
import { defaultStartMs } from '../../../shared/pipeline/pipeline.ts';
import type { AccountSettings } from '../../../shared/settings.ts';
import { type OpenAccount, storedCheckpoint } from '../../account/account.ts';
import { estimateOf, estimateWords, longestWindowMs } from '../../account/estimate.ts';
import { isCheckpointLost } from '../../account/lost-checkpoint.ts';
import { tableLines } from '../../terminal/table.ts';
import { counted, instant, span } from '../../terminal/wording.ts';

const WINDOWS_NAMED = 10;

/** What a pull would ask for now, in lines. Asks nothing of the source, and changes nothing. */
export async function pullPlanLines(account: OpenAccount, nowMs: number): Promise<string[]> {
  const { accountId, requestsPerMinute } = account.settings;
  const state = await storedCheckpoint(account);
  if (state === null && (await isCheckpointLost(account.place, accountId))) {
    throw checkpointLost(accountId);
  }
  const windows = pullWindows(account.settings, state, nowMs);
  const rows = windows
    .slice(0, WINDOWS_NAMED)
    .map(({ fromMs, toMs }) => [instant(fromMs), instant(toMs), span(toMs - fromMs)]);
  const others = windows.length - rows.length;
  return [
    `A pull of account ${accountId} would begin with these windows: ${estimateWords(estimateOf(windows.length, requestsPerMinute))}.`,
    ...(windows.length === 0
      ? []
      : tableLines([{ name: 'from' }, { name: 'to' }, { name: 'length', alignRight: true }], rows, {
          indent: '  ',
        })),
    ...(others > 0 ? [`  … and ${counted(others)} more`] : []),
  ];
}

/** The windows that a pull begins with, oldest first. */
export function pullWindows(
  settings: AccountSettings,
  state: CheckpointState | null,
  nowMs: number,
): readonly Window[] {
  const startMs = state?.startMs ?? settings.startMs ?? defaultStartMs(nowMs);
  const watermarkMs = state?.watermarkMs ?? startMs;
  // As the pull itself: what has expired is not read again.
  const firstMs = Math.max(startMs, state?.keptFromMs ?? startMs);
  const asked = pullSpan({ startMs: firstMs, watermarkMs }, settings, nowMs);
  return [...windowsOf(asked, longestWindowMs(settings, state), settings.sourceTimeZone)];
}

function* windowsOf(asked: Span, longestMs: number, zoneName: string): Generator<Window> {
  const zone = sourceZone(zoneName);
  let fromMs = asked.fromMs;
  for (;;) {
    const window = nextWindow({ span: { ...asked, fromMs }, longestMs, zone });
    if (window === null) return;
    yield window;
    fromMs = window.toMs;
  }
}
