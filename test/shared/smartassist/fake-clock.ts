import type { Clock } from '../../../shared/clock.ts';

/** Time passes only by sleeping, and at once. */
export class FakeClock implements Clock {
  readonly slept: number[] = [];
  nowMs = Date.parse('2026-03-02T10:00:00Z');

  now(): number {
    return this.nowMs;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.slept.push(ms);
    this.nowMs += ms;
  }
}
