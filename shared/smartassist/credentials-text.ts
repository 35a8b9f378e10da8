/**
 * The text of a file or a binary secret, whatever it was saved as: UTF-8 or UTF-16 in either order of
 * bytes, with a byte order mark or without. JSON begins with ASCII, so a NUL beside the first character
 * says which.
 *
 * @returns `null` when it is no text
 */
export function textOfCredentials(bytes: Uint8Array): string | null {
  const [first, second] = bytes;
  const encoding =
    (first === 0xff && second === 0xfe) || (second === 0 && first !== 0)
      ? 'utf-16le'
      : (first === 0xfe && second === 0xff) || (first === 0 && second !== 0)
        ? 'utf-16be'
        : 'utf-8';
  try {
    // It takes a byte order mark away.
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
