import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { arch, cpus, platform, totalmem } from 'node:os';
import { DuckDBInstance } from '@duckdb/node-api';
import packageJson from '../package.json' with { type: 'json' };
import { isoDay } from '../shared/activity/instant.ts';
import { systemClock } from '../shared/clock.ts';
import { type Aim, aimsIn } from './aims.ts';

/*
 * Runs every benchmark, one after another on a machine that does nothing else, and writes what they print
 * to bench/RESULTS.md. A base stands beside each figure, from the same run.
 *
 *     npm run bench
 */
const benchmarks = [
  { file: 'ingest', what: 'From the bytes of a response to Parquet' },
  { file: 'merge', what: 'A few events into a block that is large' },
  { file: 'stays', what: 'Stays: what they cost a tick, and a question' },
  { file: 'queries', what: 'A block a day, against a file for each run' },
  { file: 'pull', what: 'A pull of 100,000 events on one machine' },
  { file: 'startup', what: 'What a command costs that has little to do' },
  { file: 'beside', what: 'What others lose of the same events' },
  { file: 'lambda-bundle', what: 'The bundle of the function' },
  { file: 'capacity', what: 'What one function can do' },
];

/** Where a benchmark works, which is another folder each time. */
const WORKED_IN = /\/\S*\/bench-[\w-]+/g;

async function machine(): Promise<string> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const [[duckdb] = []] = (await connection.runAndReadAll('SELECT version()')).getRows();
  connection.closeSync();
  const [{ model = 'unknown' } = {}] = cpus();
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return [
    `${cpus().length} × ${model}, ${gigabytes} GB, ${platform()} ${arch()};`,
    `Node.js ${process.version}, DuckDB ${duckdb}, version ${packageJson.version};`,
    isoDay(systemClock.now()),
  ].join(' ');
}

const aims: Aim[] = [];
const sections: string[] = [];
for (const { file, what } of benchmarks) {
  process.stdout.write(`== ${file}\n`);
  const { stdout, status } = spawnSync('npx', ['tsx', `bench/${file}.ts`], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.stdout.write(stdout);
  // Results with a part missing would be taken for all of them.
  if (status !== 0) throw new Error(`bench/${file}.ts failed, and nothing was written.`);
  const found = aimsIn(stdout);
  aims.push(...found.aims);
  const { rest } = found;
  const said = rest.trim().replaceAll(WORKED_IN, 'FOLDER');
  const printed = rest.includes('|---') ? [said] : ['```', said, '```'];
  sections.push(`## ${what}`, '', `\`bench/${file}.ts\``, '', ...printed, '');
}
writeFileSync(
  'bench/RESULTS.md',
  [
    '# Measured',
    '',
    'Written by `npm run bench`. Medians, with the least and the most where a line has them in brackets.',
    '',
    await machine(),
    '',
    '| Aim | | Measured | |',
    '|---|---:|---:|---|',
    ...aims.map(
      ({ what, limit, measured, isMet }) =>
        `| ${what} | ${limit} | ${measured} | ${isMet ? 'met' : '**not met**'} |`,
    ),
    '',
    ...sections,
  ].join('\n'),
);
