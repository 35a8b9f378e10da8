import { isKnownActivity } from '../activity/event.ts';
import { DAY_MS, isoInstant, secondAtOrBefore, startOfDay } from '../activity/instant.ts';
import { RowCapWatch } from '../activity/row-cap.ts';
import type { Span } from '../activity/spans.ts';
import { halves, named, nextWindow, type Window } from '../activity/window-plan.ts';
import type { CheckpointState } from '../checkpoint/checkpoint.ts';
import type { SourceFacts } from '../checkpoint/source-facts.ts';
import { OutOfTimeError } from '../errors.ts';
import type { WindowLine } from '../journal.ts';
import { countRows, countWhere } from '../lake/columns.ts';
import { notStoredBeside } from '../lake/rejected.ts';
import { agentActivity, rejectedActivity } from '../lake/tables.ts';
import { deriveBehind } from '../run/derive.ts';
import { holdsRows, type LakeRun, type Pipeline, storeRows, touch } from '../run/lake-run.ts';
import { provedLimit, type ReadWindow, readWindow } from './read-window.ts';

/** Below this the run begins no further window, milliseconds. */
const TIME_FOR_A_WINDOW_MS = 20_000;
const FIELDS_NAMED = 20;

/** What tells one path through the pipeline from another: its windows, and what their end means. */
interface Path {
  /** What is still to be read. */
  readonly span: Span;
  /** The longest window that may begin here, milliseconds. */
  readonly longestMs: () => number;
  /** An event stored for the first time came late if it is older than this, epoch milliseconds. */
  readonly lateBeforeMs: number;
  /** The rows of a window are durable: move the cursor of this path. */
  readonly advance: (window: Window, read: ReadWindow) => Promise<void>;
}

/**
 * The one protocol, whatever the path: plan, pull, land, parse, merge, advance, window by window,
 * oldest first, and derive, once for each local day that it leaves behind. At-least-once pulls give exactly-once rows, because merging is idempotent and the
 * cursor moves only after what it passes is durable.
 *
 * @throws OutOfTimeError when little time is left: what is durable stays, the next run goes on
 * @throws CheckpointConflictError when another run moved the cursor first
 */
export async function readSpan(pipeline: Pipeline, facts: SourceFacts, path: Path): Promise<void> {
  const { zone, clock, deadlineMs, signal, counts, stopwatch } = pipeline;
  const caps = new RowCapWatch();
  const split: Window[] = [];
  const next = (fromMs: number) =>
    split.pop() ??
    nextWindow({ span: { ...path.span, fromMs }, longestMs: path.longestMs(), zone });

  for (let due = next(path.span.fromMs); due !== null; ) {
    const window = due;
    signal?.throwIfAborted();
    if (deadlineMs - clock.now() < TIME_FOR_A_WINDOW_MS) {
      throw new OutOfTimeError(
        `The run's time is used up before ${named(window)}.`,
        'Nothing needs to be done: the next run goes on where this one stopped.',
      );
    }
    const read = await readWindow(pipeline, window, facts, caps);
    if (read === 'cut') {
      const [first, second] = halves(window) as readonly [Window, Window];
      split.push(second);
      counts.windows_split += 1;
      due = first;
      continue;
    }
    const line = await stopwatch.during('merge', () =>
      merge(pipeline, window, read, path.lateBeforeMs),
    );
    pipeline.journal?.window(line);
    counts.windows += 1;
    const suspected = caps.read(window, read.digests);
    const cap = suspected === null ? null : await provedLimit(pipeline, facts, suspected);
    await stopwatch.during('advance', async () => {
      await facts.windowRead(window, read.rows, cap);
      await path.advance(window, read);
    });
    // Also where nothing was new: an earlier run may have stored it, and died.
    touch(pipeline, window);
    due = next(window.toMs);
    // What the last one leaves behind the end of the run derives.
    if (due !== null) await deriveBehind(pipeline, window);
  }
}

async function merge(
  pipeline: Pipeline,
  window: Window,
  { parsed, landed, unknownFields }: ReadWindow,
  lateBeforeMs: number,
): Promise<WindowLine> {
  const { runId, counts, blocks, settings, checkpoint } = pipeline;
  if (parsed.events.length + parsed.rejected.length > 0) await checkpoint.bind();
  const events = await storeRows(pipeline, agentActivity, parsed.events);
  const found = await notStoredBeside(blocks, settings.accountId, parsed.rejected);
  const rejected = await storeRows(pipeline, rejectedActivity, found);
  const writtenNow = [...events.blocks, ...rejected.blocks];
  const repeated = events.repeated + parsed.repeated;
  counts.events += parsed.events.length + parsed.repeated;
  const added = countRows(events.added);
  counts.new += added;
  counts.late += countWhere(events.added, 'event_time', (ms) => Number(ms) < lateBeforeMs);
  counts.unknown_activity += countWhere(
    events.added,
    'activity',
    (name) => !isKnownActivity(`${name}`),
  );
  counts.repeated += repeated;
  const rejectedNow = countRows(rejected.added);
  counts.rejected += rejectedNow;
  counts.outside += parsed.outside;
  counts.unknown_fields += parsed.unknownFields;
  counts.unknown_envelope_fields += unknownFields.length;
  const reasons: Record<string, number> = {};
  for (const { reason } of parsed.rejected) reasons[reason] = (reasons[reason] ?? 0) + 1;
  return {
    run_id: runId,
    from: isoInstant(window.fromMs),
    to: isoInstant(window.toMs),
    rows: parsed.events.length + parsed.repeated + parsed.rejected.length,
    new: added,
    repeated,
    rejected: rejectedNow,
    rejected_by_reason: reasons,
    outside: parsed.outside,
    unknown_envelope_fields: unknownFields.slice(0, FIELDS_NAMED),
    landing_key: landed.key,
    blocks: writtenNow.map(({ key, rows }) => ({ key, rows })),
  };
}

/** Where a history begins when nothing says otherwise: with yesterday, so that it has a whole day at once. */
export function defaultStartMs(nowMs: number): number {
  return startOfDay(nowMs - DAY_MS);
}

/**
 * The account's checkpoint, made when this is its first run: history then begins at `start`.
 *
 * @throws SettingsError when the settings do not go with what is stored
 * @throws CheckpointLostError when rows are stored, and no checkpoint knows of them
 */
export async function openCheckpoint({
  settings,
  checkpoint,
  blocks,
  planAtMs,
  stopwatch,
}: LakeRun): Promise<CheckpointState> {
  const { accountId, startMs, earliestDateMs, sourceTimeZone } = settings;
  return stopwatch.during('plan', () =>
    checkpoint.open({
      // Windows are of whole seconds: what is said to be read must begin where the first of them does.
      startMs: startMs === undefined ? startMs : secondAtOrBefore(startMs),
      byDefaultMs: defaultStartMs(planAtMs()),
      sourceTimeZone,
      earliestMs: earliestDateMs,
      nowMs: planAtMs(),
      holdsRows: () => holdsRows(blocks, accountId),
    }),
  );
}
