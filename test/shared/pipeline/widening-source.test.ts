import { startSimulator } from '../../../local/simulator/server.ts';
import { alarmRules, isOn } from '../../../shared/alarms.ts';
import { type DayDifferences, verify } from '../../../shared/jobs/replay.ts';
import { agentActivity } from '../../../shared/lake/tables.ts';
import { metricsOf } from '../../../shared/metrics.ts';
import { credentials, startTestLake, type TestLake } from './test-lake.ts';

const HOUR = 3_600_000;
const at = (clock: string) => Date.parse(`2024-11-20T${clock}Z`);

let lake: TestLake;
const stops: (() => Promise<void>)[] = [];
beforeAll(async () => {
  lake = await startTestLake();
});
afterAll(async () => {
  for (const stop of stops) await stop();
  await lake.stop();
});

/** A change in two minutes until 12:50, 25 changes right after 13:00, and then nothing. */
const busy = Array.from({ length: 205 }, (_, i) => at('06:00:00') + i * 120_000);
const quiet = Array.from({ length: 25 }, (_, i) => at('13:00:00') + i * 1_000);

/** An account whose source takes, for the span it is asked for, whole units of the clock. */
async function accountOf(name: string, unitMs: number, shownLaterMs = 0) {
  const simulator = await startSimulator({
    ...credentials,
    accountId: name,
    centre: { agents: [], events: [] },
  });
  stops.push(() => simulator.stop());
  simulator.respondWith(({ url }) => {
    const query = new URL(url ?? '', 'http://source').searchParams;
    const ms = (bound: string) => Date.parse(query.get(bound) ?? '');
    const fromMs = Math.floor(ms('fromTimeStamp') / unitMs) * unitMs;
    const toMs = Math.ceil(ms('toTimeStamp') / unitMs) * unitMs;
    const rows = [...busy, ...quiet]
      .filter((each) => each >= fromMs && each < toMs)
      .map((each) => ({
        AgentId: `a-${each}`,
        EventTime: new Date(each + shownLaterMs).toISOString().slice(0, 19),
        Activity: 'Busy',
      }));
    return { status: 200, body: JSON.stringify({ AgentUpdates: rows }) };
  });
  const settings = { start: '2024-11-20T06:00:00Z', lookback: '30s' };
  return lake.account({ accountId: name, host: simulator.url, ...settings });
}

describe('a source that widens its windows', () => {
  it('to whole hours is no source of another zone in a quiet hour, also for a replay', async () => {
    const account = await accountOf('whole-hours', HOUR);
    expect((await account.run({ nowMs: at('13:02:30') })).record.status).toBe('succeeded');
    const nowMs = at('13:20:00');
    const { record } = await account.run({ nowMs });
    expect(record.failure).toBeUndefined();
    expect(record.counts?.outside).toBeGreaterThanOrEqual(quiet.length);
    expect(await account.rows(agentActivity)).toHaveLength(busy.length + quiet.length);
    const measured = [{ atMs: nowMs, metrics: metricsOf(record) }];
    expect(isOn(alarmRules.RowsOutside, measured, nowMs, 5)).toBe(true);

    const found: DayDifferences[] = [];
    await account.ask(nowMs, (run) => verify(run, {}, (day) => found.push(day)));
    expect(found.flatMap(({ differences }) => differences)).toEqual([]);
    expect(found.map(({ rows }) => rows)).toContain(busy.length + quiet.length);
  });

  it('to whole days is read in as many requests as it has windows, or little more', async () => {
    const account = await accountOf('whole-days', 24 * HOUR);
    const settings = { maxWindow: '2h' };
    const { record } = await account.run({ nowMs: at('13:20:00'), settings });
    expect(record.failure).toBeUndefined();
    expect(record.counts).toMatchObject({ windows: 4, windows_split: 0 });
    // Two more for each window that seems to be read in another zone.
    expect(record.counts?.requests).toBeLessThanOrEqual(3 * 4);
    expect(await account.rows(agentActivity)).toHaveLength(busy.length + quiet.length);
  });

  it('is told from one of another zone that widens nothing', async () => {
    const account = await accountOf('another-zone', 1_000, HOUR);
    const { record } = await account.run({ nowMs: at('13:30:00') });
    expect(record.failure).toMatchObject({ class: 'SourceContractError' });
    expect(record.failure?.message).toMatch(/another zone/);
    expect(await account.rows(agentActivity)).toEqual([]);
  });
});
