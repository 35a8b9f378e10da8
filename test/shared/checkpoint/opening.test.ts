import { Checkpoint, nothingLearned } from '../../../shared/checkpoint/checkpoint.ts';
import { CheckpointConflictError, SettingsError } from '../../../shared/errors.ts';
import { agentActivity } from '../../../shared/lake/tables.ts';
import type { AccountSettingsInput } from '../../../shared/settings.ts';
import { answerLostAt, Killed, killedAt } from '../pipeline/call-gate.ts';
import { startTestLake, type TestAccount, type TestLake } from '../pipeline/test-lake.ts';

const HOUR = 3_600_000;
const startMs = Date.parse('2024-11-18T06:00:00Z');
const nowMs = startMs + 12 * HOUR;
/** Too few for a guard to see that they are read in a wrong zone. */
const events = Array.from({ length: 8 }, (_, hour) => ({
  ...{ agentId: 'a', activity: 'Busy', reasonCode: `${hour}`, seq: 0 },
  ...{ eventMs: startMs + (2 + hour) * HOUR, listedAtMs: startMs + (2 + hour) * HOUR },
}));

let lake: TestLake;
beforeAll(async () => {
  lake = await startTestLake();
});
afterAll(async () => {
  await lake.stop();
});

async function newAccount(settings: Partial<AccountSettingsInput> = {}) {
  const account = await lake.simulated({
    ...{ events, startMs, nowMs: () => nowMs, settings: { maxWindow: '1d', ...settings } },
  });
  const run = (
    changed: Partial<AccountSettingsInput> = {},
    more: Partial<Parameters<TestAccount['run']>[0]> = {},
  ) => account.run({ nowMs, settings: changed, ...more });
  return { ...account, run };
}

const hoursStored = async (account: Pick<TestAccount, 'rows'>) =>
  (await account.rows(agentActivity))
    .map(({ event_time }) => (event_time - startMs) / HOUR)
    .sort((a, b) => a - b);

const iso = (ms: number) => new Date(ms).toISOString();
const later = { start: iso(startMs + 5 * HOUR) };
const kolkata = { sourceTimeZone: 'Asia/Kolkata' };

describe('a first run that stored nothing', () => {
  it('keeps nothing of a start before the earliest date', async () => {
    const account = await newAccount({ earliestDate: '2024-11-18' });
    const { error } = await account.run({ start: '2006-11-02' });
    expect(error).toBeInstanceOf(SettingsError);
    expect(await account.checkpoint()).toBeNull();
    expect((await account.run()).record.status).toBe('succeeded');
    expect(await hoursStored(account)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('binds the next one neither to its start nor to its zone', async () => {
    const account = await newAccount();
    account.simulator.failNext({ kind: 'status', status: 403 });
    expect((await account.run(kolkata)).record.status).toBe('failed');
    account.simulator.failNext({ kind: 'status', status: 403 });
    expect((await account.run(later)).record.status).toBe('failed');
    expect(await account.checkpoint()).toMatchObject({ startMs: startMs + 5 * HOUR, bound: false });
    // Further back than any before.
    const earlier = startMs - 24 * HOUR;
    expect((await account.run({ start: iso(earlier) })).record.status).toBe('succeeded');
    expect(await account.checkpoint()).toMatchObject({ startMs: earlier, bound: true });
    expect(await hoursStored(account)).toHaveLength(8);
  });

  it('binds nobody either when it read hours without an event', async () => {
    const account = await newAccount();
    const early = { nowMs: startMs + HOUR };
    expect((await account.run({}, early)).record.status).toBe('succeeded');
    expect((await account.checkpoint())?.watermarkMs).toBeGreaterThan(startMs);
    const { record } = await account.run({ start: iso(startMs + HOUR / 2), ...kolkata }, early);
    expect(record.failure).toBeUndefined();
    expect(await account.checkpoint()).toMatchObject(kolkata);
  });

  it('binds nobody to a start ahead of the clock', async () => {
    const account = await newAccount({ start: undefined });
    account.simulator.failNext({ kind: 'status', status: 403 });
    await account.run({ start: undefined }, { nowMs: nowMs + 400 * 24 * HOUR });
    const { record } = await account.run({ start: undefined });
    expect(record).toMatchObject({ status: 'succeeded', counts: { new: 8 } });
  });
});

describe('the first row', () => {
  it('binds all that follow to its start and zone', async () => {
    const account = await newAccount();
    await account.run();
    const { error } = await account.run(kolkata);
    expect(error).toBeInstanceOf(SettingsError);
    await account.run({ start: iso(startMs - HOUR) });
    expect(await account.checkpoint()).toMatchObject({ startMs, bound: true });
  });

  it('binds although the answer that it does is lost, and nothing twice', async () => {
    const { gate } = await (await newAccount()).run();
    const updates = gate.calls.filter(({ name }) => name === 'DynamoDB UpdateItem');
    for (const { index } of updates) {
      const account = await newAccount();
      const { record } = await account.run({}, { onCall: answerLostAt(index) });
      expect([index, record.status]).toEqual([index, 'succeeded']);
      expect(await account.checkpoint()).toMatchObject({ bound: true });
    }
  });

  it('is stored by the corrected run wherever the one before was killed', async () => {
    const { gate } = await (await newAccount()).run();
    const binds = gate.calls.findIndex(({ name }) => name === 'DynamoDB UpdateItem');
    for (const { index } of gate.calls.slice(0, binds)) {
      const account = await newAccount();
      const killed = account.run(kolkata, { onCall: killedAt(index, 'after') }).catch((e) => e);
      expect(await killed).toBeInstanceOf(Killed);
      expect((await account.run()).record.failure).toBeUndefined();
      expect(await hoursStored(account)).toHaveLength(8);
    }
  });
});

describe('a run that looks at the checkpoint again', () => {
  it('is bound by what it opened, and by nothing that another one began meanwhile', async () => {
    const at = { db: lake.clients.db, table: 'checkpoint', accountId: 'looked-at-twice' };
    const [mine, theirs] = ['mine', 'theirs'].map((runId) => new Checkpoint({ ...at, runId }));
    const opening = {
      ...{ startMs, byDefaultMs: startMs, earliestMs: 0, nowMs },
      holdsRows: async () => false,
    };
    await mine?.open({ ...opening, sourceTimeZone: 'UTC' });
    await theirs?.open({ ...opening, ...kolkata });
    expect(await mine?.load()).toMatchObject(kolkata);
    await expect(mine?.bind()).rejects.toThrow(CheckpointConflictError);
    await theirs?.bind();
    expect(await theirs?.load()).toMatchObject({ ...kolkata, bound: true });
  });
});

describe('a checkpoint that is put in the place of one that was looked at', () => {
  const changes: readonly [string, (checkpoint: Checkpoint, atMs: number) => Promise<void>][] = [
    ['moved its watermark', (at, ms) => at.advance(ms, ms + HOUR)],
    ['left an agent out', (at) => at.leaveOut('f'.repeat(64))],
    ['let rows expire', (at) => at.expireBefore(startMs)],
    ['began to read it in another zone', (at) => at.beginZoneChange('UTC', 'Asia/Kolkata')],
  ];
  it.each(changes)('is refused when another run %s meanwhile', async (did, change) => {
    const { db } = lake.clients;
    const at = { db, table: 'checkpoint', accountId: `put ${did}`, runId: 'one' };
    const checkpoint = new Checkpoint(at);
    const known = {
      ...{ startMs, watermarkMs: nowMs, keptFromMs: startMs - 48 * HOUR, skipped: [] },
      ...{ sourceTimeZone: 'UTC', erased: new Set(['a'.repeat(64)]), facts: nothingLearned },
    };
    await checkpoint.put(known, null);
    const seen = await checkpoint.load();
    await checkpoint.put(known, seen);
    await change(new Checkpoint({ ...at, runId: 'other' }), nowMs);
    const before = await checkpoint.load();
    const late = new Checkpoint({ ...at, runId: 'late' });
    await expect(late.put(known, seen)).rejects.toThrow(CheckpointConflictError);
    expect(await checkpoint.load()).toEqual(before);
  });
});
