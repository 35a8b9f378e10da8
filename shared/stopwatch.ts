import { type RunStep, type StepTimes, stepNames } from './checkpoint/run-steps.ts';
import type { Clock } from './clock.ts';

/** How long each step of a run takes. A run does one thing at a time, so its time goes into one step at a time. */
export class Stopwatch {
  /** So far, milliseconds. */
  readonly times = Object.fromEntries(stepNames.map((step) => [step, 0])) as StepTimes;
  readonly #clock: Clock;
  #step: RunStep | null = null;
  #sinceMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The time of a piece of work, whether it fails or not. A step within it takes its own time from it. */
  async during<T>(step: RunStep, work: () => T | Promise<T>): Promise<T> {
    const around = this.#step;
    this.#enter(step);
    try {
      return await work();
    } finally {
      this.#enter(around);
    }
  }

  #enter(step: RunStep | null): void {
    const nowMs = this.#clock.now();
    if (this.#step !== null) this.times[this.#step] += nowMs - this.#sinceMs;
    this.#step = step;
    this.#sinceMs = nowMs;
  }
}
