/** The parts of parquetjs-lite that tests and benchmarks use: it has no types of its own. */
declare module 'parquetjs-lite' {
  export class ParquetReader {
    static openFile(path: string): Promise<ParquetReader>;
    getCursor(): { next(): Promise<Record<string, unknown> | null> };
    close(): Promise<void>;
  }
  export class ParquetSchema {
    constructor(fields: Record<string, { type: string; compression?: string; optional?: boolean }>);
  }
  export class ParquetWriter {
    static openFile(schema: ParquetSchema, path: string): Promise<ParquetWriter>;
    appendRow(row: Record<string, unknown>): Promise<void>;
    close(): Promise<void>;
  }
  /** As a module of Node.js's own kind sees it, which finds no names in it. */
  const all: { ParquetSchema: typeof ParquetSchema; ParquetWriter: typeof ParquetWriter };
  export default all;
}

declare module 'parquetjs-lite/lib/types' {
  export const PARQUET_LOGICAL_TYPES: {
    TIMESTAMP_MILLIS: { fromPrimitive: (ms: bigint | number) => Date };
  };
}

declare module 'parquetjs-lite/lib/codec' {
  const codecs: Record<string, unknown>;
  export default codecs;
}
