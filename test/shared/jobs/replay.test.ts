import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import type { Behaviour } from '../../../local/simulator/behaviour.ts';
import { contactCentre, type TruthEvent } from '../../../local/simulator/contact-centre.ts';
import type { AgentActivityRow } from '../../../shared/activity/event.ts';
import type { Row } from '../../../shared/activity/merge.ts';
import { EvidenceError, SettingsError } from '../../../shared/errors.ts';
import { findGaps } from '../../../shared/jobs/gaps.ts';
import { type DayDifferences, type DayRange, replay, verify } from '../../../shared/jobs/replay.ts';
import { jobs } from '../../../shared/jobs/scheduled.ts';
import { readBlock, writeBlock } from '../../../shared/lake/block-format.ts';
import { agentActivity, rejectedActivity, withdrawnActivity } from '../../../shared/lake/tables.ts';
import { upsert } from '../../../shared/lake/upsert.ts';
import type { LakeRun } from '../../../shared/run/lake-run.ts';
import type { AccountSettingsInput } from '../../../shared/settings.ts';
import { answerLostAt, Killed, killedAt, tellingCalls } from '../pipeline/call-gate.ts';
import {
  essence,
  essenceOfTruth,
  FIRST_RUN_MS,
  startTestLake,
  type TestAccount,
  type TestLake,
} from '../pipeline/test-lake.ts';

const HOUR = 3_600_000;
const startMs = Date.parse('2024-11-18T14:00:00Z');
const centre = contactCentre({ seed: 4, agents: 8, fromMs: startMs, toMs: startMs + 24 * HOUR });
const endMs = startMs + 27 * HOUR;
const Bucket = 'lake';

let lake: TestLake;
beforeAll(async () => {
  lake = await startTestLake();
});
afterAll(async () => {
  await lake.stop();
});

/** Rows that nobody understands: some with a time, some without, which every answer lists. */
const broken = centre.events.slice(40, 44).map((event): TruthEvent => ({ ...event, agentId: '' }));

/** An account that was pulled for a day, or until some hour of it. */
async function pulled(
  behaviour: Partial<Behaviour> = {},
  settings: Partial<AccountSettingsInput> = {},
  { everyHours = 9, untilHours = 27 } = {},
) {
  let nowMs = startMs;
  const account = await lake.simulated({
    ...{ events: [...centre.events, ...broken], settings, startMs, nowMs: () => nowMs },
    behaviour: { late: { share: 0.1, longestMs: HOUR }, repeatedShare: 0.05, ...behaviour },
  });
  const run = (options: Partial<Parameters<TestAccount['run']>[0]> = {}) =>
    account.run({ nowMs, ...options });
  for (let hours = everyHours; hours <= untilHours; hours += everyHours) {
    nowMs = startMs + hours * HOUR;
    await run();
  }
  nowMs = endMs;
  const blocks = async () => {
    const [events, rejected] = [agentActivity, rejectedActivity];
    return new Map([...(await account.blocks(events)), ...(await account.blocks(rejected))]);
  };
  return {
    ...account,
    run,
    blocksOfBoth: blocks,
    replay: (range: DayRange = {}, options: Partial<Parameters<typeof run>[0]> = {}) =>
      run({ job: { name: 'replay', work: (r) => replay(r, range) }, ...options }),
    verify: async (range: DayRange = {}, options: Partial<Parameters<typeof run>[0]> = {}) => {
      const found: DayDifferences[] = [];
      const work = (r: Parameters<typeof verify>[0]) => verify(r, range, (day) => found.push(day));
      const { error, gate } = await run({ job: { name: 'verify', work }, ...options });
      if (error !== null) throw error;
      expect(gate.calls.filter(({ name }) => name === 'S3 PutObject')).toEqual([]);
      return found.filter(({ differences }) => differences.length > 0);
    },
    /** Of the version that a pointer names, in place: what nobody may do. */
    change: async (pointer: string, change: (rows: readonly Row[]) => readonly Row[]) => {
      const key = await account.versionOf(pointer);
      const { Body } = await lake.clients.s3.send(new GetObjectCommand({ Bucket, Key: key }));
      const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
      const rows = change(readBlock(agentActivity, bytes));
      const body = writeBlock(agentActivity, rows);
      await lake.clients.s3.send(new PutObjectCommand({ Bucket, Key: key, Body: body }));
    },
  };
}

describe('replay', () => {
  it.each<[string, Partial<Behaviour>]>([
    ['is well', {}],
    ['cuts its answers silently', { rowCap: { rows: 58, keep: 'newest', announcedBy: 'nothing' } }],
    [
      'withdraws and corrects',
      {
        withdrawn: { share: 0.1, afterMs: HOUR / 2 },
        corrected: { share: 0.1, afterMs: HOUR / 2 },
      },
    ],
    [
      'lists the newest first, in local time',
      { order: 'newestFirst', eventTime: 'iso', timeZone: 'Asia/Kolkata' },
    ],
  ])(
    'finds an untouched lake equal to its evidence in every column, of a source that %s',
    async (_, behaviour) => {
      const account = await pulled(behaviour);
      await account.run({ job: { ...jobs.reconcile } });
      expect((await account.rows(agentActivity)).length).toBeGreaterThan(400);
      expect(await account.verify()).toEqual([]);
    },
  );

  it('gives a lake whose blocks were all deleted its rows back, in every column', async () => {
    const account = await pulled();
    const timeless = { AgentId: 'a', EventTime: 'soon', Activity: 'Busy' };
    account.simulator.respondWith(() => ({
      status: 200,
      body: JSON.stringify({ AgentUpdates: [timeless] }),
    }));
    await account.run({ nowMs: endMs + 6 * HOUR });
    await account.run({ nowMs: endMs + 8 * HOUR });
    const before = await account.blocksOfBoth();
    expect(before.size).toBe(4);
    // Of some the pointer, of the others what it names.
    for (const [index, key] of [...before.keys()].entries()) {
      await account.loseObjects([index % 2 === 0 ? key : await account.versionOf(key)]);
    }
    const { record } = await account.replay();
    expect(record).toMatchObject({ job: 'replay', status: 'succeeded' });
    const replaced = record.blocks?.filter(({ key }) => !key.startsWith('blocks/stays/'));
    expect(replaced).toHaveLength(before.size);
    expect(await account.blocksOfBoth()).toEqual(before);
  });

  it('replaces the lost version of a day that has no rows', async () => {
    const account = await pulled({ late: null }, {}, { everyHours: 18, untilHours: 18 });
    const day = '2024-11-17';
    await account.ask(endMs, ({ blocks, settings: { accountId } }) =>
      blocks.replace({ table: agentActivity, accountId, day }, async () =>
        writeBlock(agentActivity, []),
      ),
    );
    const [emptied = ''] = await account.keys('activity');
    expect(emptied).toContain(day);
    await account.loseObjects([await account.versionOf(emptied)]);
    // Nothing differs, yet whoever follows the pointer would fail.
    expect(await account.verify()).toEqual([]);
    await account.replay();
    const stored = await account.blocks(agentActivity);
    expect(stored.get(emptied)).toEqual([]);
  });

  it('writes nothing where all is as it should be', async () => {
    const account = await pulled();
    const { record } = await account.replay();
    expect(record).toMatchObject({ status: 'succeeded', blocks: [] });
  });

  it('names the older response of a run that died before it merged it, and takes it', async () => {
    const account = await pulled({ late: null }, {}, { everyHours: 9, untilHours: 18 });
    const lands = (call: { name: string }) => call.name === 'S3 PutObject';
    let landed = false;
    await account
      .run({
        onCall: async (call, make) => {
          if (landed) throw new Killed();
          const answer = await make();
          landed = lands(call);
          return answer;
        },
      })
      .catch(() => {});
    // In other windows, or the same response would land again, and the first to arrive count.
    await account.run({ settings: { maxWindow: '5h' } });
    const found = (await account.verify()).flatMap(({ differences }) => differences);
    expect(found.length).toBeGreaterThan(5);
    for (const { kind, row, stored } of found) {
      expect([kind, Object.keys(stored)]).toEqual(['differs', ['ingested_at', 'source_object']]);
      expect(Number(row.ingested_at)).toBeLessThan(Number(stored.ingested_at));
    }
    await account.replay();
    expect(await account.verify()).toEqual([]);
    expect(essence(await account.rows(agentActivity))).toEqual(essenceOfTruth(centre.events));
  });

  it('names each difference, and puts it right', async () => {
    const account = await pulled();
    const before = await account.blocksOfBoth();
    const [key = ''] = await account.keys('activity');
    let changed: readonly Row[] = [];
    await account.change(key, (rows) => {
      changed = rows.slice(0, 3);
      const [missing, other, , ...rest] = rows as readonly [Row, Row, Row, ...Row[]];
      const extra = { ...missing, agent_id: 'nobody' };
      return [extra, { ...other, event_seq: 7 }, ...rest];
    });
    const [found, ...others] = await account.verify();
    expect(others).toEqual([]);
    expect(found?.table).toBe(agentActivity);
    expect(found?.differences.map(({ kind, row, stored }) => [kind, row.agent_id, stored])).toEqual(
      expect.arrayContaining([
        ['missing', changed[0]?.agent_id, {}],
        ['differs', changed[1]?.agent_id, { event_seq: 7 }],
        ['missing', changed[2]?.agent_id, {}],
        ['extra', 'nobody', {}],
      ]),
    );
    expect(found?.differences).toHaveLength(4);
    await account.replay();
    expect(await account.blocksOfBoth()).toEqual(before);
  });

  it('refuses a day whose evidence is gone, names it, and leaves the day alone', async () => {
    const account = await pulled();
    const before = await account.blocksOfBoth();
    const [row] = (await account.rows<AgentActivityRow>(agentActivity)).slice(-1);
    const gone = row?.source_object ?? '';
    await account.loseObjects([gone]);
    const { error, record } = await account.replay();
    expect(error).toBeInstanceOf(EvidenceError);
    expect(record.failure?.message).toContain(gone);
    expect(await account.blocksOfBoth()).toEqual(before);
    await expect(account.verify()).rejects.toThrow(gone);
  });

  it('refuses to rebuild a lost block from less than was read', async () => {
    const account = await pulled({}, {}, { everyHours: 3, untilHours: 27 });
    await account.loseObjects(await account.keys('activity'));
    const landed = await account.keys('landing');
    await account.loseObjects(landed.filter((key) => key.includes('T2')));
    const { error } = await account.replay({ from: '2024-11-18', to: '2024-11-18' });
    expect(error).toBeInstanceOf(EvidenceError);
    expect((error as Error).message).toMatch(
      /no response of 2024-11-18T19:58:30.000Z to 2024-11-19/,
    );
    expect(await account.keys('activity')).toEqual([]);
  });

  it('refuses evidence whose bytes were changed', async () => {
    const account = await pulled();
    const [first = '', second = ''] = await account.keys('landing');
    const { Body, Metadata } = await lake.clients.s3.send(
      new GetObjectCommand({ Bucket, Key: second }),
    );
    await lake.clients.s3.send(
      new PutObjectCommand({
        ...{ Bucket, Key: first, Metadata },
        Body: await Body?.transformToByteArray(),
      }),
    );
    await expect(account.verify()).rejects.toThrow(/SHA-256/);
  });

  it('loses nothing of a pull that merges at any of its calls', async () => {
    const half = () =>
      pulled({ late: null }, { maxWindow: '1d' }, { everyHours: 18, untilHours: 18 });
    const spoilt = async () => {
      const account = await half();
      const keys = await account.keys('activity');
      for (const key of keys) await account.change(key, (rows) => rows.slice(9));
      return account;
    };
    const { gate, record } = await (await spoilt()).replay();
    const replaced = record.blocks?.filter(({ key }) => key.startsWith('blocks/activity/')) ?? [];
    expect(replaced.length).toBeGreaterThan(0);
    // Each block is two of them: its version and its pointer. What follows derives, as after any job.
    const puts = gate.calls.filter(({ name }) => name === 'S3 PutObject');
    const lastIndex = puts[2 * replaced.length - 1]?.index ?? -1;
    const moments = tellingCalls(gate.calls).filter(({ index }) => index <= lastIndex + 1);
    for (const { index } of moments) {
      const account = await spoilt();
      let added = 0;
      const outcome = await account.replay(
        {},
        {
          onCall: async (call, make) => {
            if (call.index === index) added = (await account.run()).record.counts?.new ?? 0;
            return make();
          },
        },
      );
      expect([index, outcome.record.status]).toEqual([index, 'succeeded']);
      expect(added).toBeGreaterThan(50);
      expect(essence(await account.rows(agentActivity))).toEqual(essenceOfTruth(centre.events));
    }
  });

  it('killed anywhere or with a lost answer, and run again, is right', async () => {
    const account = await pulled();
    const right = await account.blocksOfBoth();
    const spoil = async () => {
      for (const key of await account.keys('activity')) {
        await account.change(key, (rows) => rows.slice(2));
      }
    };
    await spoil();
    const { gate } = await account.replay();
    const writes = gate.calls.filter(({ name }) => name === 'S3 PutObject');
    expect(writes.length).toBeGreaterThan(1);
    for (const { index } of writes) {
      await spoil();
      const outcome = await account
        .replay({}, { onCall: killedAt(index, 'after') })
        .catch((error: unknown) => error);
      expect(outcome).toBeInstanceOf(Killed);
      await account.replay();
      expect(await account.blocksOfBoth()).toEqual(right);
      await spoil();
      const { record } = await account.replay({}, { onCall: answerLostAt(index) });
      expect(record).toMatchObject({ status: 'succeeded', blocks: expect.any(Array) });
      // A version and a pointer each.
      expect(record.blocks).toHaveLength(writes.length / 2);
      expect(await account.blocksOfBoth()).toEqual(right);
    }
  });

  it('reads the whole lake in another zone, and no part of it', async () => {
    const account = await pulled({ timeZone: 'Etc/GMT-1' }, { maxWindow: '1d', lookback: '23h' });
    // Read as UTC everything is an hour late; with such long windows no guard sees it.
    const wrong = essence(await account.rows(agentActivity));
    const zone = { settings: { sourceTimeZone: 'Etc/GMT-1' } };
    expect((await account.run(zone)).error).toBeInstanceOf(SettingsError);
    const part = await account.replay({ from: '2024-11-19', to: '2024-11-19' }, zone);
    expect(part.error).toBeInstanceOf(SettingsError);
    expect(essence(await account.rows(agentActivity))).toEqual(wrong);
    const [event] = await account.rows<AgentActivityRow>(agentActivity);
    await account.ask(endMs, (run) => tellWithdrawn(run, event));
    expect(await account.rows(withdrawnActivity)).toHaveLength(1);

    expect((await account.replay({}, zone)).record.status).toBe('succeeded');
    expect((await account.run(zone)).record.status).toBe('succeeded');
    const truth = essenceOfTruth(centre.events);
    expect(essence(await account.rows(agentActivity))).toEqual(truth);
    // What was told by the other clock no longer holds.
    expect(await account.rows(withdrawnActivity)).toEqual([]);
  });
});

describe('what a replay needs to know', () => {
  it('refuses an earliest date later than what was read, and changes nothing', async () => {
    const account = await pulled({}, {}, { everyHours: 18, untilHours: 18 });
    const before = await account.blocksOfBoth();
    const later = { settings: { earliestDate: '2024-11-19' } };
    expect((await account.replay({}, later)).error).toBeInstanceOf(SettingsError);
    await expect(account.verify({}, later)).rejects.toThrow(/earliestDate/);
    expect(await account.blocksOfBoth()).toEqual(before);
  });

  it('does not begin to change the zone while a run is under way, and lets none begin until it ends', async () => {
    const zone = { settings: { sourceTimeZone: 'Etc/GMT-1' } };
    const wide = { maxWindow: '1d', lookback: '23h' } as const;
    const steps = { everyHours: 9, untilHours: 18 };
    const account = await pulled({ timeZone: 'Etc/GMT-1', late: null }, wide, steps);
    let refused: unknown;
    await account.run({
      onCall: async (call, make) => {
        if (call.name === 'GET agentactivity') refused = (await account.replay({}, zone)).error;
        return make();
      },
    });
    expect((refused as Error).message).toMatch(/under way/);
    expect(String((await account.run()).error)).not.toMatch(/A replay reads/);

    const writes = (call: { name: string }) => call.name === 'S3 PutObject';
    let during: unknown;
    let dead = false;
    const killed = account.replay(
      {},
      {
        ...zone,
        onCall: async (call, make) => {
          if (dead) throw new Killed();
          const answer = await make();
          if (writes(call)) {
            dead = true;
            during = (await account.run()).error;
          }
          return answer;
        },
      },
    );
    await killed.catch(() => {});
    expect(during).toBeInstanceOf(SettingsError);
    // Half of the lake is read in the other zone now: no run may go on, in neither.
    for (const options of [{}, zone]) {
      expect((await account.run(options)).error).toBeInstanceOf(SettingsError);
    }
    const whole = { clockMs: FIRST_RUN_MS + 24 * HOUR };
    expect((await account.replay({}, { ...zone, ...whole })).record.status).toBe('succeeded');
    expect((await account.run(zone)).record.status).toBe('succeeded');
    expect(essence(await account.rows(agentActivity))).toEqual(essenceOfTruth(centre.events));
  });

  it('leaves all as it was when the new zone is refused', async () => {
    const account = await pulled(
      { late: null },
      { maxWindow: '1d' },
      { everyHours: 18, untilHours: 18 },
    );
    const before = await account.blocksOfBoth();
    const wrong = { settings: { sourceTimeZone: 'Asia/Kolkata' } };
    expect((await account.replay({}, wrong)).error).toBeInstanceOf(EvidenceError);
    expect(await account.blocksOfBoth()).toEqual(before);
    expect((await account.run()).record.status).toBe('succeeded');
  });

  it('covers the history of an account that began within a second', async () => {
    const started = new Date(startMs + 123).toISOString();
    const account = await pulled(
      { late: null },
      { start: started },
      { everyHours: 18, untilHours: 18 },
    );
    expect(await account.verify()).toEqual([]);
    expect((await account.ask(endMs, findGaps)).gaps).toEqual([]);
  });
});

async function tellWithdrawn(run: LakeRun, event: AgentActivityRow | undefined): Promise<void> {
  if (event === undefined) throw new Error('no event');
  const { agent_id, event_time, activity, reason_code, occurrence, source_object } = event;
  const row = {
    ...{ agent_id, event_time, activity, reason_code, occurrence, source_object },
    ...{ withdrawn_at: 1, returned_at: null, checked_at: 1 },
  };
  const { blocks, clock, runId, settings } = run;
  const into = { blocks, clock, runId, accountId: settings.accountId };
  await upsert({ ...into, table: withdrawnActivity, rows: [row] });
}
