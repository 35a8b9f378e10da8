import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { type Lake, openLake } from '../../../cli/places/folder-lake.ts';
import { writeParquet } from '../../../cli/places/parquet-file.ts';
import { QueryError, SettingsError } from '../../../shared/errors.ts';
import { writeBlock } from '../../../shared/lake/block-format.ts';
import { pointerKey, versionKey } from '../../../shared/lake/block-keys.ts';
import type { Table } from '../../../shared/lake/table.ts';
import { agents, etlRuns } from '../../../shared/lake/tables.ts';
import { earlierRuns, runIn } from '../../shared/lake/earlier-runs.ts';
import { temporaryFolder } from '../activity-command.ts';

let folder: string;
let lake: Lake;

beforeAll(async () => {
  // A name that SQL and glob patterns would read as something else.
  folder = path.join(await temporaryFolder(), "it's [a]=b*", 'account_id=1', 'agent_id=é');
  const block = { table: agents, accountId: '007', day: null };
  const row = {
    agent_id: 'a-1',
    first_name: 'Zoë',
    last_name: null,
    checked_at: 1_700_000_000_000,
  };
  const [before, now, orphan] = [
    versionKey(block, 1, 'a'),
    versionKey(block, 2, 'b'),
    versionKey(block, 2, 'c'),
  ] as const;
  await put(before, writeBlock(agents, [{ ...row, last_name: 'before' }]));
  await put(now, writeBlock(agents, [row]));
  await put(orphan, writeBlock(agents, [{ ...row, last_name: 'never' }]));
  await put(pointerKey(block), `s3://another-bucket/${now}\n`);
  lake = await openLake(folder);
});

afterAll(() => lake.close());

async function put(key: string, bytes: string | Uint8Array): Promise<void> {
  const file = path.join(folder, 's3/activity-lake', key);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, bytes);
}

describe('openLake', () => {
  it('reads a table with the columns of its path', async () => {
    const { columns, rows } = await lake.select('SELECT * FROM agents');
    expect(columns.map(({ name }) => name)).toEqual([
      'agent_id',
      'first_name',
      'last_name',
      'checked_at',
      'account_id',
    ]);
    expect(rows).toEqual([['a-1', 'Zoë', null, '2023-11-14 22:13:20', '007']]);
  });

  it('answers from the columns of the path alone, though there is but one file', async () => {
    const { rows } = await lake.select('SELECT min(account_id), max(account_id) FROM agents');
    expect(rows).toEqual([['007', '007']]);
  });

  it('shows a table without files as empty, with its types', async () => {
    const { rows } = await lake.select(
      'SELECT column_name, column_type FROM (DESCRIBE agent_activity)',
    );
    expect(rows).toContainEqual(['event_time', 'TIMESTAMP']);
    expect(rows).toContainEqual(['dt', 'DATE']);
    expect((await lake.select('SELECT count(*) FROM agent_activity')).rows).toEqual([[0]]);
  });

  it('reads rows from before a column came, in files with it and in files without', async () => {
    const store = async (day: string, table: Table, more = {}) => {
      const row = runIn(table, Date.parse(day), more);
      const block = { table: etlRuns, accountId: '007', day };
      await put(versionKey(block, 1, 'a'), writeBlock(table, [row]));
      await put(pointerKey(block), `s3://another-bucket/${versionKey(block, 1, 'a')}\n`);
    };
    const read = async () => {
      const opened = await openLake(folder);
      const { rows } = await opened.select(
        'SELECT started_at, windows, dt FROM etl_runs ORDER BY 1',
      );
      opened.close();
      return rows;
    };
    const first = ['2026-01-01 00:00:00', null, '2026-01-01'];
    await store('2026-01-01', earlierRuns);
    expect(await read()).toEqual([first]);
    await store('2026-01-02', etlRuns, { windows: 3 });
    await store('2026-01-03', earlierRuns);
    expect(await read()).toEqual([
      first,
      ['2026-01-02 00:00:00', 3, '2026-01-02'],
      ['2026-01-03 00:00:00', null, '2026-01-03'],
    ]);
  });

  it.each([
    "COPY (SELECT 1) TO '$FILE'",
    "ATTACH '$FILE'",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO '$FILE'",
    'SELECT 1; SELECT 2',
    "SELECT * FROM read_text('/etc/hosts')",
    'SET enable_external_access = true',
    'SELECT * FROM agent',
    'SELEC 1',
  ])('refuses %s', async (sql) => {
    const lakeFolder = path.join(folder, 's3/activity-lake');
    const file = path.join(lakeFolder, 'written').replaceAll("'", "''");
    const before = await readdir(lakeFolder);
    await expect(lake.select(sql.replace('$FILE', file))).rejects.toBeInstanceOf(QueryError);
    expect(await readdir(lakeFolder)).toEqual(before);
  });
});

describe('writeParquet', () => {
  const during = () => ({ signal: new AbortController().signal, onProgress: () => {} });

  it('writes a file that another DuckDB reads, with the types of the query', async () => {
    const file = path.join(await temporaryFolder(), "it's.parquet");
    const sql = `SELECT agent_id, checked_at, checked_at::DATE AS day, [1, NULL] AS list,
      1.50::DECIMAL(9, 2) AS price, sum(2) AS "a ""sum""", last_name IS NULL AS nameless
      FROM agents GROUP BY ALL; -- one row`;
    await writeFile(file, 'the one before');
    expect(await writeParquet(folder, { sql, file }, during())).toBe(1);

    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const all = `FROM read_parquet('${file.replaceAll("'", "''")}')`;
    const described = await connection.runAndReadAll(`DESCRIBE ${all}`);
    expect(described.getRows().map(([name, type]) => [name, type])).toEqual([
      ['agent_id', 'VARCHAR'],
      ['checked_at', 'TIMESTAMP'],
      ['day', 'DATE'],
      ['list', 'INTEGER[]'],
      ['price', 'DECIMAL(9,2)'],
      ['a "sum"', 'BIGINT'],
      ['nameless', 'BOOLEAN'],
    ]);
    expect((await connection.runAndReadAll(all)).getRowsJson()).toEqual([
      ['a-1', '2023-11-14 22:13:20', '2023-11-14', [1, null], '1.50', '2', true],
    ]);
    connection.closeSync();
    instance.closeSync();
  });

  it.each([
    'SELEC 1',
    "COPY (SELECT 1) TO 'x'",
    'SELECT 1; SELECT 2',
    "SELECT error('late') FROM range(9)",
  ])('leaves the file before as it was when it fails: %s', async (sql) => {
    const target = await temporaryFolder();
    const file = path.join(target, 'a.parquet');
    await writeFile(file, 'the one before');
    const written = writeParquet(folder, { sql, file }, during());
    await expect(written).rejects.toBeInstanceOf(QueryError);
    expect([await readdir(target), await readFile(file, 'utf8')]).toEqual([
      ['a.parquet'],
      'the one before',
    ]);
  });

  it('leaves nothing when it is interrupted', async () => {
    const target = await temporaryFolder();
    const interrupted = new AbortController();
    const written = writeParquet(
      folder,
      { sql: 'FROM range(1000000000000)', file: path.join(target, 'a.parquet') },
      // Told of progress it is under way.
      { signal: interrupted.signal, onProgress: () => interrupted.abort() },
    );
    await expect(written).rejects.toBeInstanceOf(QueryError);
    expect(await readdir(target)).toEqual([]);
  });

  it('refuses a name that no file can have', async () => {
    const target = await temporaryFolder();
    for (const file of [target, path.join(target, 'none', 'a.parquet')]) {
      const written = writeParquet(folder, { sql: 'SELECT 1', file }, during());
      await expect(written).rejects.toBeInstanceOf(SettingsError);
    }
  });
});
