import { MINUTE_MS } from '../../../shared/activity/instant.ts';
import { sourceZone } from '../../../shared/activity/source-zone.ts';
import type { Span } from '../../../shared/activity/spans.ts';
import { nextWindow, pullSpan, type Window } from '../../../shared/activity/window-plan.ts';
import { defaultStartMs } from '../../../shared/pipeline/pipeline.ts';
import { type OpenAccount, storedCheckpoint } from '../../account/account.ts';
import { tableLines } from '../../terminal/table.ts';
import { counted, instant, plural, span } from '../../terminal/wording.ts';
import { about } from '../backfill/span.ts';

const WINDOWS_NAMED = 10;

/** What a pull would ask for now, in lines. Asks nothing of the source, and changes nothing. */
export async function pullPlanLines(account: OpenAccount, nowMs: number): Promise<string[]> {
  const { settings } = account;
  const state = await storedCheckpoint(account);
  const startMs = state?.startMs ?? settings.startMs ?? defaultStartMs(nowMs);
  const watermarkMs = state?.watermarkMs ?? startMs;
  const asked = pullSpan({ startMs, watermarkMs }, settings, nowMs);
  const longestMs = Math.min(state?.facts.windowMs ?? settings.maxWindowMs, settings.maxWindowMs);
  const windows = [...windowsOf(asked, longestMs, settings.sourceTimeZone)];
  const minutes = (windows.length / settings.requestsPerMinute) * MINUTE_MS;
  const rows = windows
    .slice(0, WINDOWS_NAMED)
    .map(({ fromMs, toMs }) => [instant(fromMs), instant(toMs), span(toMs - fromMs)]);
  const others = windows.length - rows.length;
  return [
    `Account ${settings.accountId} would be asked for ${plural(windows.length, 'window')}, more if some must be split: at ${counted(settings.requestsPerMinute)} requests a minute ${about(minutes)}.`,
    ...(windows.length === 0
      ? []
      : tableLines([{ name: 'from' }, { name: 'to' }, { name: 'length', alignRight: true }], rows, {
          indent: '  ',
        })),
    ...(others > 0 ? [`  … and ${counted(others)} more`] : []),
  ];
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
