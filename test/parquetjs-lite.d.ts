/** The parts of parquetjs-lite that tests use: it has no types of its own. */
declare module 'parquetjs-lite' {
  export class ParquetReader {
    static openFile(path: string): Promise<ParquetReader>;
    getCursor(): { next(): Promise<Record<string, unknown> | null> };
    close(): Promise<void>;
  }
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
