/** What a run says line by line while it goes on; each becomes a line of its log. */
export interface Journal {
  request(line: RequestLine): void;
  window(line: WindowLine): void;
}

/** One request to the source. */
export interface RequestLine {
  readonly run_id: string;
  readonly asked: string;
  /** The answer's HTTP status, or what came instead of one. */
  readonly status: number | 'no answer';
  readonly duration_ms: number;
  /** Of the body of a 200, decompressed. */
  readonly bytes: number;
  /** 1 for the first request of a call, 2 for its first retry, … */
  readonly attempt: number;
}

/** One window whose rows are durable. */
export interface WindowLine {
  readonly run_id: string;
  /** ISO 8601, half-open. */
  readonly from: string;
  readonly to: string;
  /** Elements of the answer. */
  readonly rows: number;
  readonly new: number;
  readonly repeated: number;
  readonly rejected: number;
  readonly rejected_by_reason: Readonly<Record<string, number>>;
  readonly outside: number;
  /** The first 20 of them. */
  readonly unknown_envelope_fields: readonly string[];
  /** The response, byte for byte; its name ends in the SHA-256 of the bytes. */
  readonly landing_key: string;
  /** Blocks written. */
  readonly blocks: readonly { readonly key: string; readonly rows: number }[];
}
