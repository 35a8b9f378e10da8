import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { contactCentre } from '../local/simulator/contact-centre.ts';
import { type Answer, readAnswer, readPlainly } from '../shared/activity/answer.ts';
import type { AgentActivityRow } from '../shared/activity/event.ts';
import { mergeRows } from '../shared/activity/merge.ts';
import { type ParseContext, parseUpdates } from '../shared/activity/parse.ts';
import { sourceZone } from '../shared/activity/source-zone.ts';
import { DAY_MS } from '../shared/activity/utc-day.ts';
import { writeBlock } from '../shared/lake/block-format.ts';
import { columnsOf } from '../shared/lake/coding.ts';
import { mergeBlock } from '../shared/lake/merge-block.ts';
import { agentActivity } from '../shared/lake/tables.ts';

/*
 * What it takes to turn the bytes of a response into rows, and into a block: time, processor time and memory, against
 * `JSON.parse` of the same bytes and against DuckDB doing the same in SQL on one thread. Each measure is made in a
 * process of its own, round after round, so that all see the same machine; the first run of a process warms up.
 *
 *     npx tsx bench/ingest.ts [events …]
 */
const EVENTS_PER_AGENT = 87;
const fromMs = Date.parse('2024-11-20T00:00:00Z');
const asked = { fromMs, toMs: fromMs + DAY_MS };
const context: ParseContext = {
  ...{ window: asked, asked, zone: sourceZone('UTC'), earliestMs: 0, sourceObject: 'landing/x' },
  ...{ pulledAtMs: asked.toMs + 90_000, clockMs: asked.toMs + 90_000 },
};

type Work = (body: Buffer, file: string) => unknown;

const works: Readonly<Record<string, Work>> = {
  'JSON.parse': (body) => JSON.parse(body.toString()),
  DuckDB: (_, file) => inDuckDb(file),
  'rows, plainly': (body) => plainRows(body),
  rows: (body) => columns(body),
  'block, plainly': (body) =>
    writeBlock(agentActivity, mergeRows(agentActivity, [], plainRows(body)).rows),
  block: (body) => mergeBlock(agentActivity, null, columnsOf(agentActivity, columns(body))),
};

function columns(body: Buffer) {
  return (readAnswer(body) as Answer).updates.parse(context).events;
}

function plainRows(body: Buffer): readonly AgentActivityRow[] {
  return parseUpdates([...(readPlainly(body) as Answer).updates], context).events;
}

let duckDb: Promise<DuckDBInstance> | undefined;

/**
 * Of the list alone, which it reads as a stream: of the whole answer, one value, it takes several times as long. It does
 * less than we do: no counting of changes within a second, no guard, no rejected rows.
 */
async function inDuckDb(file: string): Promise<void> {
  duckDb ??= DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await (await duckDb).connect();
  await connection.run(`
    COPY (
      SELECT DISTINCT
        nullif(trim(AgentId), '') AS agent_id,
        strptime(EventTime, '%m/%d/%Y %H:%M:%S') AS event_time,
        nullif(trim(Activity), '') AS activity,
        nullif(trim(ReasonCode), '') AS reason_code,
        make_timestamp_ms(${context.pulledAtMs}) AS ingested_at,
        '${context.sourceObject}' AS source_object
      FROM read_json('${file}.list', format = 'array', columns = {
        AgentId: 'VARCHAR', EventTime: 'VARCHAR', Activity: 'VARCHAR', ReasonCode: 'VARCHAR'
      })
      ORDER BY agent_id, event_time
    ) TO '${file}.parquet' (FORMAT parquet, COMPRESSION zstd)`);
  connection.closeSync();
}

interface Measured {
  /** Milliseconds of each run but the first. */
  readonly wall: readonly number[];
  readonly cpu: readonly number[];
  /** Of the process at most, bytes. */
  readonly peak: number;
}

/** In a process of its own. */
async function measure(name: string, file: string, runs: number): Promise<Measured> {
  const work = works[name] as Work;
  const body = name === 'DuckDB' ? Buffer.alloc(0) : readFileSync(file);
  const wall: number[] = [];
  const cpu: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const used = process.cpuUsage();
    const began = performance.now();
    await work(body, file);
    wall.push(performance.now() - began);
    const { user, system } = process.cpuUsage(used);
    cpu.push((user + system) / 1_000);
  }
  return { wall: wall.slice(1), cpu: cpu.slice(1), peak: process.resourceUsage().maxRSS * 1_024 };
}

function inProcess(name: string, file: string, runs: number): Measured {
  const node = ['--import', 'tsx', '--max-old-space-size=8000'];
  const args = [...node, process.argv[1] ?? '', 'measure', name, file, String(runs)];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

const say = (line: string) => process.stdout.write(`${line}\n`);
const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b);
const median = (values: readonly number[]) => sorted(values)[values.length >> 1] ?? Number.NaN;
const megabytes = (bytes: number) => `${Math.round(bytes / 1_000_000)} MB`;
const ms = (value: number) => (value < 10 ? value.toFixed(1) : value.toFixed(0));

function writeAnswer(file: string, events: number): void {
  const agents = Math.ceil(events / EVENTS_PER_AGENT);
  const centre = contactCentre({ seed: 1, agents, fromMs, toMs: asked.toMs });
  const two = (number: number) => String(number).padStart(2, '0');
  const updates = centre.events.map(({ agentId, eventMs, activity, reasonCode }) => {
    const time = new Date(eventMs);
    const date = `${two(time.getUTCMonth() + 1)}/${two(time.getUTCDate())}/${time.getUTCFullYear()}`;
    const rest = `${two(time.getUTCMinutes())}:${two(time.getUTCSeconds())}`;
    return {
      AgentId: agentId,
      EventTime: `${date} ${time.getUTCHours()}:${rest}`,
      Activity: activity,
      ReasonCode: reasonCode ?? '',
    };
  });
  const answer = JSON.stringify({ accountId: 'bench', AgentUpdates: updates });
  writeFileSync(file, answer);
  writeFileSync(`${file}.list`, JSON.stringify(updates));
  say(`\n${updates.length} events, ${megabytes(answer.length)}\n`);
}

function compare(file: string): void {
  const { size } = statSync(file);
  // A small answer is read by compiled code only in a process that has read many.
  const [rounds, runs] = size < 5_000_000 ? [5, 30] : size < 50_000_000 ? [5, 5] : [3, 3];
  const names = Object.keys(works);
  const measured = new Map(names.map((name) => [name, [] as Measured[]]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) measured.get(name)?.push(inProcess(name, file, runs));
  }
  const all = (name: string, of: 'wall' | 'cpu') =>
    (measured.get(name) ?? []).flatMap((each) => each[of]);
  say('| | ms (lowest to highest) | × JSON.parse | × DuckDB | processor ms | peak of one run |');
  say('|---|---:|---:|---:|---:|---:|');
  for (const name of names) {
    const wall = all(name, 'wall');
    const than = (base: string) => (median(wall) / median(all(base, 'wall'))).toFixed(2);
    const cells = [
      ...[name, `${ms(median(wall))} (${ms(Math.min(...wall))} to ${ms(Math.max(...wall))})`],
      ...[than('JSON.parse'), than('DuckDB'), ms(median(all(name, 'cpu')))],
      megabytes(inProcess(name, file, 1).peak),
    ];
    say(`| ${cells.join(' | ')} |`);
  }
  const idle = inProcess('JSON.parse', file, 0).peak;
  say(`\nA process that has only read the response: ${megabytes(idle)}.`);
}

async function main(): Promise<void> {
  const [mode = '', name = '', file = '', runs = ''] = process.argv.slice(2);
  if (mode === 'measure') {
    say(JSON.stringify(await measure(name, file, Number(runs))));
    return;
  }
  const sizes = process.argv.slice(2).map(Number);
  const folder = mkdtempSync(join(tmpdir(), 'bench-ingest-'));
  say(`Node.js ${process.version}, ${cpus()[0]?.model}. Medians.`);
  for (const events of sizes.length > 0 ? sizes : [10_000, 100_000, 1_000_000]) {
    const answer = join(folder, 'answer.json');
    writeAnswer(answer, events);
    compare(answer);
  }
  rmSync(folder, { recursive: true });
}

void main();
