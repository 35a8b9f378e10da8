import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { contactCentre } from '../local/simulator/contact-centre.ts';
import { HOUR_MS } from '../shared/activity/instant.ts';
import { mergeRows, type Row } from '../shared/activity/merge.ts';
import { columnsIn, openBlock, readBlock, writeBlock } from '../shared/lake/block-format.ts';
import { columnsOf } from '../shared/lake/coding.ts';
import { concat } from '../shared/lake/columns.ts';
import { mergeBlock } from '../shared/lake/merge-block.ts';
import { agentActivity as table } from '../shared/lake/tables.ts';
import { atMost } from './aims.ts';
import { median, peakBytes, spread } from './timing.ts';

/*
 * What it costs to merge 500 events of one hour into blocks of different sizes: by row groups, in the quietest
 * hour and in the fullest; with nothing new among them; and by rewriting the whole block, as columns and as
 * rows. Processor time, which other work on the machine disturbs less than the clock: median, least and most of
 * several runs. Each kind has a process of its own, whose peak memory is its own.
 *
 *     npx tsx bench/merge.ts [events …]
 */
const SIZES = process.argv.slice(2).map(Number);
const RUNS = 9;
const INCOMING = 500;
const AIMED_AT = 500_000;
const dayMs = Date.parse('2024-09-03T00:00:00Z');

type Work = (block: Uint8Array, incoming: readonly Row[]) => unknown;

const kinds: Readonly<Record<string, Work>> = {
  'row groups': (block, incoming) => mergeBlock(table, block, columnsOf(table, incoming)),
  'all columns': (block, incoming) => {
    const stored = openBlock(table, block).groups.map((group) => columnsIn(table, group));
    return mergeBlock(table, null, concat([...stored, columnsOf(table, incoming)]));
  },
  'all rows': (block, incoming) =>
    writeBlock(table, mergeRows(table, readBlock(table, block), incoming).rows),
  'only opened': (block) => openBlock(table, block),
};

const say = (line: string) => process.stdout.write(`${line}\n`);

function eventsOf(count: number): readonly Row[] {
  const span = { fromMs: dayMs, toMs: dayMs + 24 * HOUR_MS };
  const { events } = contactCentre({ seed: 1, agents: Math.ceil(count / 87), ...span });
  return events.map(({ agentId, eventMs, activity, reasonCode, seq }) => ({
    ...{ agent_id: agentId, event_time: eventMs, activity, reason_code: reasonCode },
    ...{ occurrence: seq + 1, changes_in_second: 1, event_seq: seq, extra: null },
    ingested_at: eventMs - (eventMs % 300_000) + 390_000,
    source_object: `landing/account_id=a/dt=2024-09-03/${Math.floor(eventMs / 300_000)}.json.gz`,
  }));
}

/** What a later pull lists of an hour: the first of its events, and among them some that are new. */
function incomingOf(ofHour: readonly Row[], areNew: boolean): readonly Row[] {
  return ofHour.slice(0, INCOMING).map((row, index) => ({
    ...row,
    ...(areNew && index % 2 === 0 && { reason_code: 'new' }),
    ...{ ingested_at: dayMs + 48 * HOUR_MS, source_object: 'landing/later' },
  }));
}

function measured(kind: string, block: string, incoming: string): void {
  const work = kinds[kind] as Work;
  const [bytes, rows] = [readFileSync(block), JSON.parse(readFileSync(incoming, 'utf8'))];
  const times: number[] = [];
  for (let run = 0; run < RUNS + 2; run += 1) {
    const began = process.cpuUsage();
    work(bytes, rows);
    const { user, system } = process.cpuUsage(began);
    // The first ones are to warm up.
    if (run >= 2) times.push((user + system) / 1_000);
  }
  say(JSON.stringify({ times, megabytes: peakBytes() / 2 ** 20 }));
}

function compared(folder: string, count: number): void {
  const rows = eventsOf(count);
  const stored = writeBlock(table, mergeRows(table, [], rows).rows);
  const block = path.join(folder, 'block.parquet');
  writeFileSync(block, stored);
  const hours = Array.from({ length: 24 }, (_, hour) =>
    rows.filter((row) => Math.floor((Number(row.event_time) - dayMs) / HOUR_MS) === hour),
  );
  const bySize = hours.sort((a, b) => a.length - b.length);
  const [quietest = [], fullest = []] = [bySize[0], bySize.at(-1)];
  say(`${rows.length} events, ${(stored.length / 1e6).toFixed(1)} MB:`);
  const measure = (kind: string, name: string, incoming: readonly Row[]) => {
    const file = path.join(folder, 'incoming.json');
    writeFileSync(file, JSON.stringify(incoming));
    const args = ['--import', 'tsx', fileURLToPath(import.meta.url), 'measure', kind, block, file];
    const { times, megabytes } = JSON.parse(
      execFileSync(process.execPath, args, { encoding: 'utf8' }),
    );
    say(`  ${name.padEnd(28)} ${spread(times).padEnd(32)} ${megabytes.toFixed(0).padStart(4)} MB`);
    return { ms: median(times), megabytes };
  };
  const opened = measure('only opened', 'opened alone', []);
  measure('row groups', 'row groups, nothing new', incomingOf(fullest, false));
  const least = measure('row groups', 'row groups, quietest hour', incomingOf(quietest, true));
  const most = measure('row groups', 'row groups, fullest hour', incomingOf(fullest, true));
  const whole = measure('all columns', 'the whole block as columns', incomingOf(fullest, true));
  measure('all rows', 'the whole block as rows', incomingOf(fullest, true));
  if (count !== AIMED_AT) return;
  const what = `${INCOMING} events into ${count}`;
  atMost(`${what}, fullest hour, time against the whole block`, most.ms / whole.ms, 0.33, '×');
  atMost(`${what}, quietest hour, time against the whole block`, least.ms / whole.ms, 0.33, '×');
  const own = (least.megabytes - opened.megabytes) / (whole.megabytes - opened.megabytes);
  atMost(`${what}, quietest hour, memory against the whole block`, own, 0.33, '×');
}

const [, , command, ...given] = process.argv;
if (command === 'measure') {
  const [kind = '', block = '', incoming = ''] = given;
  measured(kind, block, incoming);
} else {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-merge-'));
  const sizes = SIZES.length > 0 ? SIZES : [10_000, 100_000, AIMED_AT];
  for (const size of sizes) compared(folder, size);
  rmSync(folder, { recursive: true });
}
