import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BUCKET } from '../cli/places/data-folder.ts';
import { openLake } from '../cli/places/folder-lake.ts';
import { contactCentre } from '../local/simulator/contact-centre.ts';
import type { AgentActivityRow } from '../shared/activity/event.ts';
import { DAY_MS, isoDay } from '../shared/activity/instant.ts';
import { mergeRows, type Row } from '../shared/activity/merge.ts';
import { stays } from '../shared/activity/stays.ts';
import { agentStay } from '../shared/lake/agent-stay.ts';
import {
  openBlock,
  readBlock,
  spanOf,
  writeBlock,
  writeColumns,
} from '../shared/lake/block-format.ts';
import { pointerKey, versionKey } from '../shared/lake/block-keys.ts';
import { columnsOf } from '../shared/lake/coding.ts';
import { mergeBlock } from '../shared/lake/merge-block.ts';
import { stayColumns } from '../shared/lake/stay-columns.ts';
import type { Table } from '../shared/lake/table.ts';
import { agentActivity, withdrawnActivity } from '../shared/lake/tables.ts';
import { views } from '../shared/views/views.ts';
import { inTurn, median, processorMs, spread } from './timing.ts';

/*
 * What stays cost. First of a tick: to derive the fullest block of a day against to merge the tick's events into
 * it. Then of a question: each view filtered to one day of 90, against the plainest query of that day's
 * stays. Medians of several runs, in one process: of processor time for the first.
 *
 *     npx tsx bench/stays.ts [agents]
 */
const AGENTS = Number(process.argv[2] ?? 1_000);
const DAYS = 90;
const TICK_MS = 5 * 60_000;
const ACCOUNT = 'bench';
const ROW_GROUP_MS = agentActivity.rowGroup?.ms ?? DAY_MS;
const settings = { reportTimeZone: 'UTC', longestStayMs: DAY_MS / 2 };
const firstMs = Date.parse('2024-09-02T00:00:00Z');

const say = (line: string) => process.stdout.write(`${line}\n`);
function rowsOf(fromMs: number, toMs: number): readonly AgentActivityRow[] {
  const { events } = contactCentre({ seed: 1, agents: AGENTS, fromMs, toMs });
  const rows = events.map(({ agentId, eventMs, activity, reasonCode, seq }) => ({
    ...{
      agent_id: agentId,
      event_time: eventMs,
      activity,
      reason_code: reasonCode,
      event_seq: seq,
    },
    ...{ occurrence: seq + 1, changes_in_second: 1, ingested_at: eventMs + 90_000 },
    ...{ source_object: `landing/${Math.floor(eventMs / TICK_MS)}`, extra: null },
  }));
  return mergeRows(agentActivity, [], rows).rows;
}

/** Blocks of two days, and what a pull lists of the last hour. No other row is left in memory. */
function prepared() {
  const all = rowsOf(firstMs - DAY_MS, firstMs + DAY_MS);
  const untilMs = firstMs + DAY_MS - TICK_MS;
  const block = (fromMs: number, toMs: number) =>
    writeBlock(agentActivity, all.filter(isIn(fromMs, toMs)));
  return {
    events: all.filter(isIn(firstMs, untilMs)).length,
    yesterday: block(firstMs - DAY_MS, firstMs),
    today: block(firstMs, untilMs),
    incoming: all.filter(isIn(untilMs - TICK_MS * 12, untilMs + TICK_MS)),
  };
}

const isIn = (fromMs: number, toMs: number) => (row: AgentActivityRow) =>
  row.event_time >= fromMs && row.event_time < toMs;

async function tick(): Promise<void> {
  const { events, yesterday, today, incoming } = prepared();
  const known = { fromMs: firstMs - DAY_MS, toMs: firstMs + DAY_MS };
  const day = isoDay(firstMs);
  const neededMs = firstMs - settings.longestStayMs;
  const none = columnsOf(withdrawnActivity, []);
  const took = await inTurn(
    {
      merge: () => mergeBlock(agentActivity, today, columnsOf(agentActivity, incoming)),
      derive: () => {
        const groups = [yesterday, today]
          .flatMap((bytes) => openBlock(agentActivity, bytes).groups)
          .filter(({ group }) => (spanOf(agentActivity, group) + 1) * ROW_GROUP_MS > neededMs);
        writeColumns(agentStay, stayColumns(groups, none, day, settings, known));
      },
      mergeRows: () => {
        const stored = readBlock(agentActivity, today);
        writeBlock(agentActivity, mergeRows<Row>(agentActivity, stored, incoming).rows);
      },
      deriveRows: () => {
        const rows = [yesterday, today].flatMap((bytes) => readBlock(agentActivity, bytes));
        writeBlock(agentStay, stays(rows, [], day, settings, known));
      },
    },
    processorMs,
  );
  say(`A tick of ${events} events, processor time`);
  for (const [name, times] of took) say(`  ${name.padEnd(11)} ${spread(times)}`);
  const ratio = (base: string) => {
    const [of, to] = ['derive', base].map((name) => median(took.get(name) ?? []));
    return `${((of ?? 0) / (to ?? 0)).toFixed(2)} × ${base}`;
  };
  say(`  derive = ${ratio('mergeRows')}, ${ratio('merge')}`);
}

function lakeOf(folder: string): string {
  const lake = path.join(folder, 's3', BUCKET);
  const store = (table: Table, day: string, rows: readonly Row[]) => {
    const block = { table, accountId: ACCOUNT, day };
    const version = versionKey(block, 1, 'bench');
    for (const [key, content] of [
      [version, writeBlock(table, rows)],
      [pointerKey(block), `s3://lake/${version}\n`],
    ] as const) {
      mkdirSync(path.dirname(path.join(lake, key)), { recursive: true });
      writeFileSync(path.join(lake, key), content);
    }
  };
  const days = rowsOf(firstMs, firstMs + 7 * DAY_MS);
  const known = { fromMs: firstMs, toMs: firstMs + DAYS * DAY_MS };
  for (let index = 0; index < DAYS; index += 1) {
    const fromMs = firstMs + index * DAY_MS;
    // One week again and again.
    const shiftMs = Math.floor(index / 7) * 7 * DAY_MS;
    const near = days
      .map((row) => ({ ...row, event_time: row.event_time + shiftMs }))
      .filter((row) => row.event_time >= fromMs - DAY_MS && row.event_time < fromMs + DAY_MS);
    const ofDay = near.filter((row) => row.event_time >= fromMs);
    store(agentActivity, isoDay(fromMs), ofDay);
    store(agentStay, isoDay(fromMs), stays(near, [], isoDay(fromMs), settings, known));
  }
  return folder;
}

async function questions(): Promise<void> {
  const folder = lakeOf(mkdtempSync(path.join(tmpdir(), 'bench-stays-')));
  const lake = await openLake(folder);
  const day = isoDay(firstMs + 45 * DAY_MS);
  const all = (text: string) => async () => {
    const { batches } = await lake.stream(text);
    for await (const _ of batches);
  };
  try {
    // Every row is made, and none is carried into this process.
    const counted = (name: string, columns: readonly { name: string }[], of: string) =>
      all(
        `SELECT ${columns.map((column) => `max(${column.name})`).join(', ')} FROM ${name} WHERE ${of} = DATE '${day}'`,
      );
    const took = await inTurn({
      'the plainest query': all(
        `SELECT max(agent_id), max(activity), sum(seconds) FROM agent_stay WHERE day = DATE '${day}'`,
      ),
      ...Object.fromEntries(
        views.map(({ name, columns }) => [
          name,
          counted(name, columns, name === 'activity_quality' ? 'dt' : 'day'),
        ]),
      ),
    });
    say(`One day of ${DAYS}, ${AGENTS} agents`);
    const base = median(took.get('the plainest query') ?? []);
    for (const [name, times] of took) {
      say(`  ${name.padEnd(22)} ${spread(times)}   ${(median(times) / base).toFixed(1)} ×`);
    }
  } finally {
    lake.close();
    rmSync(folder, { recursive: true });
  }
}

await tick();
await questions();
