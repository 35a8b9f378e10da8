import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { contactCentre } from '../local/simulator/contact-centre.ts';
import { mergeRows, type Row } from '../shared/activity/merge.ts';
import { DAY_MS, isoDay } from '../shared/activity/utc-day.ts';
import { writeBlock } from '../shared/lake/block-format.ts';
import { agentActivity } from '../shared/lake/tables.ts';
import { inTurn, spread } from './timing.ts';

/*
 * What one file a day is worth to a reader: the same events as a block a day, and as a file for each run (288 a
 * day), which is what a job that only appends leaves. One day and 90 days, asked by DuckDB on one thread.
 *
 *     npx tsx bench/queries.ts [agents]
 */
const AGENTS = Number(process.argv[2] ?? 200);
const DAYS = 90;
const TICK_MS = 5 * 60_000;
const firstMs = Date.parse('2024-09-02T00:00:00Z');

const say = (line: string) => process.stdout.write(`${line}\n`);

function store(folder: string, name: string, rows: readonly Row[]): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `${name}.parquet`), writeBlock(agentActivity, rows));
}

/** One week again and again, in both layouts. */
function layOut(folder: string): number {
  const { events } = contactCentre({
    ...{ seed: 1, agents: AGENTS, fromMs: firstMs, toMs: firstMs + 7 * DAY_MS },
  });
  let files = 0;
  for (let index = 0; index < DAYS; index += 1) {
    const dayMs = firstMs + index * DAY_MS;
    const ofWeekMs = firstMs + (index % 7) * DAY_MS;
    const rows: Row[] = events
      .filter(({ eventMs }) => eventMs >= ofWeekMs && eventMs < ofWeekMs + DAY_MS)
      .map(({ agentId, eventMs, activity, reasonCode, seq }) => {
        const event_time = eventMs - ofWeekMs + dayMs;
        return {
          ...{ agent_id: agentId, event_time, activity, reason_code: reasonCode, event_seq: seq },
          ...{ occurrence: seq + 1, changes_in_second: 1, ingested_at: event_time + 90_000 },
          ...{ source_object: `landing/${Math.floor(event_time / TICK_MS)}`, extra: null },
        };
      });
    const day = isoDay(dayMs);
    store(
      path.join(folder, 'blocks', `dt=${day}`),
      'block',
      mergeRows(agentActivity, [], rows).rows,
    );
    const byRun = new Map<number, Row[]>();
    for (const row of rows) {
      const run = Math.floor(((row.event_time as number) - dayMs) / TICK_MS);
      byRun.set(run, [...(byRun.get(run) ?? []), row]);
    }
    for (const [run, ofRun] of byRun) {
      store(
        path.join(folder, 'runs', `dt=${day}`),
        `${run}`,
        mergeRows(agentActivity, [], ofRun).rows,
      );
      files += 1;
    }
  }
  return files;
}

const folder = mkdtempSync(path.join(tmpdir(), 'bench-queries-'));
try {
  const files = layOut(folder);
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
  connection.closeSync();
  instance.closeSync();
} finally {
  rmSync(folder, { recursive: true });
}
