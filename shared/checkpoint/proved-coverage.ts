import { type Span, subtractSpans, unionOfSpans } from '../activity/spans.ts';
import { askedFor } from '../activity/window-plan.ts';

/** A landed response, and what the blocks say of it. */
export interface LandedEvidence {
  readonly window: Span;
  /** When it arrived, epoch milliseconds. */
  readonly pulledAtMs: number;
  /** Whether every row that it gives is stored. It may have landed and not been merged: its run was killed between. */
  readonly isStored: boolean;
}

/** A move of the watermark that a run recorded, epoch milliseconds. */
export interface WatermarkStep extends Span {
  readonly endedAtMs: number;
  /** Whether it was made by reading; others were made by hand. */
  readonly isRead: boolean;
}

export interface Evidence {
  readonly responses: readonly LandedEvidence[];
  /** Windows of responses that stored rows name, but that are gone. */
  readonly gone: readonly Span[];
  /** Of the runs whose blocks are there, in any order. */
  readonly steps: readonly WatermarkStep[];
  readonly nowMs: number;
}

/** A part of event time that was asked for once, and of which nothing proves that it is read whole and stored. */
export interface Doubt extends Span {
  /** `not stored`: a response of it gives rows that no block has. `gone`: stored rows name a response of it that is gone. */
  readonly kind: 'not stored' | 'gone';
}

export interface ProvedCoverage {
  /** Where the history begins. */
  readonly startMs: number;
  /** The end of the last span that is proved. */
  readonly watermarkMs: number;
  /** What between them is not proved: it counts as never read. */
  readonly skipped: readonly Span[];
  /** Of that, and of what lies before it, the spans that may have been read. Behind the watermark a pull reads anyway. */
  readonly doubts: readonly Doubt[];
}

/**
 * What of event time is read whole and merged for certain. A span is when a response of it landed, which
 * only whole ones do, and all its rows are stored; or when a run recorded that it moved the watermark over
 * it. It is not while any other response of it holds rows that are not stored.
 *
 * @returns `null` when nothing is
 */
export function provedCoverage({ responses, gone, steps, nowMs }: Evidence): ProvedCoverage | null {
  const notStored = responses
    .filter(({ isStored }) => !isStored)
    // Its rows may lie in the seconds that were asked for beside it.
    .map(({ window }) => askedFor(window));
  const stored = responses
    // One that was asked for before its window had ended, by a clock that ran ahead, was not whole.
    .filter((each) => each.isStored && each.window.toMs <= Math.min(each.pulledAtMs, nowMs))
    .map(({ window }) => window);
  const covered = subtractSpans([...stored, ...movedOver(steps)], notStored);
  const [first, last] = [covered.at(0), covered.at(-1)];
  if (first === undefined || last === undefined) return null;
  const watermarkMs = last.toMs;
  const behind = [{ fromMs: watermarkMs, toMs: Number.POSITIVE_INFINITY }];
  const within = (spans: readonly Span[]) => subtractSpans(spans, [...covered, ...behind]);
  const doubts: Doubt[] = [
    ...within(notStored).map((span) => ({ ...span, kind: 'not stored' as const })),
    ...subtractSpans(within(gone), notStored).map((span) => ({ ...span, kind: 'gone' as const })),
  ].sort((a, b) => a.fromMs - b.fromMs);
  const startMs = Math.min(first.fromMs, doubts[0]?.fromMs ?? first.fromMs);
  const skipped = subtractSpans([{ fromMs: startMs, toMs: watermarkMs }], covered);
  return { startMs, watermarkMs, skipped, doubts };
}

/** What runs moved the watermark over and nobody moved it back over since. */
function movedOver(steps: readonly WatermarkStep[]): readonly Span[] {
  let spans: readonly Span[] = [];
  for (const { fromMs, toMs, endedAtMs, isRead } of [...steps].sort(
    (a, b) => a.endedAtMs - b.endedAtMs,
  )) {
    if (toMs < fromMs) spans = subtractSpans(spans, [{ fromMs: toMs, toMs: fromMs }]);
    else if (isRead && toMs <= endedAtMs) spans = unionOfSpans([...spans, { fromMs, toMs }]);
  }
  return spans;
}
