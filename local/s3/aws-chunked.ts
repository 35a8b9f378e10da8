import { incompleteBody, S3Error } from './error.ts';

const MAX_LINE_BYTES = 8 * 1024;

/**
 * The payload of a body framed as `aws-chunked`, signed or not:
 *
 *     <hex size>[;chunk-signature=…]\r\n <bytes> \r\n … 0[;chunk-signature=…]\r\n <trailers> \r\n
 *
 * @param onTrailer gets each trailer, its name in lower case
 * @throws S3Error when the framing is broken or breaks off
 */
export async function* decodeAwsChunked(
  body: AsyncIterable<Buffer>,
  onTrailer: (name: string, value: string) => void,
): AsyncGenerator<Buffer> {
  const frames = new Frames(body);
  try {
    for (let size = await nextSize(frames); size > 0; size = await nextSize(frames)) {
      yield* frames.bytes(size);
      if ((await frames.line()) !== '') throw malformed('a chunk is longer than its size');
    }
    for (let line = await frames.line(); line !== ''; line = await frames.line()) {
      const colon = line.indexOf(':');
      if (colon < 1) throw malformed('a trailer has no name');
      onTrailer(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
    }
    if (!(await frames.atEnd())) throw malformed('bytes follow the last chunk');
  } finally {
    await frames.close();
  }
}

async function nextSize(frames: Frames): Promise<number> {
  const header = /^([0-9a-f]{1,8})(;chunk-signature=[0-9a-f]{64})?$/i.exec(await frames.line());
  if (header === null) throw malformed('a chunk has no size');
  return Number.parseInt(header[1] as string, 16);
}

const malformed = (problem: string) =>
  new S3Error(400, 'InvalidChunkFormatError', `The aws-chunked body is malformed: ${problem}.`);

/** Reads lines and counted bytes from a stream that is cut into buffers anywhere. */
class Frames {
  readonly #source: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  async line(): Promise<string> {
    let end = this.#rest.indexOf('\r\n');
    while (end < 0) {
      if (this.#rest.length > MAX_LINE_BYTES) throw malformed('a line is too long');
      const more = await this.#next();
      if (more === undefined) throw incompleteBody();
      this.#rest = Buffer.concat([this.#rest, more]);
      end = this.#rest.indexOf('\r\n');
    }
    const line = this.#rest.toString('latin1', 0, end);
    this.#rest = this.#rest.subarray(end + 2);
    return line;
  }

  async *bytes(count: number): AsyncGenerator<Buffer> {
    for (let left = count; left > 0; ) {
      if (this.#rest.length === 0) {
        const more = await this.#next();
        if (more === undefined) throw incompleteBody();
        this.#rest = more;
      }
      const part = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(part.length);
      left -= part.length;
      yield part;
    }
  }

  async atEnd(): Promise<boolean> {
    return this.#rest.length === 0 && (await this.#next()) === undefined;
  }

  /** Lets go of the source, read to its end or not. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }

  async #next(): Promise<Buffer | undefined> {
    const { done, value } = await this.#source.next();
    return done ? undefined : value;
  }
}
