import { ResponseTooLargeError } from '../errors.ts';

/**
 * The decoded body. The limit holds for the length the source declares and for the bytes that
 * really come, after decompression.
 * @throws ResponseTooLargeError
 */
export async function readBody(
  response: Response,
  maxBytes: number,
  asked: string,
): Promise<Buffer> {
  const tooLarge = () =>
    new ResponseTooLargeError(
      `${asked}: the answer is larger than the limit of ${maxBytes} bytes.`,
      'Ask for a smaller window, or raise the limit: `maxResponseMegabytes`.',
      maxBytes,
    );
  if (Number(response.headers.get('content-length')) > maxBytes) {
    await response.body?.cancel();
    throw tooLarge();
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/** What `Content-Type` says, in lower case; `null` when it says nothing. */
export function charsetOf(response: Response): string | null {
  const type = response.headers.get('content-type') ?? '';
  const [, quoted, bare] = /;\s*charset\s*=\s*(?:"([^"]*)"|([^\s;"]+))/i.exec(type) ?? [];
  return (quoted ?? bare)?.trim().toLowerCase() || null;
}
