import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { DAY_MS, isoDay } from '../shared/activity/instant.ts';
import { atLeast } from './aims.ts';
import { layOut } from './layouts.ts';
import { inTurn, median, spread } from './timing.ts';

/*
 * What one file a day is worth to a reader. One day and 90 days, asked by DuckDB on one thread. On Trino:
 * test/trino/layouts.trino.ts.
 *
 *     npx tsx bench/queries.ts [agents]
 */
const AGENTS = Number(process.argv[2] ?? 200);
const DAYS = 90;
const firstMs = Date.parse('2024-09-02T00:00:00Z');

const say = (line: string) => process.stdout.write(`${line}\n`);

function store(folder: string, name: string, bytes: Uint8Array): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `${name}.parquet`), bytes);
}

const folder = mkdtempSync(path.join(tmpdir(), 'bench-queries-'));
try {
  let files = 0;
  for (const { day, block, runs } of layOut(firstMs, DAYS, AGENTS)) {
    store(path.join(folder, 'blocks', `dt=${day}`), 'block', block);
    for (const [run, bytes] of runs.entries()) {
      store(path.join(folder, 'runs', `dt=${day}`), `${run}`, bytes);
    }
    files += runs.length;
  }
  say(`${AGENTS} agents, ${DAYS} days: ${DAYS} blocks, ${files} files of runs`);
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  await connection.run('SET enable_external_file_cache = false');
  const ask = (layout: string, where: string) => () =>
    connection.run(
      `SELECT agent_id, activity, count(*), max(event_time)
       FROM read_parquet('${folder}/${layout}/*/*.parquet', hive_partitioning = true)
       WHERE ${where} GROUP BY ALL`,
    );
  const oneDay = `dt = DATE '${isoDay(firstMs + 45 * DAY_MS)}'`;
  const times = await inTurn({
    'one day, a block a day': ask('blocks', oneDay),
    'one day, a file a run': ask('runs', oneDay),
    '90 days, a block a day': ask('blocks', 'true'),
    '90 days, a file a run': ask('runs', 'true'),
  });
  for (const [name, all] of times) say(`  ${name.padEnd(26)} ${spread(all)}`);
  const of = (layout: string) => median(times.get(`90 days, a ${layout}`) ?? []);
  const ratio = of('file a run') / of('block a day');
  atLeast('90 days in DuckDB: a file a run against a block a day', ratio, 10, '×');
  connection.closeSync();
  instance.closeSync();
} finally {
  rmSync(folder, { recursive: true });
}
