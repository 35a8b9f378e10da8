import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { ParquetReader } from 'parquetjs-lite';
import codecs from 'parquetjs-lite/lib/codec';
import { PARQUET_LOGICAL_TYPES } from 'parquetjs-lite/lib/types';
import { mergeRows, type Row } from '../../../shared/activity/merge.ts';
import { EvidenceError } from '../../../shared/errors.ts';
import { readBlock, writeBlock } from '../../../shared/lake/block-format.ts';
import { columnsOf } from '../../../shared/lake/coding.ts';
import { mergeBlock } from '../../../shared/lake/merge-block.ts';
import type { Table } from '../../../shared/lake/table.ts';
import {
  agentActivity,
  etlCompleteness,
  etlRuns,
  rejectedActivity,
  tables,
} from '../../../shared/lake/tables.ts';
import { fixtureRows } from './fixture-rows.ts';

const dayMs = Date.parse('2026-11-01T00:00:00Z');
const texts = [
  'Available',
  '',
  'Zoë',
  '離席',
  '😀 break',
  '\uffee wide',
  'x'.repeat(300),
  'a\u0000b',
  '"',
];

const eventRow = fc.record({
  agent_id: fc.constantFrom(...texts),
  event_time: fc.integer({ min: 0, max: 86_399 }).map((second) => dayMs + second * 1000),
  activity: fc.constantFrom(...texts),
  reason_code: fc.option(fc.constantFrom(...texts), { nil: null }),
  occurrence: fc.integer({ min: 1, max: 3 }),
  changes_in_second: fc.integer({ min: 1, max: 3 }),
  event_seq: fc.integer({ min: 0, max: 1000 }),
  ingested_at: fc.integer({ min: dayMs, max: dayMs + 1e9 }),
  source_object: fc.constantFrom('landing/a', 'landing/b'),
  extra: fc.option(fc.constant('{"é":1}'), { nil: null }),
});
const block = fc
  .array(eventRow, { minLength: 1, maxLength: 40 })
  .map((rows) => mergeRows<Row>(agentActivity, [], rows).rows);

// parquetjs-lite 0.8.7 reads no INT64 timestamp, not even its own (it applies + to a bigint), knows
// the encoding of dictionary indexes by its older name alone, and gives dictionary numbers as text.
PARQUET_LOGICAL_TYPES.TIMESTAMP_MILLIS.fromPrimitive = (ms) => new Date(Number(ms));
codecs.RLE_DICTIONARY = codecs.PLAIN_DICTIONARY;

describe('a block', () => {
  let folder: string;
  let duckdb: DuckDBConnection;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'block-format-'));
    duckdb = await (await DuckDBInstance.create()).connect();
  });
  afterAll(() => {
    duckdb.closeSync();
    rmSync(folder, { recursive: true });
  });
  let files = 0;
  const onDisk = (bytes: Uint8Array) => {
    // Never one name twice: DuckDB keeps parts of a file it has read, and tells another by size and time.
    files += 1;
    const file = join(folder, `block-${files}.parquet`);
    writeFileSync(file, bytes);
    return file;
  };
  const query = async (sql: string) => (await duckdb.runAndReadAll(sql)).getRowObjectsJS();

  it('gives back every row as it was', async () => {
    await fc.assert(
      fc.asyncProperty(block, async (rows) => {
        expect(readBlock(agentActivity, writeBlock(agentActivity, rows))).toEqual(rows);
      }),
      { numRuns: 50 },
    );
  });

  it('is what it was in the version before', () => {
    const stored = readFileSync(join(import.meta.dirname, 'layout-1-effort-4.parquet'));
    expect(Buffer.compare(writeBlock(agentActivity, fixtureRows), stored)).toBe(0);
  });

  it('is read, and grows, where it was compressed with another effort', () => {
    const stored = readFileSync(join(import.meta.dirname, 'layout-1.parquet'));
    expect(readBlock(agentActivity, stored)).toEqual(fixtureRows);
    const merge = (rows: readonly Row[]) =>
      mergeBlock(agentActivity, stored, columnsOf(agentActivity, rows)).bytes;
    expect(merge(fixtureRows)).toBeNull();
    const added = { ...(fixtureRows[0] as Row), agent_id: 'new' };
    const grown = merge([added]);
    expect(readBlock(agentActivity, grown ?? new Uint8Array())).toEqual(
      mergeRows<Row>(agentActivity, fixtureRows, [added]).rows,
    );
  });

  it('is refused when another version wrote it, in a layout or with columns that are not known', () => {
    const text = Buffer.from(writeBlock(agentActivity, fixtureRows)).toString('latin1');
    const other = (from: string, to: string) => Buffer.from(text.replace(from, to), 'latin1');
    const read = (bytes: Uint8Array) => () => readBlock(agentActivity, bytes);
    expect(read(other('.layout\x18\x011', '.layout\x18\x012'))).toThrow(EvidenceError);
    expect(read(other('\x18\x08agent_id', '\x18\x08agent_di'))).toThrow(/agent_di/);
    expect(read(Buffer.from('PAR1PAR1'))).toThrow(RangeError);
    const columns = agentActivity.columns.filter(({ name }) => name !== 'extra');
    expect(read(writeBlock({ ...agentActivity, columns }, fixtureRows))).toThrow(
      /source_object, not 1,.*extra/,
    );
  });

  it('reads the same in DuckDB, in hyparquet and in parquetjs-lite', async () => {
    await fc.assert(
      fc.asyncProperty(block, async (rows) => {
        const bytes = writeBlock(agentActivity, rows);
        const file = onDisk(bytes);
        const typed = {
          string: (value: unknown) => value ?? null,
          int: (value: unknown) => Number(value),
          timestamp: (value: unknown) => Number(value),
          bigint: (value: unknown) => Number(value),
          boolean: (value: unknown) => value,
        };
        const plain = (row: Record<string, unknown>) =>
          Object.fromEntries(
            agentActivity.columns.map(({ name, type }) => [name, typed[type](row[name])]),
          );
        const duck = await query(
          `SELECT * REPLACE (epoch_ms(event_time) AS event_time, epoch_ms(ingested_at) AS ingested_at) FROM '${file}'`,
        );
        expect(duck.map(plain)).toEqual(rows);

        const { buffer, byteOffset, byteLength } = bytes;
        const hyparquet = await parquetReadObjects({
          file: buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer,
          compressors: { GZIP: (content) => gunzipSync(content) },
        });
        expect(hyparquet.map(plain)).toEqual(rows);

        const reader = await ParquetReader.openFile(file);
        const cursor = reader.getCursor();
        const lite: unknown[] = [];
        for (let row = await cursor.next(); row; row = await cursor.next()) lite.push(plain(row));
        await reader.close();
        expect(lite).toEqual(rows);
      }),
      { numRuns: 30 },
    );
  });

  it('hides no row from a filter on any column by its statistics', async () => {
    await fc.assert(
      fc.asyncProperty(block, async (rows) => {
        const file = onDisk(writeBlock(agentActivity, rows));
        for (const column of ['agent_id', 'activity', 'reason_code'] as const) {
          for (const value of new Set(rows.map((row) => row[column]))) {
            if (value === null) continue;
            const prepared = await duckdb.prepare(
              `SELECT count(*)::INT AS n FROM '${file}' WHERE ${column} = $1`,
            );
            prepared.bindVarchar(1, String(value));
            const [found] = (await prepared.runAndReadAll()).getRowObjectsJS();
            expect(found?.n).toBe(rows.filter((row) => row[column] === value).length);
          }
        }
      }),
      { numRuns: 15 },
    );
  });

  it('has a row group per four hours with events, sorted by agent and time, times in a sorted dictionary', async () => {
    const row = (hour: number, agent_id: string): Row => ({
      agent_id,
      event_time: dayMs + hour * 3_600_000,
      activity: 'Busy',
      reason_code: null,
      occurrence: 1,
      changes_in_second: 1,
      event_seq: 0,
      ingested_at: dayMs,
      source_object: 'k',
      extra: null,
    });
    const rows = [row(23, 'a'), row(9, 'a'), row(11, 'a'), row(8, 'b'), row(0, 'z')];
    const bytes = writeBlock(agentActivity, mergeRows(agentActivity, [], rows).rows);
    const groups = await query(
      `SELECT row_group_id AS g, min(row_group_num_rows)::INT AS n FROM parquet_metadata('${onDisk(bytes)}') GROUP BY 1 ORDER BY 1`,
    );
    expect(groups.map(({ n }) => n)).toEqual([1, 3, 1]);
    const stored = readBlock(agentActivity, bytes);
    expect(stored.map((r) => [r.agent_id, (Number(r.event_time) - dayMs) / 3_600_000])).toEqual([
      ['z', 0],
      ['a', 9],
      ['a', 11],
      ['b', 8],
      ['a', 23],
    ]);
    const metadata = parquetMetadata(new Uint8Array(bytes).buffer);
    for (const { columns } of metadata.row_groups) {
      for (const { meta_data } of columns) {
        expect(meta_data?.encodings).toEqual(['PLAIN', 'RLE_DICTIONARY']);
        expect(meta_data?.codec).toBe('GZIP');
      }
    }
    expect(metadata.key_value_metadata).toContainEqual({
      key: 'agent_activity_lake.layout',
      value: '1',
    });
  });

  it('is the same bytes whatever the order in which its rows came', () => {
    fc.assert(
      fc.property(fc.array(eventRow, { maxLength: 20 }), fc.nat(), (rows, pivot) => {
        const turned = [...rows.slice(pivot % 20), ...rows.slice(0, pivot % 20)].reverse();
        const write = (list: readonly Row[]) =>
          Buffer.from(writeBlock(agentActivity, mergeRows(agentActivity, [], list).rows));
        expect(write(turned).equals(write(rows))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('reads as timestamps without a zone, under the names and types of its table', async () => {
    const types = {
      string: 'VARCHAR',
      timestamp: 'TIMESTAMP',
      int: 'INTEGER',
      bigint: 'BIGINT',
      boolean: 'BOOLEAN',
    };
    for (const table of tables) {
      const value = { string: 'x', timestamp: dayMs, int: 1, bigint: 1, boolean: true };
      const row = Object.fromEntries(table.columns.map((c) => [c.name, value[c.type]]));
      const file = onDisk(writeBlock(table, [row]));
      const described = await query(`DESCRIBE SELECT * FROM '${file}'`);
      expect(described.map((c) => [c.column_name, c.column_type])).toEqual(
        table.columns.map((c) => [c.name, types[c.type]]),
      );
    }
  });

  it('reads truth values and 64-bit numbers as they were written, null too', async () => {
    const text = (table: Table) =>
      Object.fromEntries(table.columns.map(({ name, nullable }) => [name, nullable ? null : 'x']));
    const days = Array.from({ length: 19 }, (_, i) => ({
      ...text(etlCompleteness),
      ...Object.fromEntries(
        etlCompleteness.columns
          .filter(({ type, nullable }) => !nullable && (type === 'int' || type === 'timestamp'))
          .map(({ name }) => [name, i]),
      ),
      confirmed: i % 3 === 0,
    })) as Row[];
    expect(readBlock(etlCompleteness, writeBlock(etlCompleteness, days))).toEqual(days);
    const file = onDisk(writeBlock(etlCompleteness, days));
    expect(await query(`SELECT confirmed FROM '${file}' ORDER BY day_start`)).toEqual(
      days.map(({ confirmed }) => ({ confirmed })),
    );

    const sizes = [0, 2 ** 31, Number.MAX_SAFE_INTEGER, null];
    const runs = sizes.map((bytes, i) => ({ ...text(etlRuns), started_at: i, bytes })) as Row[];
    expect(readBlock(etlRuns, writeBlock(etlRuns, runs))).toEqual(runs);
    const read = await query(`SELECT bytes FROM '${onDisk(writeBlock(etlRuns, runs))}'`);
    expect(read.map(({ bytes }) => (bytes === null ? null : Number(bytes)))).toEqual(sizes);
  });

  it('refuses a row without a value that its table requires', () => {
    expect(() => writeBlock(rejectedActivity, [{ raw: 'x' }])).toThrow(/raw_sha256 is required/);
  });
});
