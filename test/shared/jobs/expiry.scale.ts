import { contactCentre, type TruthEvent } from '../../../local/simulator/contact-centre.ts';
import type { Row } from '../../../shared/activity/merge.ts';
import { expireRows } from '../../../shared/jobs/expiry.ts';
import { findGaps } from '../../../shared/jobs/gaps.ts';
import { proveCheckpoint, rebuildCheckpoint } from '../../../shared/jobs/rebuild-checkpoint.ts';
import { replay, verify } from '../../../shared/jobs/replay.ts';
import { copyLedger } from '../../../shared/jobs/run-history.ts';
import { jobs } from '../../../shared/jobs/scheduled.ts';
import { agentStay } from '../../../shared/lake/agent-stay.ts';
import {
  agentActivity,
  agents,
  etlCompleteness,
  rejectedActivity,
  withdrawnActivity,
} from '../../../shared/lake/tables.ts';
import { upsert } from '../../../shared/lake/upsert.ts';
import type { LakeRun } from '../../../shared/run/lake-run.ts';
import { answerLostAt, Killed, killedAt } from '../pipeline/call-gate.ts';
import { expectStaysOf } from '../pipeline/expected-stays.ts';
import { startTestLake, type TestAccount, type TestLake } from '../pipeline/test-lake.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const startMs = Date.parse('2024-11-19T14:00:00Z');
const centre = contactCentre({ seed: 4, agents: 4, fromMs: startMs, toMs: startMs + 20 * HOUR });
/** One that nobody understands, in each of the two days. */
const broken = [8, 20].map((hours): TruthEvent => {
  const eventMs = startMs + hours * HOUR;
  return { agentId: '', eventMs, listedAtMs: eventMs, activity: 'Busy', reasonCode: null, seq: 0 };
});
const endMs = startMs + 22 * HOUR;
/** The first day that is kept, by the clock of `expire`. */
const keptMs = Date.parse('2024-11-20');
const settings = { keepRows: '35d' };
const later = { nowMs: keptMs + 35 * DAY + HOUR, clockMs: keptMs + 35 * DAY + HOUR, settings };
const job = { name: 'expire', work: (run: LakeRun) => expireRows(run) };

let lake: TestLake;
beforeAll(async () => {
  lake = await startTestLake();
});
afterAll(async () => {
  await lake.stop();
});

/** An account that was pulled for two days, of whose events one in ten was withdrawn, and checked if asked. */
async function pulled(reconciled = true) {
  let nowMs = endMs;
  const account = await lake.simulated({
    ...{ events: [...centre.events, ...broken], startMs, nowMs: () => nowMs },
    behaviour: { withdrawn: { share: 0.1, afterMs: 23 * HOUR } },
    settings: { maxWindow: '1d' },
  });
  await account.run({ nowMs: endMs, clockMs: endMs });
  if (reconciled) {
    nowMs = endMs + 13 * HOUR;
    await account.run({ nowMs, clockMs: nowMs });
    await account.run({ nowMs, clockMs: nowMs, job: jobs.reconcile });
  }
  nowMs = later.nowMs;
  const [blocks, accountId] = await account.ask(nowMs, async (run) => [
    run.blocks,
    run.settings.accountId,
  ]);
  const rows = [
    { agent_id: 'left', first_name: 'Ann', last_name: null, checked_at: keptMs - 1 },
    { agent_id: 'stayed', first_name: 'Bo', last_name: null, checked_at: keptMs },
  ];
  await upsert({ blocks, accountId, table: agents, rows });
  return account;
}

async function expectExpired(account: TestAccount, before: ReadonlyMap<string, readonly Row[]>) {
  const kept = [...before].map(([key, rows]): [string, readonly Row[]] => {
    const [, day = ''] = /dt=(.+)\//.exec(key) ?? [];
    return [key, Date.parse(day) < keptMs ? [] : rows];
  });
  expect(await dated(account)).toEqual(new Map(kept));
  const names = await account.rows(agents);
  expect(names.map(({ agent_id }) => agent_id)).toEqual(['stayed']);
  const { startMs: fromMs = 0, watermarkMs = 0, keptFromMs } = (await account.checkpoint()) ?? {};
  expect(keptFromMs).toBe(keptMs);
  const covered = { fromMs: Math.max(fromMs, keptMs), toMs: watermarkMs };
  const stays = await account.blocks(agentStay);
  expect(stays.get(`stays/account_id=${account.accountId}/day=2024-11-19/current`)).toEqual([]);
  return covered;
}

const dated = async (account: TestAccount) =>
  new Map<string, readonly Row[]>([
    ...(await account.blocks(agentActivity)),
    ...(await account.blocks(rejectedActivity)),
    ...(await account.blocks(withdrawnActivity)),
    ...(await account.blocks(etlCompleteness)),
  ]);

const ask = <T>(account: TestAccount, work: (run: LakeRun) => Promise<T>) => {
  const answers: T[] = [];
  const asked = { name: 'ask', work: async (run: LakeRun) => void answers.push(await work(run)) };
  return account.run({ ...later, job: asked }).then(({ error }) => {
    if (error !== null) throw error;
    return answers[0] as T;
  });
};

describe('expiry', () => {
  it('empties the days before in every table, and all that follows from them says so', async () => {
    const account = await pulled();
    const before = await dated(account);
    const rows = await account.rows(agentActivity);
    expect((await account.rows(withdrawnActivity)).length).toBeGreaterThan(2);
    expect(await account.rows(rejectedActivity)).toHaveLength(2);
    expect((await account.rows(etlCompleteness)).length).toBeGreaterThan(0);
    const { record } = await account.run({ ...later, job: jobs.reconcile });
    expect(record.status).toBe('succeeded');
    const gone = [...before].filter(([key]) => /dt=2024-11-1/.test(key)).flatMap(([, all]) => all);
    expect(record.counts?.expired_rows).toBe(gone.length + 1);
    const covered = await expectExpired(account, before);
    expect((await account.rows(agentActivity)).length).toBeGreaterThan(20);
    expect((await account.rows(agentActivity)).length).toBeLessThan(rows.length - 20);
    // Only what is told of the kept days is known of, and nothing of what has gone is a gap.
    expect(await ask(account, findGaps)).toEqual({ covered: [covered], gaps: [] });
    const days = (await account.blocks(agentStay)).get(
      `stays/account_id=${account.accountId}/day=2024-11-20/current`,
    );
    expect(days?.length).toBeGreaterThan(20);
    // Days whose responses are still there are not made again, nor are they missed.
    expect(await ask(account, differing)).toEqual([]);
    await account.run({ ...later, job: { name: 'replay', work: (run) => replay(run, {}) } });
    await expectExpired(account, before);
    // The next night finds nothing to do.
    const { record: next } = await account.run({ ...later, job });
    expect(next).toMatchObject({ counts: { expired_rows: 0, derived_days: 0 }, blocks: [] });
  });

  it('derives the stays of kept days as from a history that begins there', async () => {
    const account = await pulled(false);
    await account.run({ ...later, job });
    const { watermarkMs = 0 } = (await account.checkpoint()) ?? {};
    const stays = await account.blocks(agentStay);
    // Days with stays that are empty now; the others are what the stored events say.
    await expectStaysOf(
      {
        ...account,
        blocks: async (table) =>
          table.name === agentStay.name
            ? (new Map([...stays].filter(([key]) => !/day=2024-11-1/.test(key))) as never)
            : account.blocks(table),
      },
      { covered: { fromMs: keptMs, toMs: watermarkMs } },
    );
  });

  it('killed after any of its writes, or with an answer lost, ends right when made again', async () => {
    const first = await pulled(false);
    const { gate } = await first.run({ ...later, job });
    const writes = gate.calls.filter(({ writes }) => writes);
    expect(writes.length).toBeGreaterThan(12);
    for (const { index } of writes) {
      const account = await pulled(false);
      const before = await dated(account);
      const killed = await account
        .run({ ...later, job, onCall: killedAt(index, 'after') })
        .catch((e) => e);
      expect(killed).toBeInstanceOf(Killed);
      await account.run({ ...later, job });
      await expectExpired(account, before);
    }
    for (const { index } of writes.filter(({ name }) => name.startsWith('S3')).slice(0, 2)) {
      const account = await pulled(false);
      const before = await dated(account);
      await account.run({ ...later, job, onCall: answerLostAt(index) });
      await expectExpired(account, before);
    }
  });

  it('takes what comes late for a day that has expired, and keeps what a pull adds beside it', async () => {
    const account = await pulled(false);
    const before = await dated(account);
    let row = 0;
    // A pull that was slow stores a row of an expired day at each of its writes.
    const { gate } = await (await pulled(false)).run({ ...later, job });
    const puts = gate.calls.filter(({ name }) => name === 'S3 PutObject');
    await account.run({
      ...later,
      job,
      onCall: async (call, make) => {
        if (puts.some(({ index }) => index === call.index)) {
          row += 1;
          await lateRow(account, row);
        }
        return make();
      },
    });
    await account.run({ ...later, job });
    await expectExpired(account, before);
  });

  it('reads nothing that has expired meanwhile, and claims nothing of it', async () => {
    const account = await pulled(false);
    await account.run({ ...later, job });
    // Nobody pulled for weeks; the night came first.
    const nowMs = keptMs + 60 * DAY;
    const beyond = { ...later, nowMs, clockMs: nowMs };
    await account.run({ ...beyond, job });
    let asked = 0;
    await account.run({
      ...beyond,
      onCall: async ({ name }, make) => {
        if (name === 'GET agentactivity' && ++asked > 2) throw new Error('enough is seen');
        return make();
      },
    });
    const fromMs = nowMs - 35 * DAY;
    const { covered, gaps } = await ask(account, findGaps);
    expect(covered).toEqual([{ fromMs, toMs: fromMs + 2 * DAY }]);
    expect(gaps).toEqual([]);
  });

  it.each([
    ['by responses', false],
    ['by the ledger, when responses have expired', true],
  ])('outlives the loss of the table, proved %s', async (_, withoutResponses) => {
    const account = await pulled(false);
    const before = await dated(account);
    const { watermarkMs } = (await account.checkpoint()) ?? {};
    // In time, before the ledger forgets.
    const copy = { name: 'copy', work: (run: LakeRun) => copyLedger(run) };
    await account.run({ nowMs: endMs + DAY, clockMs: endMs + DAY, job: copy });
    await account.run({ ...later, job });
    if (withoutResponses) {
      await account.loseObjects(await account.keys('landing'));
    }
    await account.loseTable();
    // The runbook's first word for a lost table: it needs no checkpoint.
    if (!withoutResponses) await ask(account, (run) => replay(run, {}));
    const words = { replace: false, withGaps: false };
    await ask(account, async (run) =>
      rebuildCheckpoint(run, await proveCheckpoint(run, words), words),
    );
    await expectExpired(account, before);
    const { covered, gaps } = await ask(account, findGaps);
    expect(covered).toEqual([{ fromMs: keptMs, toMs: watermarkMs }]);
    expect(gaps.filter(({ kind }) => kind === 'never read')).toEqual([]);
  });

  it('claims nothing of what has expired after the loss of the table, though rows are to be kept for longer since', async () => {
    const account = await pulled(false);
    const copy = { name: 'copy', work: (run: LakeRun) => copyLedger(run) };
    await account.run({ nowMs: endMs + DAY, clockMs: endMs + DAY, job: copy });
    await account.run({ ...later, job });
    const afterMs = later.nowMs + 2 * DAY;
    await account.run({ nowMs: afterMs, clockMs: afterMs, job: copy });
    await account.loseObjects(await account.keys('landing'));
    await account.loseTable();
    const words = { replace: false, withGaps: false };
    await account.ask(afterMs, async (run) =>
      rebuildCheckpoint(run, await proveCheckpoint(run, words), words),
    );
    const { covered } = await account.ask(afterMs, findGaps);
    expect(covered.map(({ fromMs }) => fromMs)).toEqual([keptMs]);
  });

  it('takes nothing by a clock that is set ahead', async () => {
    const account = await pulled(false);
    const before = await dated(account);
    await account.run({ ...later, clockMs: endMs, job });
    expect(await dated(account)).toEqual(before);
  });
});

async function differing(run: LakeRun) {
  const found: unknown[] = [];
  await verify(run, {}, ({ differences }) => found.push(...differences));
  return found;
}

async function lateRow(account: TestAccount, number: number): Promise<void> {
  const row = {
    ...{ agent_id: `late-${number}`, event_time: startMs + number * 1_000, activity: 'Busy' },
    ...{ reason_code: null, occurrence: 1, changes_in_second: 1, event_seq: 0 },
    ...{ ingested_at: endMs, source_object: 'landing/late', extra: null },
  };
  await account.ask(later.nowMs, ({ blocks, settings: { accountId } }) =>
    upsert({ blocks, accountId, table: agentActivity, rows: [row] }),
  );
}
