import type { HeldLog } from '../checkpoint/request-budget.ts';
import { HeldVersions } from '../lake/held-versions.ts';

/**
 * What a process remembers of an account from one run to the next, to ask AWS for less. It is believed only as far as what
 * is asked anyway proves it:
 *
 *     sentLog    the log of requests       by its version, when the next one is entered
 *     versions   bytes of blocks           by their name, which the pointer gives
 *     derived    what stays were made of   by the watermark and the run that moved it, and by the pointers of the blocks that were merged into
 */
export class Remembered {
  readonly sentLog: HeldLog = { held: null };
  readonly versions = new HeldVersions();
  derived: DerivedUpTo | null = null;
}

/** The stays of the day that a watermark lies in, as a run left them, and those before them. */
export interface DerivedUpTo {
  /** Up to where there is nothing that they do not tell. */
  readonly watermarkMs: number;
  /** The run that moved the watermark there. Another one may have moved it away and back, over what it did not read. */
  readonly watermarkRun: string | null;
  /** Up to where they tell it: later than this nothing happened. */
  readonly toldUntilMs: number;
  /** Local, `YYYY-MM-DD`. */
  readonly day: string;
  /** The versions that they were made of, by the keys of their pointers. */
  readonly madeOf: ReadonlyMap<string, string>;
}
