/**
 * A number in [0, 1) that depends on nothing but `parts`, so what befalls an event is the same
 * whenever and however often it is asked for.
 */
export function draw(...parts: readonly (string | number)[]): number {
  return hash(parts) / 2 ** 32;
}

/** An endless series of numbers in [0, 1), always the same for the same `parts`. */
export function drawsFrom(...parts: readonly (string | number)[]): () => number {
  let state = hash(parts);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    return scramble(state) / 2 ** 32;
  };
}

/** FNV-1a over the UTF-16 units. */
function hash(parts: readonly (string | number)[]): number {
  const text = parts.join('|');
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return scramble(h);
}

/** The finalizer of MurmurHash3: neighbouring inputs end far apart. */
function scramble(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
