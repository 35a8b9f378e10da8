import { runCounts } from '../../shared/checkpoint/run-counts.ts';
import type { RunFailure, RunRecord } from '../../shared/checkpoint/run-ledger.ts';
import { stepNames } from '../../shared/checkpoint/run-steps.ts';
import type { RequestLine, WindowLine } from '../../shared/journal.ts';

/** The fields of one kind of line and what they mean; a name that ends in `.*` stands for several. */
type Fields<T extends object> = { readonly [name in keyof Required<T> & string]: string };

const run: Fields<RunRecord> = {
  run_id: 'The run.',
  account_id: 'Its account.',
  job: '`pull`, `backfill`, `reconcile` or `directory`.',
  code_version: 'Version and hash of the bundle.',
  started_at: 'When it began.',
  status: '`succeeded`, `stopped`, `superseded`, `waiting` or `failed`.',
  actor: 'Who ran it, when a person did.',
  reason: 'The reason that person gave.',
  ended_at: 'When it ended.',
  duration_ms: 'How long it took.',
  watermark_before: 'The watermark it found.',
  watermark_after: 'The watermark it left.',
  counts: `What it counted: ${Object.keys(runCounts)
    .map((name) => `\`counts.${name}\``)
    .join(', ')}; their meaning stands in [tables.md](tables.md#etl_runs).`,
  steps_ms: `How long each step of it took: ${stepNames.map((step) => `\`steps_ms.${step}\``).join(', ')}; what each is stands there, too.`,
  blocks: 'Each version of a block it wrote: `blocks.0.key`, `blocks.0.rows`, …',
  failure: 'What the line `run failed` or `run waits` says.',
};

const failure: Fields<RunFailure & { run_id: string }> = {
  run_id: 'The run; none when it failed before it began.',
  class: 'Which error: one for each thing a person would do differently.',
  message: 'What happened.',
  cause: 'What was underneath: its class and code.',
  next_action: 'What to do.',
  runbook: 'The section of [runbook.md](runbook.md) that says more.',
};

const window: Fields<WindowLine> = {
  run_id: 'The run.',
  from: 'The first instant of the window.',
  to: 'Its end, exclusive.',
  rows: 'Elements of the answer.',
  new: 'Events stored for the first time.',
  repeated: 'Events that were stored already, or listed twice in a row.',
  rejected: 'Rejected rows stored for the first time.',
  rejected_by_reason: 'All rejected rows by reason: `rejected_by_reason.time_not_understood`, …',
  outside: 'Rows whose times lie outside what was asked for.',
  unknown_envelope_fields:
    'Fields around the list of events that the API does not document: `unknown_envelope_fields.0`, …',
  landing_key: 'The response, byte for byte.',
  blocks: 'Each version of a block it wrote: `blocks.0.key`, `blocks.0.rows`, …',
};

const request: Fields<RequestLine> = {
  run_id: 'The run.',
  asked: 'What was asked for.',
  status: 'The HTTP status, or `no answer`.',
  duration_ms: 'Until the body was read.',
  bytes: 'Of the body of a 200.',
  attempt: '1 for the first request, 2 for its first retry, …',
};

/** The lines of the log, by their `message`: in which object their fields stand, and which these are. */
export const logLines = {
  run: { says: 'How a run ended: its record, complete.', under: 'run', fields: run },
  'run failed': { says: 'What to do about a run that failed.', under: 'failure', fields: failure },
  'run waits': {
    says: 'Nobody has filled the secret yet.',
    under: 'failure',
    fields: failure,
  },
  window: { says: 'A window is durable.', under: 'window', fields: window },
  request: { says: 'The source was asked.', under: 'request', fields: request },
} as const;

/** Beside these each line has those of the logger; queries use them. */
export const commonFields = {
  '@timestamp': 'When it was written.',
  '@logStream': 'The stream: which function, so which account.',
  level: '`INFO`, `WARN` or `ERROR`.',
  message: 'Which kind of line it is.',
  cold_start: 'Whether it was the first invocation of its process.',
} as const;
