import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import {
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { ResponseFacts } from '../activity/answer-text.ts';
import { basicSecond, isoDay, isoInstant } from '../activity/instant.ts';
import type { Window } from '../activity/window-plan.ts';
import type { Clock } from '../clock.ts';
import { BlockConflictError, EvidenceError } from '../errors.ts';
import { isLostSwap, listKeys } from './block-store.ts';

const TRIES = 5;
/** Ends the name of the object beside a response. */
const WIDENED = '.widened';
/** The bucket's own policy is in the way. */
const HOW = 'docs/runbook.md#a-response-is-not-what-was-landed';
/** Of an object that an erasure rewrote: the SHA-256 of what it is now. Its name keeps that of what it was. */
const REWRITTEN = 'rewritten-sha256';

/** A response as it arrived. */
export interface Arrived extends ResponseFacts {
  readonly body: Uint8Array;
  readonly receivedAtMs: number;
}

/** A response as it lies in the lake. */
export interface Landed extends ResponseFacts {
  readonly key: string;
  /** When this response first arrived, epoch milliseconds: the `ingested_at` of its rows. */
  readonly pulledAtMs: number;
  /** What the time was then: `pulled-at`, or later where a user set the clock of the windows ahead. */
  readonly clockMs: number;
}

/** A response without somebody: what is to stand in its place. */
export interface Rewritten {
  readonly body: Uint8Array;
  readonly charset: string | null;
  /** The guards let it pass as it was, and would refuse what is left of it. */
  readonly passed: boolean;
}

/** A landing object as its key names it. */
export interface LandedKey {
  readonly key: string;
  readonly window: Window;
}

/** A response as it was received, and when. */
export interface LandedResponse extends Landed {
  readonly window: Window;
  readonly body: Uint8Array;
  /** It was rewritten, and had passed the guards before: they are not asked again. */
  readonly passed: boolean;
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

  /**
   * Stores the response, unless the same bytes are there for the same window already.
   *
   * @param nowMs what the clock says by which windows are planned
   */
  async land(window: Window, arrived: Arrived, nowMs: number): Promise<Landed> {
    return this.#store(landingKey(this.#accountId, window, arrived.body), window, arrived, nowMs);
  }

  /**
   * Stores a response that is no answer, for a person to look at: beside the others, and of no use to
   * a rebuild. The same bytes are stored once a day of event time, however often they come.
   */
  async keepRefused(window: Window, arrived: Arrived, nowMs: number): Promise<string> {
    const key = refusedKey(this.#accountId, window, arrived.body);
    return (await this.#store(key, window, arrived, nowMs)).key;
  }

  async #store(key: string, window: Window, arrived: Arrived, nowMs: number): Promise<Landed> {
    const { body, status, charset } = arrived;
    const pulledAtMs = Math.floor(arrived.receivedAtMs);
    const clockMs = Math.max(pulledAtMs, Math.floor(nowMs));
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
              'pulled-at': isoInstant(pulledAtMs),
              clock: isoInstant(clockMs),
              'run-id': this.#runId,
              'window-from': isoInstant(window.fromMs),
              'window-to': isoInstant(window.toMs),
              ...(status !== 200 && { status: String(status) }),
              ...(charset !== null && { charset: encodeURIComponent(charset) }),
            },
          }),
        );
        return { key, pulledAtMs, clockMs, status, charset };
      } catch (error) {
        if (!isLostSwap(error)) throw error;
      }
      const stored = await this.#stored(key, (metadata) => landedFrom(key, metadata));
      if (stored !== null) return stored;
      await this.#clock.sleep(Math.random() * 100 * 2 ** tries);
    }
    throw new BlockConflictError(
      `The landing object ${key} could not be stored in ${TRIES} tries: other writes kept interfering.`,
      'Nothing is lost; the next run pulls this window again.',
    );
  }

  /** The responses whose windows begin on a UTC day, `YYYY-MM-DD`. */
  async ofDay(day: string): Promise<readonly LandedKey[]> {
    return await this.#list(`dt=${day}/`);
  }

  /** All responses of the account, by the start of their windows. */
  async all(): Promise<readonly LandedKey[]> {
    return await this.#list('');
  }

  /**
   * @returns `null` when there is no such object
   * @throws EvidenceError when it is not what was landed
   */
  async read(key: string): Promise<LandedResponse | null> {
    return (await this.#get(key))?.response ?? null;
  }

  /**
   * Puts another body in the place of a response, under the same name, so that all its other rows go on
   * naming it: for an erasure, and nobody else may. Its metadata says by which run, and what is there now.
   *
   * @param change `null` leaves it as it is
   * @returns whether it was rewritten
   * @throws EvidenceError when it is not what was landed
   */
  async rewrite(key: string, change: (landed: LandedResponse) => Rewritten | null) {
    for (let tries = 1; tries <= TRIES; tries += 1) {
      const found = await this.#get(key);
      const rewritten = found === null ? null : change(found.response);
      if (found === null || rewritten === null) return false;
      const { charset: _, passed: __, ...metadata } = found.metadata;
      try {
        await this.#s3.send(
          new PutObjectCommand({
            ...{ Bucket: this.#bucket, Key: key, Body: gzipSync(rewritten.body) },
            ...{ ContentType: 'application/json', ContentEncoding: 'gzip' },
            IfMatch: found.etag,
            Metadata: {
              ...metadata,
              [REWRITTEN]: sha256Of(rewritten.body),
              'rewritten-by': this.#runId,
              ...(rewritten.passed && { passed: 'yes' }),
              ...(rewritten.charset !== null && {
                charset: encodeURIComponent(rewritten.charset),
              }),
            },
          }),
        );
        return true;
      } catch (error) {
        if (!isLostSwap(error)) throw error;
      }
    }
    throw new BlockConflictError(
      `The landing object ${key} changed under this run ${TRIES} times in a row.`,
      'Run it again when no other erasure is under way.',
    );
  }

  async #get(key: string) {
    const name = readName(key);
    if (name === null) return null;
    try {
      const object = await this.#s3.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }));
      const gzip = (await object.Body?.transformToByteArray()) ?? new Uint8Array();
      const body = gunzipSync(gzip);
      const { ETag: etag, Metadata: metadata = {} } = object;
      if (sha256Of(body) !== (metadata[REWRITTEN] ?? name.sha256)) {
        throw new EvidenceError(
          `The bytes of the landing object ${key} are not those its name says (SHA-256).`,
          `It was changed after it was landed. Put the original back: ${HOW}.`,
        );
      }
      const passed = metadata.passed !== undefined;
      const response = { ...landedFrom(key, metadata), window: name.window, body, passed };
      return { response, etag, metadata };
    } catch (error) {
      if (isLostSwap(error)) return null;
      throw error;
    }
  }

  /** Says of a response that the source widened its window, so that rows outside are no fault. */
  async markWidened(key: string): Promise<void> {
    try {
      const Key = `${key}${WIDENED}`;
      await this.#s3.send(
        new PutObjectCommand({
          Bucket: this.#bucket,
          Key,
          Body: 'The source widened this window.\n',
          IfNoneMatch: '*',
        }),
      );
    } catch (error) {
      if (!isLostSwap(error)) throw error;
    }
  }

  async isWidened(key: string): Promise<boolean> {
    return (await this.#stored(`${key}${WIDENED}`, () => true)) ?? false;
  }

  async #list(within: string): Promise<readonly LandedKey[]> {
    const prefix = `landing/account_id=${this.#accountId}/${within}`;
    const keys = await listKeys(this.#s3, this.#bucket, prefix);
    return keys.map(readName).filter((name) => name !== null);
  }

  async #stored<T>(
    key: string,
    read: (metadata: Record<string, string> | undefined) => T,
  ): Promise<T | null> {
    try {
      const head = await this.#s3.send(new HeadObjectCommand({ Bucket: this.#bucket, Key: key }));
      return read(head.Metadata);
    } catch (error) {
      if (isLostSwap(error)) return null;
      throw error;
    }
  }
}

function sha256Of(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}

function landedFrom(key: string, metadata: Record<string, string> | undefined): Landed {
  const pulledAtMs = Date.parse(metadata?.['pulled-at'] ?? '');
  const clockMs = Date.parse(metadata?.clock ?? '');
  if (Number.isNaN(pulledAtMs + clockMs)) {
    throw new EvidenceError(
      `The landing object ${key} has no pulled-at and clock in its metadata.`,
      `It was not written by this product, or was copied without its metadata. Put the original back: ${HOW}.`,
    );
  }
  return {
    key,
    pulledAtMs,
    clockMs,
    status: Number(metadata?.status ?? 200),
    charset: metadata?.charset === undefined ? null : decodeURIComponent(metadata.charset),
  };
}

const NAME = /\/(\d{8}T\d{6}Z)_(\d{8}T\d{6}Z)_([0-9a-f]{64})\.json\.gz$/;

/** The window that the key of a landing object names, be the object there or not; `null` when it is none. */
export function landedKey(key: string): LandedKey | null {
  return readName(key);
}

/** What the name of a landing object says; `null` when it is none. */
function readName(key: string): (LandedKey & { readonly sha256: string }) | null {
  const [, from, to, sha256] = NAME.exec(key) ?? [];
  if (from === undefined || to === undefined || sha256 === undefined) return null;
  const ms = (basic: string) =>
    Date.parse(basic.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)$/, '$1-$2-$3:$4:$5'));
  return { key, window: { fromMs: ms(from), toMs: ms(to) }, sha256 };
}

/** In the day the window begins in; its name is none that a rebuild reads. */
function refusedKey(accountId: string, { fromMs }: Window, body: Uint8Array): string {
  return `landing/account_id=${accountId}/dt=${isoDay(fromMs)}/refused_${sha256Of(body)}.gz`;
}

/** `dt` is the day the window begins in; the name holds the window and the SHA-256 of the bytes. */
export function landingKey(accountId: string, { fromMs, toMs }: Window, body: Uint8Array): string {
  const dt = isoDay(fromMs);
  return `landing/account_id=${accountId}/dt=${dt}/${basicSecond(fromMs)}_${basicSecond(toMs)}_${sha256Of(body)}.json.gz`;
}
