import type { TruthEvent } from '../../../local/simulator/contact-centre.ts';
import { agentDigest } from '../../../shared/activity/erased-agents.ts';
import { DAY_MS } from '../../../shared/activity/instant.ts';
import { nothingLearned } from '../../../shared/checkpoint/checkpoint.ts';
import { SettingsError } from '../../../shared/errors.ts';
import { holdingsOf } from '../../../shared/jobs/agent-holdings.ts';
import { reasonOfErasure } from '../../../shared/jobs/erasure.ts';
import { proveCheckpoint, rebuildCheckpoint } from '../../../shared/jobs/rebuild-checkpoint.ts';
import { replay, verify } from '../../../shared/jobs/replay.ts';
import { copyLedger } from '../../../shared/jobs/run-history.ts';
import { jobs } from '../../../shared/jobs/scheduled.ts';
import {
  agentActivity,
  etlCompleteness,
  rejectedActivity,
  withdrawnActivity,
} from '../../../shared/lake/tables.ts';
import type { LakeRun } from '../../../shared/run/lake-run.ts';
import type { TestAccount } from '../pipeline/test-lake.ts';
import {
  ann,
  endMs,
  erase,
  expectErased,
  HOUR,
  killedAndMadeAgain,
  naming,
  ofLake,
  pulled,
  startErasures,
  startMs,
  writesOfErasure,
} from './erased-account.ts';

startErasures();

const ofAnn = async (account: Pick<TestAccount, 'rows'>) =>
  (await account.rows(agentActivity)).filter(({ agent_id }) => agent_id === ann);

describe('an erasure', () => {
  it('leaves the lake of a source that never had the agent, which its evidence gives', async () => {
    const account = await pulled({ checked: true });
    const withdrawn = await account.rows(withdrawnActivity);
    expect(withdrawn.some(({ agent_id }) => agent_id === ann)).toBe(true);
    const rows = (await account.rows(agentActivity)).filter(({ agent_id }) => agent_id !== ann);
    expect((await naming(account)).length).toBeGreaterThan(10);
    const { record } = await account.erase();
    expect(record.status).toBe('succeeded');
    expect(record.counts?.erased_rows).toBeGreaterThan(20);
    expect(record.counts?.rewritten_responses).toBeGreaterThan(3);
    await expectErased(account);
    // The rows of others are what they were, in every column.
    expect(await account.rows(agentActivity)).toEqual(rows);
    expect(await account.rows(withdrawnActivity)).toEqual(
      withdrawn.filter(({ agent_id }) => agent_id !== ann),
    );
    expect(await account.differences()).toEqual([]);
    expect(await account.ask(account.lastMs(), (run) => holdingsOf(run, ann))).toMatchObject({
      rows: { agent_activity: [], agent_stay: [], agents: [] },
      responses: [],
      reports: [],
    });
    expect(JSON.stringify(await account.ledger())).not.toContain(ann);
  });

  it('leaves the rows of others in every column, whatever the source does', async () => {
    const account = await pulled({
      behaviour: {
        ...{ late: { share: 0.2, longestMs: HOUR }, repeatedShare: 0.2 },
        ...{ corrected: { share: 0.2, afterMs: HOUR / 2 } },
        ...{ order: 'newestFirst', eventTime: 'iso', timeZone: 'Asia/Kolkata' },
        rowCap: { rows: 30, keep: 'newest', announcedBy: 'nothing' },
      },
    });
    const rows = (await account.rows(agentActivity)).filter(({ agent_id }) => agent_id !== ann);
    expect(rows.length).toBeGreaterThan(50);
    await account.erase();
    expect(await account.rows(agentActivity)).toEqual(rows);
    expect(await naming(account)).toEqual([]);
    expect(await account.differences()).toEqual([]);
  });

  it('holds against what asks again: a pull, a directory, a replay', async () => {
    const account = await pulled();
    await account.erase();
    const againMs = endMs + 2 * HOUR;
    for (const job of [jobs.pull, jobs.directory]) {
      const { record } = await account.at(againMs, { job, settings: { lookback: '2d' } });
      expect([job.name, record.status]).toEqual([job.name, 'succeeded']);
    }
    await account.at(againMs, { job: { name: 'replay', work: (run) => replay(run, {}) } });
    expect(await account.differences()).toEqual([]);
    await expectErased(account, againMs);
    const [pull] = (await account.ledger()).filter(({ job }) => job === 'pull');
    expect(pull?.counts?.erased_rows).toBeGreaterThan(0);
  });

  it('holds against a replay of lost blocks that reads the responses before they are rewritten', async () => {
    const account = await pulled();
    const digest = agentDigest(account.accountId, ann);
    await account.ask(endMs, ({ checkpoint }) => checkpoint.leaveOut(digest));
    await account.loseObjects(await account.keys('activity'));
    let erased: string | null = null;
    await account.at(endMs, {
      job: { name: 'replay', work: (run) => replay(run, {}) },
      // It has read all of a day and is about to store it. So old a replay is taken for dead.
      onCall: async (call, make) => {
        if (erased === null && call.name === 'S3 PutObject') {
          erased = 'begun';
          erased = (await account.erase({ clockMs: endMs + 2 * DAY_MS })).record.status;
        }
        return make();
      },
    });
    expect(erased).toBe('succeeded');
    await expectErased(account);
  });

  it.each([
    ['', false],
    [', and a younger checkpoint stands in its place', true],
  ])('is known again when the table was lost%s', async (_, replace) => {
    const account = await pulled();
    await account.erase({
      job: { ...erase, reason: reasonOfErasure('request 7', account.accountId, ann) },
    });
    // The next night copies the ledger into etl_runs.
    const copied = { name: 'copy', work: (run: LakeRun) => copyLedger(run) };
    await account.at(endMs + 30 * HOUR, { job: copied });
    await account.loseTable();
    if (replace) {
      const young = { startMs, watermarkMs: startMs, keptFromMs: Number.NEGATIVE_INFINITY };
      const others = { erased: new Set<string>(), skipped: [], sourceTimeZone: 'UTC' };
      await account.ask(endMs, ({ checkpoint }) =>
        checkpoint.put({ ...young, ...others, facts: nothingLearned }, null),
      );
    }
    const words = { replace, withGaps: false };
    await account.ask(endMs + HOUR, async (run) =>
      rebuildCheckpoint(run, await proveCheckpoint(run, words), words),
    );
    await account.at(endMs + 2 * HOUR, { settings: { lookback: '2d' } });
    await expectErased(account, endMs + 2 * HOUR);
  });

  it('has not withdrawn at the source what is left out, though its rows are still there', async () => {
    const account = await pulled({ behaviour: { withdrawn: { share: 0, afterMs: 0 } } });
    const digest = agentDigest(account.accountId, ann);
    await account.ask(endMs, ({ checkpoint }) => checkpoint.leaveOut(digest));
    expect(await ofAnn(account)).not.toEqual([]);
    // As between the two parts of an erasure, or when it was refused for a run that was under way.
    for (const job of [jobs.pull, jobs.reconcile]) await account.at(endMs + 30 * HOUR, { job });
    expect(await account.rows(withdrawnActivity)).toEqual([]);
    const [day] = await account.rows(etlCompleteness);
    expect(day?.listed).toBeGreaterThan(20);
    expect(day).toMatchObject({ stored_before: day?.listed, added: 0, withdrawn: 0 });
  });

  it('killed half-way, ends right when made again', async () => {
    const calls = await writesOfErasure();
    // At each of its calls: erasure.scale.ts
    await killedAndMadeAgain(calls[Math.floor(0.6 * calls.length)] ?? -1);
  });

  it('does not begin while a run is under way, but lets none that follows store the agent', async () => {
    const account = await pulled({ runs: [7] });
    const errors: unknown[] = [];
    await account.at(endMs, {
      onCall: async (call, make) => {
        if (call.name === 'GET agentactivity' && errors.length === 0) {
          errors.push((await account.erase({ clockMs: endMs + 1_000 })).error);
        }
        return make();
      },
    });
    expect(errors).toEqual([expect.any(SettingsError)]);
    await account.erase();
    await expectErased(account);
  });

  it('reads what is left of a response that the guards would refuse now', async () => {
    const at = (minutes: number) => startMs + minutes * 60_000;
    const event = (agentId: string, eventMs: number, activity: string): TruthEvent => {
      return { agentId, eventMs, listedAtMs: eventMs, activity, reasonCode: null, seq: 0 };
    };
    const bad = Array.from({ length: 24 }, (_, i) => event(`bad-${i}`, at(i), ''));
    const account = await ofLake().simulated({
      events: [...bad, event(ann, at(5), 'Busy')].sort((a, b) => a.eventMs - b.eventMs),
      ...{ startMs, nowMs: () => endMs, settings: { maxWindow: '1d' } },
    });
    await account.run({ nowMs: endMs, clockMs: endMs });
    expect(await account.rows(rejectedActivity)).toHaveLength(24);
    await account.run({ nowMs: endMs, clockMs: endMs + HOUR, job: erase });
    expect(await account.rows(agentActivity)).toEqual([]);
    const found: unknown[] = [];
    await account.ask(endMs, (run) =>
      verify(run, {}, ({ differences }) => found.push(...differences)),
    );
    expect(found).toEqual([]);
    await account.run({
      ...{ nowMs: endMs, clockMs: endMs + HOUR },
      job: { name: 'replay', work: (run: LakeRun) => replay(run, {}) },
    });
    expect(await account.rows(rejectedActivity)).toHaveLength(24);
  });
});

describe('the reason', () => {
  it('must not name whom it is about', () => {
    expect(() => reasonOfErasure(`for ${ann}`, 'acc', ann)).toThrow(SettingsError);
    expect(reasonOfErasure('request 7', 'acc', ann)).toMatch(/^request 7 \(agent sha256 \w{64}\)$/);
  });
});
