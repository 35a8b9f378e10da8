/*
 * Parquet's hybrid of run lengths and bit packing, in which small whole numbers are stored: codes of a
 * dictionary, and which rows are null.
 */

/** Equal values in a row that are worth a run of their own. */
const RUN = 8;

/** Bits that a number up to `greatest` needs. */
export function bitWidth(greatest: number): number {
  return 32 - Math.clz32(greatest);
}

/**
 * @param width bits of a value
 * @param before bytes that are to stand before the values
 * @throws RangeError when it is more than 24
 */
export function encodeHybrid(
  values: Int32Array,
  width: number,
  before: Uint8Array = new Uint8Array(),
): Uint8Array {
  if (width > 24) throw new RangeError(`${width} bits a value are more than can be packed`);
  // Packed, eight values are a group of `width` bytes; a run or a header is shorter than the values it stands for.
  const out = new Uint8Array(Math.ceil(values.length / 8) * (width + 1) + before.length + 16);
  out.set(before);
  let at = before.length;
  const varint = (value: number) => {
    let rest = value;
    for (; rest >= 128; rest >>>= 7) out[at++] = (rest & 0x7f) | 0x80;
    out[at++] = rest;
  };
  const packed = (start: number, end: number) => {
    if (start === end) return;
    const groups = Math.ceil((end - start) / 8);
    varint((groups << 1) | 1);
    let buffer = 0;
    let bits = 0;
    for (let i = start; i < start + groups * 8; i += 1) {
      buffer |= (i < values.length ? (values[i] as number) : 0) << bits;
      for (bits += width; bits >= 8; bits -= 8) {
        out[at++] = buffer;
        buffer >>>= 8;
      }
    }
  };
  let packedFrom = 0;
  let i = 0;
  while (i < values.length) {
    const value = values[i] as number;
    let end = i + 1;
    while (end < values.length && values[end] === value) end += 1;
    if (end - i < RUN) {
      i += 8;
      continue;
    }
    packed(packedFrom, i);
    varint((end - i) << 1);
    for (let shift = 0; shift < width; shift += 8) out[at++] = value >> shift;
    i = end;
    packedFrom = end;
  }
  packed(packedFrom, values.length);
  return out.subarray(0, at);
}

/** @throws RangeError when the bytes end before `count` values */
export function decodeHybrid(bytes: Uint8Array, width: number, count: number): Int32Array {
  const values = new Int32Array(count);
  const mask = 2 ** width - 1;
  let at = 0;
  let i = 0;
  while (i < count) {
    if (at >= bytes.length) throw new RangeError(`the bytes end at value ${i} of ${count}`);
    let head = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] ?? 0;
      head |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    if ((head & 1) === 0) {
      let value = 0;
      for (let shift = 0; shift < width; shift += 8) value |= (bytes[at++] ?? 0) << shift;
      const end = Math.min(count, i + (head >>> 1));
      if (end === i) throw new RangeError('a run of no value');
      values.fill(value, i, end);
      i = end;
      continue;
    }
    const end = Math.min(count, i + (head >>> 1) * 8);
    const next = at + (head >>> 1) * width;
    if (end === i || next > bytes.length) throw new RangeError(`the bytes end at value ${i}`);
    let buffer = 0;
    let bits = 0;
    for (; i < end; i += 1) {
      for (; bits < width; bits += 8) buffer |= (bytes[at++] as number) << bits;
      values[i] = buffer & mask;
      buffer >>>= width;
      bits -= width;
    }
    at = next;
  }
  return values;
}
