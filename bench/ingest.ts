import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { atMost } from './aims.ts';
import { writeAnswer } from './answers.ts';
import { type WorkName, works } from './ingest-works.ts';
import { median, peakBytes, processorMs } from './timing.ts';

/*
 * What it takes to turn the bytes of a response into rows, and into a block: processor time and memory, against
 * `JSON.parse` of the same bytes, against DuckDB doing the same in SQL on one thread, and against programs that one
 * might write instead. Each measure is made in a process of its own, round after round, so that all see the same
 * machine. The first half of the runs of a process warms it up: a function stays warm, too.
 *
 *     npx tsx bench/ingest.ts [events …]
 *
 * PYTHON names a python that has pandas and pyarrow; unless it is set, python3.
 */
const SIZES = [10_000, 100_000, 1_000_000];
/** For growth alone, of the block. */
const LARGEST = 5_000_000;
/** Of what must hold, the aims. */
const AIMED_AT = [100_000, 1_000_000];
const [BASE, DATABASE, OURS] = ['JSON.parse', 'DuckDB', 'block'] as const;
const COMPARED: readonly WorkName[] = [BASE, DATABASE, 'rows', OURS];
const PEERS: readonly WorkName[] = ['block, plainly', 'naive, parquetjs-lite'];
const ROUNDS = 3;

interface Measured {
  /** Processor time of each run that counts, milliseconds. */
  readonly cpu: readonly number[];
  /** Of the process at most, bytes. */
  readonly peak: number;
  /** Of the Parquet made. */
  readonly bytes: number;
}

/** In a process of its own; what it does first is to warm up. */
async function measure(name: WorkName, file: string, runs: number): Promise<Measured> {
  const work = works[name];
  const body = name === DATABASE ? Buffer.alloc(0) : readFileSync(file);
  const cpu: number[] = [];
  let bytes = 0;
  for (let run = 0; run < runs; run += 1) {
    const began = processorMs();
    bytes = await work(body, file);
    cpu.push(processorMs() - began);
  }
  return { cpu: cpu.slice(runs >> 1), peak: peakBytes(), bytes };
}

function inProcess(name: WorkName, file: string, runs: number): Measured {
  const node = ['--import', 'tsx', '--max-old-space-size=8000'];
  const args = [...node, fileURLToPath(import.meta.url), 'measure', name, file, String(runs)];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

/** `null` where there is no pandas. */
function inPandas(file: string, runs: number): Measured | null {
  const python = process.env.PYTHON ?? 'python3';
  if (spawnSync(python, ['-c', 'import pandas, pyarrow']).status !== 0) return null;
  const script = join(import.meta.dirname, 'pandas_ingest.py');
  const said = execFileSync(python, [script, file, String(runs)], { encoding: 'utf8' });
  const { cpu, peak } = JSON.parse(said);
  return { cpu: cpu.slice(runs >> 1), peak, bytes: statSync(`${file}.pandas.parquet`).size };
}

const say = (line: string) => process.stdout.write(`${line}\n`);
const megabytes = (bytes: number) => `${Math.round(bytes / 1_000_000)} MB`;
const ms = (value: number) => (value < 10 ? value.toFixed(1) : value.toFixed(0));

interface Growth {
  readonly events: number;
  /** Of the response, bytes. */
  readonly size: number;
  readonly block: Measured;
  /** Of a process that has read the response and done nothing. */
  readonly idle: number;
}

function compare(file: string, events: number): Growth {
  const { size } = statSync(file);
  say(`\n${events} events, ${megabytes(size)}\n`);
  // A small answer is read by compiled code only in a process that has read many.
  const runs = events < 50_000 ? 60 : events < 500_000 ? 16 : 4;
  const measured = new Map<string, Measured>();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of COMPARED) {
      const { cpu, ...rest } = inProcess(name, file, runs);
      measured.set(name, { cpu: [...(measured.get(name)?.cpu ?? []), ...cpu], ...rest });
    }
  }
  const fewer = events < 500_000 ? 4 : 1;
  for (const name of PEERS) measured.set(name, inProcess(name, file, fewer));
  const pandas = inPandas(file, fewer);
  if (pandas !== null) measured.set('pandas, pyarrow', pandas);
  const than = (cpu: number, base: string) =>
    (cpu / median(measured.get(base)?.cpu ?? [])).toFixed(2);
  say(
    '| | processor ms (least to most) | × JSON.parse | × DuckDB | B an event | peak of one run |',
  );
  say('|---|---:|---:|---:|---:|---:|');
  const peaks = new Map(COMPARED.map((name) => [name as string, inProcess(name, file, 1).peak]));
  for (const [name, { cpu, peak, bytes }] of measured) {
    const middle = median(cpu);
    const cells = [
      ...[name, `${ms(middle)} (${ms(Math.min(...cpu))} to ${ms(Math.max(...cpu))})`],
      ...[than(middle, BASE), than(middle, DATABASE)],
      ...[bytes === 0 ? '' : (bytes / events).toFixed(2), megabytes(peaks.get(name) ?? peak)],
    ];
    say(`| ${cells.join(' | ')} |`);
  }
  if (pandas === null) say('\npandas and pyarrow are not there.');
  const idle = inProcess(BASE, file, 0).peak;
  say(`\nA process that has only read the response: ${megabytes(idle)}.`);
  if (AIMED_AT.some((aimed) => Math.abs(events - aimed) < aimed / 10)) {
    const cpuOf = (name: string) => median(measured.get(name)?.cpu ?? []);
    const what = `${events} events to a block`;
    atMost(`${what}, time against DuckDB`, cpuOf(OURS) / cpuOf(DATABASE), 0.5, '×');
    atMost(`${what}, time against JSON.parse`, cpuOf(OURS) / cpuOf(BASE), 1.2, '×');
    const bytesOf = (name: string) => measured.get(name)?.bytes ?? 0;
    atMost(`${what}, size against DuckDB`, bytesOf(OURS) / bytesOf(DATABASE), 1, '×');
  }
  return {
    events,
    size,
    block: { ...inProcess(OURS, file, 1), cpu: measured.get(OURS)?.cpu ?? [] },
    idle,
  };
}

function grown(rows: readonly Growth[]): void {
  say('\nGrowth of the block\n');
  say('| Events | processor µs an event | memory an event, beside the response | B an event |');
  say('|---:|---:|---:|---:|');
  for (const { events, block, idle } of rows) {
    const cells = [
      ...[`${events}`, ((median(block.cpu) * 1_000) / events).toFixed(2)],
      `${Math.round((block.peak - idle) / events)} B`,
      (block.bytes / events).toFixed(2),
    ];
    say(`| ${cells.join(' | ')} |`);
  }
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined || first === last) return;
  // What does not grow is the constant.
  const grew = (last.block.peak - first.block.peak) / (last.size - first.size);
  atMost(
    `memory of a block against its response, ${first.events} to ${last.events} events`,
    grew,
    2.5,
    '×',
  );
}

async function main(): Promise<void> {
  const [mode = '', name = '', file = '', runs = ''] = process.argv.slice(2);
  if (mode === 'measure') {
    say(JSON.stringify(await measure(name as WorkName, file, Number(runs))));
    return;
  }
  const given = process.argv.slice(2).map(Number);
  const folder = mkdtempSync(join(tmpdir(), 'bench-ingest-'));
  try {
    say(`Node.js ${process.version}, ${cpus()[0]?.model}. Medians.`);
    const answer = join(folder, 'answer.json');
    const growth: Growth[] = [];
    for (const events of given.length > 0 ? given : SIZES) {
      growth.push(compare(answer, writeAnswer(answer, events)));
    }
    if (given.length === 0) {
      const events = writeAnswer(answer, LARGEST);
      const block = { ...inProcess(OURS, answer, 1), cpu: inProcess(OURS, answer, 2).cpu };
      const { size } = statSync(answer);
      growth.push({ events, size, block, idle: inProcess(BASE, answer, 0).peak });
    }
    grown(growth);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

void main();
