import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import type { AgentActivityRow } from '../../../shared/activity/event.ts';
import type { Row } from '../../../shared/activity/merge.ts';
import { EvidenceError, SettingsError } from '../../../shared/errors.ts';
import { findGaps } from '../../../shared/jobs/gaps.ts';
import { jobs } from '../../../shared/jobs/scheduled.ts';
import { writeBlock } from '../../../shared/lake/block-format.ts';
import { agentActivity, withdrawnActivity } from '../../../shared/lake/tables.ts';
import { upsert } from '../../../shared/lake/upsert.ts';
import type { LakeRun } from '../../../shared/run/lake-run.ts';
import { Killed } from '../pipeline/call-gate.ts';
import { essence, essenceOfTruth, FIRST_RUN_MS } from '../pipeline/test-lake.ts';
import {
  Bucket,
  centre,
  disturbedAt,
  endMs,
  HOUR,
  mergedBeside,
  momentsOfReplay,
  ONCE,
  ofLake,
  pulled,
  startMs,
  startReplays,
  TROUBLES,
} from './replayed-account.ts';

startReplays();

describe('replay', () => {
  it('finds an untouched lake equal to its evidence in every column', async () => {
    // One trouble at a time: replay.scale.ts
    const account = await pulled({ behaviour: Object.assign({}, ...Object.values(TROUBLES)) });
    await account.run({ job: jobs.reconcile });
    expect((await account.rows(agentActivity)).length).toBeGreaterThan(400);
    expect(await account.verify()).toEqual([]);
  });

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
    const account = await pulled(ONCE);
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
    const account = await pulled({ behaviour: { late: null }, untilHours: 18 });
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
    const [row] = (await account.rows(agentActivity)).slice(-1);
    const gone = row?.source_object ?? '';
    await account.loseObjects([gone]);
    const { error, record } = await account.replay();
    expect(error).toBeInstanceOf(EvidenceError);
    expect(record.failure?.message).toContain(gone);
    expect(await account.blocksOfBoth()).toEqual(before);
    await expect(account.verify()).rejects.toThrow(gone);
  });

  it('refuses to rebuild a lost block from less than was read', async () => {
    const account = await pulled({ everyHours: 3 });
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
    const { Body, Metadata } = await ofLake().clients.s3.send(
      new GetObjectCommand({ Bucket, Key: second }),
    );
    await ofLake().clients.s3.send(
      new PutObjectCommand({
        ...{ Bucket, Key: first, Metadata },
        Body: await Body?.transformToByteArray(),
      }),
    );
    await expect(account.verify()).rejects.toThrow(/SHA-256/);
  });

  it('loses nothing of a pull that merges beside it', async () => {
    // At all of its calls: replay.scale.ts
    for (const moment of (await momentsOfReplay()).slice(-2)) await mergedBeside(moment);
  });

  it('killed, or with a lost answer, and run again, is right', async () => {
    // At all of its writes: replay.scale.ts
    await disturbedAt((writes) => writes.slice(1, 2));
  });

  it('reads the whole lake in another zone, and no part of it', async () => {
    const account = await pulled({
      behaviour: { timeZone: 'Etc/GMT-1' },
      settings: { maxWindow: '1d', lookback: '23h' },
    });
    // Read as UTC everything is an hour late; with such long windows no guard sees it.
    const wrong = essence(await account.rows(agentActivity));
    const zone = { settings: { sourceTimeZone: 'Etc/GMT-1' } };
    expect((await account.run(zone)).error).toBeInstanceOf(SettingsError);
    const part = await account.replay({ from: '2024-11-19', to: '2024-11-19' }, zone);
    expect(part.error).toBeInstanceOf(SettingsError);
    expect(essence(await account.rows(agentActivity))).toEqual(wrong);
    const [event] = await account.rows(agentActivity);
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
    const account = await pulled(ONCE);
    const before = await account.blocksOfBoth();
    const later = { settings: { earliestDate: '2024-11-19' } };
    expect((await account.replay({}, later)).error).toBeInstanceOf(SettingsError);
    await expect(account.verify({}, later)).rejects.toThrow(/earliestDate/);
    expect(await account.blocksOfBoth()).toEqual(before);
  });

  it('does not begin to change the zone while a run is under way, and lets none begin until it ends', async () => {
    const zone = { settings: { sourceTimeZone: 'Etc/GMT-1' } };
    const account = await pulled({
      behaviour: { timeZone: 'Etc/GMT-1', late: null },
      settings: { maxWindow: '1d', lookback: '23h' },
      untilHours: 18,
    });
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
    const account = await pulled({ ...ONCE, settings: { maxWindow: '1d' } });
    const before = await account.blocksOfBoth();
    const wrong = { settings: { sourceTimeZone: 'Asia/Kolkata' } };
    const { error } = await account.replay({}, wrong);
    expect(error).toBeInstanceOf(EvidenceError);
    expect((error as Error).message).toMatch(/read as Asia\/Kolkata, the times of landing/);
    expect(await account.blocksOfBoth()).toEqual(before);
    expect((await account.run()).record.status).toBe('succeeded');
  });

  it('covers the history of an account that began within a second', async () => {
    const started = new Date(startMs + 123).toISOString();
    const account = await pulled({ ...ONCE, settings: { start: started } });
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
