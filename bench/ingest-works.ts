import { statSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import parquetjs from 'parquetjs-lite';
import { type Answer, readAnswer, readPlainly } from '../shared/activity/answer.ts';
import { mergeRows } from '../shared/activity/merge.ts';
import { type ParseContext, parseUpdates } from '../shared/activity/parse.ts';
import { sourceZone } from '../shared/activity/source-zone.ts';
import { writeBlock } from '../shared/lake/block-format.ts';
import { columnsOf } from '../shared/lake/coding.ts';
import { mergeBlock } from '../shared/lake/merge-block.ts';
import { agentActivity } from '../shared/lake/tables.ts';
import { asked } from './answers.ts';

/* Ways from the bytes of a response to Parquet, or part of the way: ours, and what they are compared with. */

const context: ParseContext = {
  ...{ window: asked, asked, zone: sourceZone('UTC'), earliestMs: 0, sourceObject: 'landing/x' },
  ...{ pulledAtMs: asked.toMs + 90_000, clockMs: asked.toMs + 90_000 },
};

/** What is made of a response, given as bytes and as a file; of Parquet how many bytes it has, else 0. */
type Work = (body: Buffer, file: string) => number | Promise<number>;

export const works = {
  'JSON.parse': (body) => {
    JSON.parse(body.toString());
    return 0;
  },
  DuckDB: (_, file) => inDuckDb(file),
  rows: (body) => {
    columns(body);
    return 0;
  },
  block: (body) =>
    mergeBlock(agentActivity, null, columnsOf(agentActivity, columns(body))).bytes?.length ?? 0,
  'block, plainly': (body) => {
    const rows = parseUpdates([...(readPlainly(body) as Answer).updates], context).events;
    return writeBlock(agentActivity, mergeRows(agentActivity, [], rows).rows).length;
  },
  'naive, parquetjs-lite': (body, file) => naive(body, file),
} satisfies Readonly<Record<string, Work>>;

export type WorkName = keyof typeof works;

const columns = (body: Buffer) => (readAnswer(body) as Answer).updates.parse(context).events;

let duckDb: Promise<DuckDBInstance> | undefined;

/**
 * On one thread, of the list alone, which it reads as a stream: of the whole answer, one value, it takes several times as long. It does
 * less than we do: no counting of changes within a second, no guard, no rejected rows.
 */
async function inDuckDb(file: string): Promise<number> {
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
  return statSync(`${file}.parquet`).size;
}

/** What one would write in an afternoon. It loses the repeats within a second that are events of their own. */
async function naive(body: Buffer, file: string): Promise<number> {
  const text = { type: 'UTF8', compression: 'GZIP' };
  const schema = new parquetjs.ParquetSchema({
    agent_id: text,
    event_time: { type: 'TIMESTAMP_MILLIS', compression: 'GZIP' },
    activity: text,
    reason_code: { ...text, optional: true },
  });
  const updates: readonly Record<string, string>[] = JSON.parse(body.toString()).AgentUpdates;
  const rows = updates.map(({ AgentId, EventTime, Activity, ReasonCode }) => ({
    agent_id: AgentId ?? '',
    event_time: new Date(`${EventTime} UTC`),
    activity: Activity ?? '',
    reason_code: ReasonCode === '' ? undefined : ReasonCode,
  }));
  const once = [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()];
  once.sort((a, b) =>
    a.agent_id === b.agent_id
      ? a.event_time.getTime() - b.event_time.getTime()
      : a.agent_id < b.agent_id
        ? -1
        : 1,
  );
  const target = `${file}.naive.parquet`;
  const writer = await parquetjs.ParquetWriter.openFile(schema, target);
  for (const row of once) await writer.appendRow(row);
  await writer.close();
  return statSync(target).size;
}
