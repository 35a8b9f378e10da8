import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BUCKET } from '../cli/data-folder.ts';
import { openLake } from '../cli/lake.ts';
import { contactCentre } from '../local/simulator/contact-centre.ts';
import type { AgentActivityRow } from '../shared/activity/event.ts';
import { mergeRows, type Row } from '../shared/activity/merge.ts';
import { stays } from '../shared/activity/stays.ts';
import { DAY_MS, isoDay } from '../shared/activity/utc-day.ts';
import { agentStay } from '../shared/lake/agent-stay.ts';
import { readBlock, writeBlock } from '../shared/lake/block-format.ts';
import { pointerKey, versionKey } from '../shared/lake/block-keys.ts';
import type { Table } from '../shared/lake/table.ts';
import { agentActivity } from '../shared/lake/tables.ts';
import { views } from '../shared/views/views.ts';

/*
 * What stays cost. First of a tick: to derive the fullest block of a day against to merge the tick's events into
 * it. Then of a question: each view filtered to one day of 90, against the plainest query of that day's
 * stays. Medians of several runs, in one process.
 *
 *     npx tsx bench/stays.ts [agents]
 */
const AGENTS = Number(process.argv[2] ?? 1_000);
const DAYS = 90;
const RUNS = 7;
const TICK_MS = 5 * 60_000;
const ACCOUNT = 'bench';
const settings = { reportTimeZone: 'UTC', longestStay: DAY_MS / 2 };
const firstMs = Date.parse('2024-09-02T00:00:00Z');

const say = (line: string) => process.stdout.write(`${line}\n`);
const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

async function timed(work: () => unknown): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Times each of several pieces of work in turn, so that all see the same machine. */
async function inTurn(works: Readonly<Record<string, () => unknown>>) {
  const times = new Map(Object.keys(works).map((name) => [name, [] as number[]]));
  for (let run = 0; run <= RUNS; run += 1) {
    for (const [name, work] of Object.entries(works)) {
      const ms = await timed(work);
      // The first is to warm up.
      if (run > 0) times.get(name)?.push(ms);
    }
  }
  return new Map([...times].map(([name, all]) => [name, median(all)]));
}

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
  return mergeRows(agentActivity, [], rows as never).rows as never;
}

async function tick(): Promise<void> {
  const all = rowsOf(firstMs - DAY_MS, firstMs + DAY_MS);
  const untilMs = firstMs + DAY_MS - TICK_MS;
  const yesterday = all.filter((row) => row.event_time < firstMs);
  const today = all.filter((row) => row.event_time >= firstMs && row.event_time < untilMs);
  const incoming = all.filter((row) => row.event_time >= untilMs - TICK_MS * 12);
  const [storedYesterday, stored] = [yesterday, today].map((rows) =>
    writeBlock(agentActivity, rows),
  );
  const known = { fromMs: firstMs - DAY_MS, toMs: firstMs + DAY_MS };
  const read = (bytes: Uint8Array | undefined) =>
    readBlock<AgentActivityRow & Row>(agentActivity, bytes ?? new Uint8Array());
  const took = await inTurn({
    merge: async () => {
      const merged = mergeRows(agentActivity, await read(stored), incoming as never);
      writeBlock(agentActivity, merged.rows);
    },
    derive: async () => {
      const events = [...(await read(storedYesterday)), ...(await read(stored))];
      writeBlock(agentStay, stays(events, [], isoDay(firstMs), settings, known));
    },
  });
  const [merge = 0, derive = 0] = [took.get('merge'), took.get('derive')];
  say(
    `A tick of ${today.length} events: merge ${merge.toFixed(0)} ms, derive ${derive.toFixed(0)} ms`,
  );
  say(`  derive / merge = ${(derive / merge).toFixed(2)}`);
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
    store(agentActivity, isoDay(fromMs), ofDay as never);
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
      base: all(
        `SELECT max(agent_id), max(activity), sum(seconds) FROM agent_stay WHERE day = DATE '${day}'`,
      ),
      ...Object.fromEntries(
        views.map(({ name, columns }) => [
          name,
          counted(name, columns, name === 'activity_quality' ? 'dt' : 'day'),
        ]),
      ),
    });
    const base = took.get('base') ?? 0;
    say(`One day of ${DAYS}, ${AGENTS} agents: the plainest query ${base.toFixed(1)} ms`);
    for (const { name } of views) {
      const ms = took.get(name) ?? 0;
      say(`  ${name.padEnd(22)} ${ms.toFixed(1).padStart(7)} ms   ${(ms / base).toFixed(1)} ×`);
    }
  } finally {
    lake.close();
    rmSync(folder, { recursive: true });
  }
}

await tick();
await questions();
