import {
  basicSecond,
  secondAtOrAfter,
  secondAtOrBefore,
} from '../../../shared/activity/instant.ts';
import type { Span } from '../../../shared/activity/spans.ts';
import { SettingsError } from '../../../shared/errors.ts';
import type { AccountSettings } from '../../../shared/settings.ts';
import { instant } from '../../terminal/wording.ts';

/**
 * What a backfill is to read: parts of seconds are rounded outward, for windows are of whole ones.
 *
 * @param keptFromMs what is older has expired, or would the next night, epoch milliseconds
 * @param deployed whether a stack's settings limit it, which are changed in cdk.json
 * @throws SettingsError when there is nothing to read, or it can't be read or stored
 */
export function backfillSpan(
  asked: Span,
  settings: Pick<AccountSettings, 'earliestDateMs' | 'settleDelayMs'>,
  { nowMs, keptFromMs }: { readonly nowMs: number; readonly keptFromMs: number },
  deployed: boolean,
): Span {
  const fromMs = secondAtOrBefore(asked.fromMs);
  const toMs = secondAtOrAfter(asked.toMs);
  if (fromMs >= toMs) {
    throw new SettingsError(
      `--from ${instant(fromMs)} is not before --to ${instant(toMs)}.`,
      'Let --from be the first instant to read, and --to the end.',
    );
  }
  const settledMs = nowMs - settings.settleDelayMs;
  if (toMs > settledMs) {
    throw new SettingsError(
      `--to is ${instant(toMs)}, but what is later than ${instant(settledMs)} has not settled yet.`,
      'Let --to be earlier. What is newer is for `pull`.',
    );
  }
  if (fromMs < settings.earliestDateMs) {
    const where = deployed ? '"earliestDate" in cdk.json, deploy,' : '--earliest-date';
    throw new SettingsError(
      `--from is ${instant(fromMs)}, but the earliest date is ${instant(settings.earliestDateMs)}: all before it would be rejected.`,
      `Let --from be later, or change ${where} and try again.`,
    );
  }
  if (fromMs < keptFromMs) {
    throw new SettingsError(
      `--from is ${instant(fromMs)}, but rows of days before ${instant(keptFromMs)} expire (\`keepRows\`): they would go the next night.`,
      'Let --from be later. What has expired does not come back; another `keepRows` holds for what comes after.',
    );
  }
  return { fromMs, toMs };
}

/** `20240101_20240201`, with the time of day where it is not midnight: `20240101T080000Z_20240201`. */
export function backfillName({ fromMs, toMs }: Span): string {
  const compact = (ms: number) => basicSecond(ms).replace('T000000Z', '');
  return `${compact(fromMs)}_${compact(toMs)}`;
}
