import { MINUTE_MS } from '../../shared/activity/instant.ts';
import type { Span } from '../../shared/activity/spans.ts';
import type { CheckpointState } from '../../shared/checkpoint/checkpoint.ts';
import type { AccountSettings } from '../../shared/settings.ts';
import { plural, span } from '../terminal/wording.ts';

/** How long windows take that are asked for one by one, if none must be split. */
export interface Estimate {
  readonly windows: number;
  readonly perMinute: number;
  readonly ms: number;
}

/** @param perMinute how many requests may be sent */
export function estimateOf(windows: number, perMinute: number): Estimate {
  return { windows, perMinute, ms: (windows / perMinute) * MINUTE_MS };
}

/** In how many windows of a size a span is read. */
export function windowsIn({ fromMs, toMs }: Span, windowMs: number): number {
  return Math.ceil((toMs - fromMs) / windowMs);
}

/** The longest window that the source was seen to answer whole, milliseconds. */
export function longestWindowMs(
  { maxWindowMs }: Pick<AccountSettings, 'maxWindowMs'>,
  state: Pick<CheckpointState, 'facts'> | null,
): number {
  return Math.min(state?.facts.windowMs ?? maxWindowMs, maxWindowMs);
}

/** `about 4,384 requests; at 15 a minute that takes 4 h 52 m, more if windows must be split` */
export function estimateWords({ windows, perMinute, ms }: Estimate): string {
  return `about ${plural(windows, 'request')}; at ${perMinute} a minute that takes ${about(ms)}, more if windows must be split`;
}

export function about(ms: number): string {
  return ms < MINUTE_MS ? 'less than a minute' : span(ms);
}
