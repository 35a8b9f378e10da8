/*
 * Thrift's compact protocol, as far as the headers and footers of Parquet use it. A struct is written
 * from its fields by their numbers, and read back as just that.
 */

const STOP = 0;
const [TRUE, FALSE, I8, I16, I32, I64, DOUBLE, BINARY, LIST, SET, STRUCT] = [
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12,
];

/** A value that knows how it is written. */
export interface Written {
  readonly type: number;
  write(out: number[]): void;
}

const writeInteger = (value: number) => (out: number[]) => writeVarint(out, zigzag(value));

export const i32 = (value: number): Written => ({ type: I32, write: writeInteger(value) });
/** As far as JavaScript holds them exactly. */
export const i64 = (value: number): Written => ({ type: I64, write: writeInteger(value) });
/** In a field; in a list it would be written otherwise. */
export const bool = (value: boolean): Written => ({ type: value ? TRUE : FALSE, write: () => {} });

export function binary(value: string | Uint8Array): Written {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  return {
    type: BINARY,
    write(out) {
      writeVarint(out, bytes.length);
      for (const byte of bytes) out.push(byte);
    },
  };
}

/** @param values all of the type of the first; of none it is said that they would be structs */
export function list(values: readonly Written[]): Written {
  return {
    type: LIST,
    write(out) {
      const type = values[0]?.type ?? STRUCT;
      if (values.length < 15) out.push((values.length << 4) | type);
      else {
        out.push(0xf0 | type);
        writeVarint(out, values.length);
      }
      for (const value of values) value.write(out);
    },
  };
}

/** @param fields by number, which is at most 15 above that of the one before; without what is undefined */
export function struct(fields: Readonly<Record<number, Written | undefined>>): Written {
  return {
    type: STRUCT,
    write(out) {
      let last = 0;
      for (const [number, value] of Object.entries(fields)) {
        if (value === undefined) continue;
        out.push(((Number(number) - last) << 4) | value.type);
        value.write(out);
        last = Number(number);
      }
      out.push(STOP);
    },
  };
}

export function bytesOf(value: Written): Uint8Array {
  const out: number[] = [];
  value.write(out);
  return Uint8Array.from(out);
}

export type Read = number | boolean | Uint8Array | readonly Read[] | ReadStruct;

/** The fields of a struct by their numbers. */
export class ReadStruct extends Map<number, Read> {
  number(field: number): number {
    return this.#expected(field, 'number', (value) => typeof value === 'number');
  }

  bytes(field: number): Uint8Array {
    return this.#expected(field, 'bytes', (value) => value instanceof Uint8Array);
  }

  text(field: number): string {
    return Buffer.from(this.bytes(field)).toString();
  }

  struct(field: number): ReadStruct {
    return this.#expected(field, 'struct', (value) => value instanceof ReadStruct);
  }

  structs(field: number): readonly ReadStruct[] {
    const isList = (value: unknown) =>
      Array.isArray(value) && value.every((each) => each instanceof ReadStruct);
    return this.#expected(field, 'list of structs', isList);
  }

  #expected<T>(field: number, what: string, is: (value: unknown) => boolean): T {
    const value = this.get(field);
    if (is(value)) return value as T;
    throw new RangeError(`field ${field} is no ${what}`);
  }
}

/** @throws RangeError where the bytes end too early or are no struct */
export function readStruct(
  bytes: Uint8Array,
  start: number,
): { readonly struct: ReadStruct; readonly end: number } {
  const reader = new Reader(bytes, start);
  const struct = reader.struct();
  return { struct, end: reader.at };
}

class Reader {
  at: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  struct(): ReadStruct {
    const fields = new ReadStruct();
    let number = 0;
    for (let head = this.#byte(); head !== STOP; head = this.#byte()) {
      number = head >> 4 === 0 ? this.#integer() : number + (head >> 4);
      const type = head & 0xf;
      fields.set(number, type === TRUE || type === FALSE ? type === TRUE : this.#value(type));
    }
    return fields;
  }

  #value(type: number): Read {
    switch (type) {
      case TRUE:
      case FALSE:
      case I8:
        return this.#byte();
      case I16:
      case I32:
      case I64:
        return this.#integer();
      case DOUBLE:
        return this.#take(8);
      case BINARY:
        return this.#take(this.#varint());
      case LIST:
      case SET:
        return this.#list();
      case STRUCT:
        return this.struct();
      default:
        throw new RangeError(`${type} is no type of a field`);
    }
  }

  #list(): readonly Read[] {
    const head = this.#byte();
    const length = head >> 4 === 15 ? this.#varint() : head >> 4;
    const values: Read[] = [];
    for (let i = 0; i < length; i += 1) values.push(this.#value(head & 0xf));
    return values;
  }

  #integer(): number {
    const value = this.#varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  #varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  #byte(): number {
    const byte = this.#bytes[this.at];
    if (byte === undefined) throw new RangeError('the bytes end within a struct');
    this.at += 1;
    return byte;
  }

  #take(length: number): Uint8Array {
    const taken = this.#bytes.subarray(this.at, this.at + length);
    if (taken.length !== length) throw new RangeError('the bytes end within a struct');
    this.at += length;
    return taken;
  }
}

function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

function writeVarint(out: number[], value: number): void {
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) out.push((rest % 128) | 0x80);
  out.push(rest);
}
