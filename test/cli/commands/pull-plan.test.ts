import { pullWindows } from '../../../cli/commands/pull/plan.ts';
import { DAY_MS, HOUR_MS } from '../../../shared/activity/instant.ts';
import { nothingLearned } from '../../../shared/checkpoint/checkpoint.ts';
import { accountSettingsSchema, parseSettings } from '../../../shared/settings.ts';

const startMs = Date.parse('2026-01-05T00:00:00Z');
const nowMs = startMs + 3 * DAY_MS;
const settings = parseSettings(
  accountSettingsSchema,
  {
    ...{ accountId: 'a', host: 'smartassist.kore.ai', bucket: 'lake', lookback: '1h' },
    ...{ checkpointTable: 'checkpoint', credentialsSecret: 'secret', settleDelay: '0s' },
  },
  'a test',
);
const state = {
  ...{ startMs, watermarkMs: startMs + 2 * DAY_MS, sourceTimeZone: 'UTC', skipped: [] },
  ...{ keptFromMs: Number.NEGATIVE_INFINITY, erased: new Set<string>(), facts: nothingLearned },
  ...{ replayingZone: null, bound: true },
};

describe('the windows that a pull begins with', () => {
  it('follow each other from a lookback behind the watermark up to now, none longer than allowed', () => {
    const windows = pullWindows(settings, state, nowMs);
    expect(windows[0]?.fromMs).toBe(state.watermarkMs - HOUR_MS);
    expect(windows.at(-1)?.toMs).toBe(nowMs);
    for (const [index, { fromMs, toMs }] of windows.entries()) {
      expect(fromMs).toBe(index === 0 ? state.watermarkMs - HOUR_MS : windows[index - 1]?.toMs);
      expect(toMs - fromMs).toBeLessThanOrEqual(6 * HOUR_MS);
    }
  });

  it('leave out what has expired, as the pull does', () => {
    const keptFromMs = startMs + DAY_MS;
    const before = { ...state, watermarkMs: startMs, keptFromMs };
    expect(pullWindows(settings, before, nowMs)[0]?.fromMs).toBe(keptFromMs);
  });

  it('are none when all was pulled', () => {
    const short = { ...settings, lookbackMs: 0 };
    expect(pullWindows(short, { ...state, watermarkMs: nowMs }, nowMs)).toEqual([]);
  });
});
