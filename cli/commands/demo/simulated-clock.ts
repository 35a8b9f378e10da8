import { type Clock, systemClock } from '../../../shared/clock.ts';

/** A clock that shows a simulated instant, epoch milliseconds, and goes on from there as the real one does. */
export function clockFrom(ms: number): Clock {
  const begunMs = systemClock.now();
  return { now: () => ms + systemClock.now() - begunMs, sleep: systemClock.sleep };
}
