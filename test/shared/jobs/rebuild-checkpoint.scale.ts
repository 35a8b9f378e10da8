import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { CheckpointLostError, EvidenceError, SettingsError } from '../../../shared/errors.ts';
import { findGaps } from '../../../shared/jobs/gaps.ts';
import {
  beginCheckpoint,
  proveCheckpoint,
  type RebuildWords,
  rebuildCheckpoint,
} from '../../../shared/jobs/rebuild-checkpoint.ts';
import { moveWatermark } from '../../../shared/jobs/repairs.ts';
import { replay } from '../../../shared/jobs/replay.ts';
import { jobs } from '../../../shared/jobs/scheduled.ts';
import { agentActivity } from '../../../shared/lake/tables.ts';
import type { LakeRun } from '../../../shared/run/lake-run.ts';
import type { AccountSettingsInput } from '../../../shared/settings.ts';
import { answerLostAt, killedAt } from '../pipeline/call-gate.ts';
import { FIRST_RUN_MS, startTestLake, type TestLake } from '../pipeline/test-lake.ts';
import {
  endMs,
  expectNoFalseClaim,
  expectWholeAtLast,
  HOUR,
  newAccount as newAccountIn,
  SETTLE,
  startMs,
} from './lost-table-account.ts';

const DAY = 24 * HOUR;
const NO_WORDS: RebuildWords = { replace: false, withGaps: false };

let lake: TestLake;
beforeAll(async () => {
  lake = await startTestLake();
});
afterAll(() => lake.stop());

async function newAccount(settings: Partial<AccountSettingsInput> = {}) {
  const account = await newAccountIn(lake, settings);
  return {
    ...account,
    rebuild: (words: Partial<RebuildWords> = {}) =>
      account.ask(async (run) => {
        const said = { ...NO_WORDS, ...words };
        await rebuildCheckpoint(run, await proveCheckpoint(run, said), said);
      }),
  };
}

describe('a lake whose table is gone', () => {
  it('refuses to begin an empty history, and comes back with every row once and the same watermark', async () => {
    const account = await newAccount();
    for (const hours of [1, 3, 5, 6]) {
      account.at(hours);
      await account.run();
    }
    const before = await account.checkpoint();
    const rows = await account.rows(agentActivity);
    await account.loseTable();

    const { error } = await account.run();
    expect(error).toBeInstanceOf(CheckpointLostError);
    expect(await account.checkpoint()).toBeNull();
    for (const job of [jobs.reconcile, jobs.backfill]) {
      expect((await account.run({ job })).error).toBeInstanceOf(CheckpointLostError);
    }

    await account.rebuild();
    const { facts, ...state } = (await account.checkpoint()) ?? {};
    expect(state).toMatchObject({
      ...{ startMs, watermarkMs: before?.watermarkMs, skipped: [], bound: true },
      sourceTimeZone: 'UTC',
    });
    expect(facts).toMatchObject({ pinnedAccountId: before?.facts.pinnedAccountId });
    expect(before?.facts.pinnedAccountId).not.toBeNull();
    expect(facts?.listed).not.toBeNull();
    expect(await account.rows(agentActivity)).toEqual(rows);
    await expectWholeAtLast(account, startMs);
  });

  it('claims nothing that was not read, whatever ran and was killed before, and ends whole', async () => {
    const killed = fc.option(fc.tuple(fc.nat(40), fc.constantFrom('before', 'after')), { freq: 1 });
    const step = fc.record({
      job: fc.constantFrom('pull', 'pull', 'backfill', 'reconcile'),
      hours: fc.constantFrom(0, 0.5, 1, 2),
      skip: fc.boolean(),
      killed,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 5 }), async (steps) => {
        const account = await newAccount();
        let hours = 1;
        account.at(hours);
        await account.run();
        await account.backfill('old', -3, -1);
        for (const [index, { job, hours: more, skip, killed }] of steps.entries()) {
          hours = Math.min(10, hours + more);
          const nowMs = account.at(hours);
          // Each on a day of its own, so that the reconcile copies the ledger of those before.
          const clockMs = FIRST_RUN_MS + (index + 1) * DAY;
          const onCall = killed === null ? undefined : killedAt(killed[0], killed[1] as 'before');
          const watermarkMs = (await account.checkpoint())?.watermarkMs ?? 0;
          const toMs = Math.min(watermarkMs + HOUR / 2, nowMs - SETTLE);
          if (skip) await account.ask((run) => moveWatermark(run, { toMs, skip }));
          await account.run({ job: jobs[job], clockMs, onCall }).catch(() => undefined);
        }
        await account.loseTable();
        await account.rebuild().catch(async (error) => {
          // Landed, not merged, and passed over by hand: a replay stores it.
          expect(error).toBeInstanceOf(EvidenceError);
          const work = (run: LakeRun) => replay(run, {});
          expect((await account.run({ job: { name: 'replay', work } })).error).toBeNull();
          await account.rebuild();
        });
        await expectNoFalseClaim(account, startMs + hours * HOUR + SETTLE);
        const skipped = steps.some(({ skip }) => skip);
        await expectWholeAtLast(account, startMs, skipped);
      }),
      { numRuns: 3 },
    );
  });
});

describe('a rebuild', () => {
  const pulled = async (settings: Partial<AccountSettingsInput> = {}) => {
    const account = await newAccount(settings);
    for (const hours of [2, 6]) {
      account.at(hours);
      await account.run();
    }
    return account;
  };

  it('ends before a window that landed, and whose run was killed before it was merged', async () => {
    const account = await pulled();
    account.at(9);
    let puts = 0;
    let deadAt = Number.POSITIVE_INFINITY;
    await account
      .run({
        onCall: async (call, make) => {
          if (call.index > deadAt) throw new Error('dead');
          const answer = await make();
          // The second window of those that are new has landed.
          if (call.name === 'S3 PutObject' && ++puts === 5) deadAt = call.index;
          return answer;
        },
      })
      .catch(() => undefined);
    const before = await account.checkpoint();
    await account.loseTable();
    await account.rebuild();
    const { watermarkMs } = (await account.checkpoint()) ?? {};
    expect(watermarkMs).toBeLessThanOrEqual(before?.watermarkMs ?? 0);
    await expectNoFalseClaim(account, endMs);
    await expectWholeAtLast(account, startMs);
  });

  it('takes the word of etl_runs for what has expired, and leaves what nothing proves as gaps', async () => {
    const account = await pulled();
    await account.backfill('old', -4, -2);
    await account.run({ job: jobs.backfill });
    await account.run({ job: jobs.reconcile, clockMs: FIRST_RUN_MS + DAY });
    await account.removeLanded((key) => !/_20241119T02/.test(key));
    await account.loseTable();
    await expect(account.rebuild()).rejects.toThrow(/2024-11-18T16:00:00.*that are gone/);
    await account.rebuild({ withGaps: true });
    const hours = (await account.covered()).map(({ fromMs, toMs }) =>
      [fromMs, toMs].map((ms) => (ms - startMs) / HOUR),
    );
    expect(hours).toEqual([[0, 6]]);
    const { gaps } = await account.ask(findGaps);
    expect(gaps.filter(({ kind }) => kind === 'left out')).toEqual([
      { kind: 'left out', fromMs: startMs - 4 * HOUR, toMs: startMs },
    ]);
  });

  it('does not take the word of runs for blocks that were brought back from before them', async () => {
    const account = await pulled();
    await account.run({ job: jobs.reconcile, clockMs: FIRST_RUN_MS + DAY });
    await account.removeLanded(() => true);
    await account.loseObjects(await account.keys('activity'));
    await account.loseTable();
    await expect(account.rebuild()).rejects.toThrow(EvidenceError);
  });

  it('refuses the wrong zone, and takes the right one', async () => {
    const account = await pulled();
    await account.loseTable();
    const work = async (run: LakeRun) => void (await proveCheckpoint(run, NO_WORDS));
    const settings = { sourceTimeZone: 'Asia/Kolkata' };
    const { error } = await account.run({ settings, job: { name: 'ask', work } });
    expect(error).toBeInstanceOf(EvidenceError);
    expect((error as EvidenceError).nextAction).toContain('sourceTimeZone');
    await account.rebuild();
  });

  it('refuses where a checkpoint is, unless told to replace it, and then forgets its backfills', async () => {
    const account = await pulled();
    await account.backfill('old', -4, -2);
    await account.run({ job: jobs.backfill });
    await account.backfill('never read', -4, -3);
    await expect(account.rebuild()).rejects.toThrow(SettingsError);
    const covered = await account.covered();
    await account.rebuild({ replace: true });
    expect(await account.covered()).toEqual(covered);
    expect(await account.ask(({ backfills }) => backfills.all())).toEqual([]);
  });

  it('goes back with a bucket that was brought back from before, so that pulls read what it lacks', async () => {
    const account = await pulled();
    const { s3 } = lake.clients;
    const pointers = await Promise.all(
      (await account.keys('activity')).map(async (Key) => {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'lake', Key }));
        return { Key, Body: await Body?.transformToString() };
      }),
    );
    const landed = await account.keys('landing');
    const rows = await account.rows(agentActivity);
    account.at(9);
    await account.run();
    expect((await account.rows(agentActivity)).length).toBeGreaterThan(rows.length);
    for (const pointer of pointers) {
      await s3.send(new PutObjectCommand({ Bucket: 'lake', ...pointer }));
    }
    await account.removeLanded((key) => !landed.includes(key));
    expect((await account.checkpoint())?.watermarkMs).toBe(startMs + 9 * HOUR);
    await account.rebuild({ replace: true });
    expect((await account.checkpoint())?.watermarkMs).toBe(startMs + 6 * HOUR);
    await expectWholeAtLast(account, startMs);
  });

  it('refuses while a run is under way, and loses to one that moved the watermark meanwhile', async () => {
    const account = await pulled();
    await account.loseTable((item) => item === 'checkpoint');
    await account.ask((run) =>
      run.ledger.begin({
        ...{ run_id: 'other', account_id: account.accountId, job: 'replay', code_version: 'x' },
        ...{ started_at: new Date(FIRST_RUN_MS).toISOString(), status: 'started' },
      }),
    );
    await expect(account.rebuild()).rejects.toThrow(/under way/);
    await account.loseTable((item) => item.endsWith('#other'));
    await account.rebuild();

    account.at(8);
    const words = { replace: true, withGaps: false };
    const proved = await account.ask((run) => proveCheckpoint(run, words));
    const work = (run: LakeRun) => rebuildCheckpoint(run, proved, words);
    let passed = false;
    const { record } = await account.run({
      job: { name: 'checkpoint-rebuild', work },
      onCall: async ({ name }, make) => {
        if (name !== 'DynamoDB Query' || passed) return make();
        const answer = await make();
        passed = true;
        await account.run();
        return answer;
      },
    });
    expect(record.status).toBe('superseded');
    expect((await account.checkpoint())?.watermarkMs).toBe(startMs + 8 * HOUR);
  });

  it('succeeds when the answer of its write is lost', async () => {
    const account = await pulled();
    await account.loseTable();
    const proved = await account.ask((run) => proveCheckpoint(run, NO_WORDS));
    const job = {
      name: 'checkpoint-rebuild',
      work: (run: LakeRun) => rebuildCheckpoint(run, proved, NO_WORDS),
    };
    const { gate } = await account.run({ job });
    const index = gate.calls.findLastIndex(({ name }) => name === 'DynamoDB PutItem');
    await account.loseTable();
    const { record } = await account.run({ job, onCall: answerLostAt(index) });
    expect(record.status).toBe('succeeded');
  });
});

describe('another history, begun by an explicit word', () => {
  it('goes on from there beside the rows that are stored, and begins nowhere else', async () => {
    const account = await newAccount();
    account.at(6);
    await account.run();
    const rows = await account.rows(agentActivity);
    await expect(account.ask((run) => beginCheckpoint(run, startMs))).rejects.toThrow(
      SettingsError,
    );
    await account.loseTable();
    const later = startMs + 20 * HOUR;
    await expect(account.ask((run) => beginCheckpoint(run, later))).rejects.toThrow(/future/);
    await account.ask((run) => beginCheckpoint(run, startMs + 5 * HOUR));
    account.at(7);
    expect((await account.run()).record.status).toBe('succeeded');
    expect(await account.rows(agentActivity)).toEqual(expect.arrayContaining([...rows]));
    const covered = [{ fromMs: startMs + 5 * HOUR, toMs: startMs + 7 * HOUR }];
    expect(await account.covered()).toEqual(covered);
  });
});
