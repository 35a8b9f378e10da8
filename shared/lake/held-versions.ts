/** Of all blocks together: a day of four million events. */
const MOST_BYTES = 16 * 1_024 * 1_024;

/**
 * Of each block the bytes of the version that was read or written last. A version never changes, so they need not be read again;
 * whether it is the current one its pointer tells, which is.
 */
export class HeldVersions {
  readonly #held = new Map<string, { readonly version: string; readonly bytes: Uint8Array }>();
  #size = 0;

  get(version: string): Uint8Array | null {
    const held = this.#held.get(blockOf(version));
    return held?.version === version ? held.bytes : null;
  }

  hold(version: string, bytes: Uint8Array): void {
    this.#drop(blockOf(version));
    if (bytes.byteLength > MOST_BYTES) return;
    this.#held.set(blockOf(version), { version, bytes });
    this.#size += bytes.byteLength;
    for (const block of this.#held.keys()) if (this.#size > MOST_BYTES) this.#drop(block);
  }

  #drop(block: string): void {
    this.#size -= this.#held.get(block)?.bytes.byteLength ?? 0;
    this.#held.delete(block);
  }
}

/** What of the key of a version is that of its block. */
const blockOf = (version: string) => version.slice(0, version.lastIndexOf('/'));
