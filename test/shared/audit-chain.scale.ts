import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { contactCentre } from '../../local/simulator/contact-centre.ts';
import type { AgentActivityRow, RejectedActivityRow } from '../../shared/activity/event.ts';
import { jobs } from '../../shared/jobs/scheduled.ts';
import type { RequestLine, WindowLine } from '../../shared/journal.ts';
import { versionsPrefix } from '../../shared/lake/block-keys.ts';
import { dayOf } from '../../shared/lake/table.ts';
import { agentActivity, etlRuns, rejectedActivity } from '../../shared/lake/tables.ts';
import { startTestLake, type TestLake } from './pipeline/test-lake.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const startMs = Date.parse('2024-11-18T00:00:00Z');

let lake: TestLake;
beforeAll(async () => {
  lake = await startTestLake();
});
afterAll(async () => {
  await lake.stop();
});

it('leads from every row of a week to the bytes it came from, their run, its log line and its blocks', async () => {
  let nowMs = startMs;
  const centre = contactCentre({ seed: 6, agents: 4, fromMs: startMs, toMs: startMs + 7 * DAY });
  const broken = centre.events.slice(50, 55).map((event) => ({ ...event, activity: '' }));
  const account = await lake.simulated({
    ...{ events: [...centre.events, ...broken], startMs, nowMs: () => nowMs },
    behaviour: { late: { share: 0.05, longestMs: 20 * HOUR }, repeatedShare: 0.05 },
  });
  const { accountId } = account;
  const windows: WindowLine[] = [];
  const requests: RequestLine[] = [];
  const journal = {
    window: (line: WindowLine) => void windows.push(line),
    request: (line: RequestLine) => void requests.push(line),
  };
  const run = async (atMs: number, job = jobs.pull as (typeof jobs)[keyof typeof jobs]) => {
    nowMs = atMs;
    const { record } = await account.run({ nowMs, clockMs: nowMs, journal, job });
    expect(record.status).toBe('succeeded');
  };
  for (let hours = 10; hours <= 7 * 24 + 2; hours += 10) await run(startMs + hours * HOUR);
  await run(startMs + 7 * DAY + 5 * HOUR, jobs.reconcile);

  const ledger = new Map((await account.ledger()).map((record) => [record.run_id, record]));
  const copied = new Map((await account.rows(etlRuns)).map((row) => [row.run_id, row]));
  const landed = new Map<string, { text: string; runId: string }>();
  for (const key of await account.keys('landing')) {
    const { Body, Metadata } = await lake.clients.s3.send(
      new GetObjectCommand({ Bucket: 'lake', Key: key }),
    );
    const bytes = gunzipSync((await Body?.transformToByteArray()) ?? new Uint8Array());
    expect(key).toContain(createHash('sha256').update(bytes).digest('hex'));
    landed.set(key, { text: bytes.toString(), runId: Metadata?.['run-id'] ?? '' });
  }

  const follow = (row: AgentActivityRow | RejectedActivityRow, block: string) => {
    const response = landed.get(row.source_object);
    if (response === undefined) throw new Error(`no response ${row.source_object}`);
    const record = ledger.get(response.runId);
    const ofBlock = expect.stringMatching(new RegExp(`^${block}\\d{8}-`));
    expect(record?.blocks?.map(({ key }) => key)).toContainEqual(ofBlock);
    const line = windows.find(
      ({ run_id, landing_key }) => run_id === response.runId && landing_key === row.source_object,
    );
    expect(line?.blocks.map(({ key }) => key)).toContainEqual(ofBlock);
    expect(requests.some(({ run_id, status }) => run_id === response.runId && status === 200)).toBe(
      true,
    );
    return response.text;
  };
  const events = await account.rows(agentActivity);
  expect(events.length).toBeGreaterThan(1_000);
  for (const row of events) {
    const day = dayOf(agentActivity, row);
    const block = versionsPrefix({ table: agentActivity, accountId, day });
    expect(follow(row, block)).toContain(elementOf(row));
  }
  const rejected = await account.rows(rejectedActivity);
  expect(rejected).toHaveLength(broken.length);
  for (const row of rejected) {
    const day = dayOf(rejectedActivity, row);
    const block = versionsPrefix({ table: rejectedActivity, accountId, day });
    expect(follow(row, block)).toContain(row.raw);
  }

  // And back: what was read and written stands in the ledger, in the log and, copied, in SQL.
  expect(windows.map(({ landing_key }) => landing_key).filter((key) => !landed.has(key))).toEqual(
    [],
  );
  for (const { run_id, counts, status } of ledger.values()) {
    const lines = windows.filter((line) => line.run_id === run_id);
    expect(lines).toHaveLength(counts?.windows ?? 0);
    expect(lines.reduce((sum, line) => sum + line.new, 0)).toBe(counts?.new);
    expect(requests.filter((line) => line.run_id === run_id)).toHaveLength(counts?.requests ?? 0);
    const sql = copied.get(run_id);
    if (sql !== undefined) expect(sql).toMatchObject({ status, new: counts?.new });
  }
  expect(copied.size).toBeGreaterThan(5);
});

/** A row as the source writes it, byte for byte. */
function elementOf({ agent_id, event_time, activity, reason_code }: AgentActivityRow): string {
  const [date = '', time = ''] = new Date(event_time).toISOString().split(/[T.]/);
  const [year, month, day] = date.split('-');
  const EventTime = `${month}/${day}/${year} ${Number(time.slice(0, 2))}${time.slice(2)}`;
  const [Activity, ReasonCode] = [activity, reason_code ?? ''];
  return JSON.stringify({ AgentId: agent_id, EventTime, Activity, ReasonCode });
}
