import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { HeadObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Window } from '../activity/window-plan.ts';
import type { Clock } from '../clock.ts';
import { BlockConflictError } from '../errors.ts';
import { isLostSwap } from './block-store.ts';

const TRIES = 5;

/** A response as it lies in the lake. */
export interface Landed {
  readonly key: string;
  /** When this response first arrived, epoch milliseconds: the `ingested_at` of its rows. */
  readonly pulledAtMs: number;
  /** What the time was then: `pulled-at`, or later where a user set the clock of the windows ahead. */
  readonly clockMs: number;
}

/** The evidence: every response a row came from, byte for byte, stored once and never changed. */
export class Landing {
  readonly #s3: S3Client;
  readonly #bucket: string;
  readonly #accountId: string;
  readonly #runId: string;
  readonly #clock: Clock;

  constructor(parts: {
    s3: S3Client;
    bucket: string;
    accountId: string;
    runId: string;
    clock: Clock;
  }) {
    this.#s3 = parts.s3;
    this.#bucket = parts.bucket;
    this.#accountId = parts.accountId;
    this.#runId = parts.runId;
    this.#clock = parts.clock;
  }

  /** Stores the response, unless the same bytes are there for the same window already. */
  async land(
    window: Window,
    body: Uint8Array,
    times: { readonly receivedAtMs: number; readonly nowMs: number },
  ): Promise<Landed> {
    const pulledAtMs = Math.floor(times.receivedAtMs);
    const clockMs = Math.max(pulledAtMs, Math.floor(times.nowMs));
    const key = landingKey(this.#accountId, window, body);
    const gzip = gzipSync(body);
    for (let tries = 1; tries <= TRIES; tries += 1) {
      try {
        // Two runs that pull the same bytes must agree on `pulled-at`, or their rows would differ:
        // the first to store them decides, the other reads what stands there.
        await this.#s3.send(
          new PutObjectCommand({
            Bucket: this.#bucket,
            Key: key,
            Body: gzip,
            ContentType: 'application/json',
            ContentEncoding: 'gzip',
            IfNoneMatch: '*',
            Metadata: {
              'pulled-at': new Date(pulledAtMs).toISOString(),
              clock: new Date(clockMs).toISOString(),
              'run-id': this.#runId,
              'window-from': new Date(window.fromMs).toISOString(),
              'window-to': new Date(window.toMs).toISOString(),
            },
          }),
        );
        return { key, pulledAtMs, clockMs };
      } catch (error) {
        if (!isLostSwap(error)) throw error;
      }
      const stored = await this.#stored(key);
      if (stored !== null) return stored;
      await this.#clock.sleep(Math.random() * 100 * 2 ** tries);
    }
    throw new BlockConflictError(
      `The landing object ${key} could not be stored in ${TRIES} tries: other writes kept interfering.`,
      'Nothing is lost; the next run pulls this window again.',
    );
  }

  async #stored(key: string): Promise<Landed | null> {
    try {
      const head = await this.#s3.send(new HeadObjectCommand({ Bucket: this.#bucket, Key: key }));
      const pulledAtMs = Date.parse(head.Metadata?.['pulled-at'] ?? '');
      const clockMs = Date.parse(head.Metadata?.clock ?? '');
      if (Number.isNaN(pulledAtMs + clockMs)) {
        throw new TypeError(`${key} has no pulled-at and clock in its metadata`);
      }
      return { key, pulledAtMs, clockMs };
    } catch (error) {
      if (isLostSwap(error)) return null;
      throw error;
    }
  }
}

/** `dt` is the day the window begins in; the name holds the window and the SHA-256 of the bytes. */
export function landingKey(accountId: string, { fromMs, toMs }: Window, body: Uint8Array): string {
  const basic = (ms: number) => new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '');
  const dt = new Date(fromMs).toISOString().slice(0, 10);
  const sha256 = createHash('sha256').update(body).digest('hex');
  return `landing/account_id=${accountId}/dt=${dt}/${basic(fromMs)}_${basic(toMs)}_${sha256}.json.gz`;
}
