/**
 * One class per thing a person would do differently about it. Every message says what happened;
 * `nextAction` says what to do. Neither ever holds a credential or a token.
 */
export abstract class ActivityLakeError extends Error {
  /** Written out in each class: the name stands in the run ledger, and minifying would change it. */
  abstract override readonly name: string;
  readonly nextAction: string;

  constructor(message: string, nextAction: string, options?: ErrorOptions) {
    super(message, options);
    this.nextAction = nextAction;
  }
}

/** A setting is wrong: the message names the field, the value and what is allowed. */
export class SettingsError extends ActivityLakeError {
  override readonly name = 'SettingsError';
}

/** The credentials are unreadable, malformed, or refused by the source (401, 403). */
export class CredentialsError extends ActivityLakeError {
  override readonly name = 'CredentialsError';
}

/** The secret holds no credentials yet. Not a failure: runs wait until somebody fills it. */
export class CredentialsAwaitedError extends ActivityLakeError {
  override readonly name = 'CredentialsAwaitedError';
}

/** The source refuses the request as it stands (400, 404, …): host, account id or scope is wrong. */
export class RequestRefusedError extends ActivityLakeError {
  override readonly name = 'RequestRefusedError';
}

/** The source still answers 429 after every retry the run had time for. */
export class RateLimitedError extends ActivityLakeError {
  override readonly name = 'RateLimitedError';
}

/** The source could not be reached, broke off or answered 5xx after every retry. */
export class SourceUnavailableError extends ActivityLakeError {
  override readonly name: string = 'SourceUnavailableError';
}

/** The source did not answer in time after every retry. A smaller window may be answered. */
export class SourceTimeoutError extends SourceUnavailableError {
  override readonly name = 'SourceTimeoutError';
}

/** The answer is larger than this product takes (413, or over the size limit): ask for less. */
export class ResponseTooLargeError extends ActivityLakeError {
  override readonly name = 'ResponseTooLargeError';
  /** Ours; `null` when the source itself refuses. */
  readonly limitBytes: number | null;

  constructor(message: string, nextAction: string, limitBytes: number | null) {
    super(message, nextAction);
    this.limitBytes = limitBytes;
  }
}

/** The source answered, but not with what the Agent Activity API promises. Nothing was merged. */
export class SourceContractError extends ActivityLakeError {
  override readonly name = 'SourceContractError';
}

/** Another run moved the watermark first. Not a failure: the rows of both runs are stored once. */
export class CheckpointConflictError extends ActivityLakeError {
  override readonly name = 'CheckpointConflictError';
}

/** Rows are stored, but nothing says any more how far they were read. */
export class CheckpointLostError extends ActivityLakeError {
  override readonly name = 'CheckpointLostError';
}

/** The watermark lies ahead of the clock: until then, nothing would be pulled, and nobody would notice. */
export class WatermarkAheadError extends ActivityLakeError {
  override readonly name = 'WatermarkAheadError';
}

/** A block kept changing under this run: every compare-and-swap of its bounded tries lost. */
export class BlockConflictError extends ActivityLakeError {
  override readonly name = 'BlockConflictError';
}

/** The version of a block that its pointer names is gone: what it held must be brought back. */
export class BlockLostError extends ActivityLakeError {
  override readonly name = 'BlockLostError';
}

/** The bytes that rows came from are missing, or are not what was landed. */
export class EvidenceError extends ActivityLakeError {
  override readonly name = 'EvidenceError';
}

/** The run's time is used up. Not a failure: what is durable stays, the next run goes on. */
export class OutOfTimeError extends ActivityLakeError {
  override readonly name = 'OutOfTimeError';
}

/** DuckDB or Athena can't answer the query. */
export class QueryError extends ActivityLakeError {
  override readonly name = 'QueryError';
}
