import type { RejectionReason } from './event.ts';
import { misreadingOf } from './misread-times.ts';
import type { Parsed } from './parse.ts';
import type { SourceZone } from './source-zone.ts';
import type { Span } from './spans.ts';
import { ENOUGH_TIMES } from './zone-guard.ts';

/** These were understood. */
const OUT_OF_DATES = new Set<RejectionReason>(['time_ahead_of_clock', 'before_earliest_date']);

/** Why nothing of an answer may be merged. */
interface Refusal {
  readonly happened: string;
  readonly nextAction: string;
  /** Whether it is no fault when the source merely widens its windows. */
  readonly mayBeWidened: boolean;
}

/**
 * Whether the rows as a whole can't be what they seem; `null` when they can. A function of the bytes and
 * the settings alone, so that a replay refuses what a pull refused.
 */
export function refusalOf(parsed: Parsed, asked: Span, zone: SourceZone): Refusal | null {
  const { events, rejected, times } = parsed;
  const misreading = misreadingOf(times, asked, zone);
  if (misreading !== null) {
    const { because, ...rest } = misreading;
    const happened = `read as ${zone.name}, most of its ${times.length} times lie outside of it; ${because}`;
    return { happened, ...rest };
  }
  const broken = rejected.filter(({ reason }) => !OUT_OF_DATES.has(reason));
  if (events.length > 0 || broken.length < ENOUGH_TIMES) return null;
  const reasons = [...new Set(broken.map(({ reason }) => reason))].join(', ');
  return {
    happened: `none of its ${rejected.length} rows can be understood (${reasons})`,
    nextAction:
      'The format of the source has changed. Compare what it sends for this window with the documentation of the API.',
    mayBeWidened: false,
  };
}
