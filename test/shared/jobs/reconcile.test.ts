import { contactCentre, type TruthEvent } from '../../../local/simulator/contact-centre.ts';
import { isoDay } from '../../../shared/activity/instant.ts';
import { identityOf, type Row } from '../../../shared/activity/merge.ts';
import { BlockLostError } from '../../../shared/errors.ts';
import { reconcile } from '../../../shared/jobs/reconcile.ts';
import { acknowledgeEmptyDay } from '../../../shared/jobs/repairs.ts';
import { jobs } from '../../../shared/jobs/scheduled.ts';
import { writeBlock } from '../../../shared/lake/block-format.ts';
import {
  agentActivity,
  etlRuns,
  rejectedActivity,
  withdrawnActivity,
} from '../../../shared/lake/tables.ts';
import type { Pipeline } from '../../../shared/run/lake-run.ts';
import { earlierRuns, runIn } from '../lake/earlier-runs.ts';
import { Killed, killedAt } from '../pipeline/call-gate.ts';
import { essence, essenceOfTruth, type SimulatedAccount } from '../pipeline/test-lake.ts';
import { DAY, HOUR, monday, night, open, startChecks } from './checked-account.ts';

startChecks();

const centre = contactCentre({ seed: 5, agents: 8, fromMs: monday, toMs: monday + DAY });

const identities = (rows: readonly Row[]) => rows.map((row) => identityOf(agentActivity, row));

/** What the source lists of Monday at an instant, as identities. */
function listedAt(simulator: SimulatedAccount['simulator'], ms: number): Set<string> {
  const truth = simulator.truth(monday, monday + DAY);
  const listed = truth.filter((e) => e.agentId !== '' && e.listedAtMs <= ms && ms < e.unlistedAtMs);
  return new Set(identities(essenceOfTruth(listed)));
}

describe('reconcile', () => {
  const troubled = {
    late: { share: 0.1, longestMs: 30 * HOUR },
    withdrawn: { share: 0.05, afterMs: 3 * HOUR },
    corrected: { share: 0.05, afterMs: 5 * HOUR },
    repeatedShare: 0.05,
  };

  it('says of a day what the source lists, what was stored, what came late and what is gone', async () => {
    const broken = { ...(centre.events[0] as TruthEvent), agentId: '' };
    const account = await open([...centre.events, broken], troubled);
    await account.pullUntil(27);
    const storedBefore = new Set(identities(await account.rows(agentActivity)));
    const { record } = await account.check(night(1));
    expect(record.status).toBe('succeeded');

    const listed = listedAt(account.simulator, night(1));
    const added = [...listed].filter((id) => !storedBefore.has(id));
    const gone = [...storedBefore].filter((id) => !listed.has(id));
    expect(Math.min(added.length, gone.length)).toBeGreaterThan(5);
    expect(await account.days()).toEqual([
      {
        day_start: monday,
        checked_at: night(1),
        listed: listed.size,
        stored_before: storedBefore.size,
        added: added.length,
        withdrawn: gone.length,
        rejected: (await account.rows(rejectedActivity)).length,
        suspect_windows: 0,
        empty_acknowledged_at: null,
        confirmed: false,
        confirmed_since: null,
        run_id: record.run_id,
      },
    ]);
    expect(record.counts).toMatchObject({ new: added.length, withdrawn: gone.length });

    expect((await account.days())[0]?.rejected).toBeGreaterThan(0);

    // What is gone stays, and is told.
    const stored = await account.rows(agentActivity);
    expect(new Set(identities(stored))).toEqual(new Set([...storedBefore, ...added]));
    const told = await account.rows(withdrawnActivity);
    expect(new Set(identities(told))).toEqual(new Set(gone));
    const landed = new Set(await account.keys('landing'));
    for (const row of told) {
      expect(row).toMatchObject({ withdrawn_at: night(1), returned_at: null });
      expect(landed).toContain(row.source_object);
    }
  });

  it('confirms a day when a check 24 h after its end adds nothing, in other windows each day, once a day', async () => {
    const late = { share: 0.05, longestMs: 27 * HOUR };
    const account = await open(centre.events, { late });
    await account.pullUntil(26);
    const seen: string[] = [];
    const check = async (atMs: number, options = {}) => {
      const before = account.simulator.requests.length;
      await account.check(atMs, options);
      const asked = account.simulator.requests.slice(before);
      const windows = asked.map(({ from, to }) => `${from} ${to}`);
      const again = windows.filter((window) => seen.includes(window)).length;
      seen.push(...windows);
      const [day] = await account.days();
      return { windows: windows.length, again, added: day?.added, confirmed: day?.confirmed };
    };
    const early = await check(night(1));
    expect(early).toMatchObject({ again: 0, confirmed: false });
    expect(early.windows).toBeGreaterThan(45);
    expect(await check(night(1) + HOUR)).toMatchObject({ windows: 0 });
    const second = await check(night(2));
    expect(second).toMatchObject({ again: 0, confirmed: false });
    expect(second.added).toBeGreaterThan(0);
    // A person asks again on that day: the last late events were in when it was checked.
    const byHand = { ...jobs.reconcile, work: (run: Pipeline) => reconcile(run, night(2) + HOUR) };
    expect(await check(night(2) + HOUR, { job: byHand })).toMatchObject({
      ...{ added: 0, confirmed: true },
    });
    expect((await account.days())[0]).toMatchObject({
      ...{ listed: centre.events.length, confirmed_since: night(2) + HOUR },
    });
    expect(essence(await account.rows(agentActivity))).toEqual(essenceOfTruth(centre.events));
    for (const window of seen) {
      const [from = '', to = ''] = window.split(' ');
      expect(Date.parse(to) - Date.parse(from)).toBeLessThanOrEqual(30 * 60_000 + 4_000);
    }
  });

  it('finds what a silent limit cut from a pull that could not notice it', async () => {
    const account = await open(centre.events);
    // The source was generous once, so a smaller number of rows looks like all there is.
    await account.pullUntil(8, 8);
    account.simulator.behave({ rowCap: { rows: 41, keep: 'oldest', announcedBy: 'nothing' } });
    for (let at = 10; at <= 26; at += 2) await account.run(monday + at * HOUR);
    const stored = await account.rows(agentActivity);
    expect(stored.length).toBeLessThan(centre.events.length - 20);

    await account.check(night(2));
    const [found] = await account.days();
    expect(found?.added).toBe((await account.rows(agentActivity)).length - stored.length);
    expect(found?.added).toBeGreaterThan(20);
    expect(found?.confirmed).toBe(false);

    account.simulator.behave({ rowCap: null });
    await account.check(night(3));
    expect(essence(await account.rows(agentActivity))).toEqual(essenceOfTruth(centre.events));
  });

  it('does not confirm a day of which the source lists nothing, until a person says it is empty', async () => {
    const account = await open([]);
    await account.pullUntil(26, 26);
    await account.check(night(2));
    expect(await account.days()).toMatchObject([{ listed: 0, added: 0, confirmed: false }]);
    const { record } = await account.run(night(2) + HOUR, {
      job: {
        ...{ name: 'acknowledge-empty', actor: 'ann@example', reason: 'public holiday' },
        work: async (run) => void (await acknowledgeEmptyDay(run, '2024-11-18')),
      },
    });
    expect(record).toMatchObject({ actor: 'ann@example', reason: 'public holiday' });
    const acknowledged = {
      empty_acknowledged_at: night(2) + HOUR,
      ...{ confirmed: true, confirmed_since: night(2) },
    };
    expect(await account.days()).toMatchObject([acknowledged]);
    await account.check(night(3));
    expect(await account.days()).toMatchObject([{ ...acknowledged, checked_at: night(3) }]);
  });

  it('calls an outage that answers with empty lists withdrawn events, not a complete day', async () => {
    const account = await open(centre.events);
    await account.pullUntil(26);
    const stored = await account.rows(agentActivity);
    account.simulator.respondWith(() => ({ status: 200, body: '{"AgentUpdates": []}' }));
    await account.check(night(2));
    expect(await account.days()).toMatchObject([
      { listed: 0, withdrawn: stored.length, confirmed: false },
    ]);
    expect(await account.rows(agentActivity)).toEqual(stored);
  });

  it('counts a day as not confirmed with its last check, which no check of a chosen day is', async () => {
    const account = await open([], {}, { reconcileDays: 1 });
    await account.pullUntil(26);
    const chosen = {
      ...jobs.reconcile,
      work: (run: Pipeline) => reconcile(run, night(1), Number.POSITIVE_INFINITY),
    };
    const byHand = await account.check(night(1), { job: chosen });
    expect(byHand.record.counts).toMatchObject({ unconfirmed_days: 0 });
    expect(byHand.record.counts?.windows).toBeGreaterThan(40);
    const last = await account.check(night(1) + HOUR, {
      job: { ...jobs.reconcile, work: (run: Pipeline) => reconcile(run, night(1) + HOUR) },
    });
    expect(last.record.counts).toMatchObject({ unconfirmed_days: 1 });
  });

  it('checks no day that was not read whole', async () => {
    const account = await open([], {}, { start: new Date(monday + HOUR).toISOString() });
    await account.run(monday + DAY + 12 * HOUR);
    await account.check(night(1));
    expect(await account.days()).toEqual([]);
    await account.run(monday + 2 * DAY);
    await account.check(night(2));
    expect(await account.days()).toEqual([]);
    await account.run(monday + 2 * DAY + HOUR);
    await account.check(night(2));
    expect((await account.days()).map((day) => day.day_start)).toEqual([monday + DAY]);
  });

  it('goes on where it ran out of time, and still says all it added', async () => {
    const account = await open(centre.events, { late: { share: 0.2, longestMs: 20 * HOUR } });
    await account.pullUntil(26);
    const before = (await account.rows(agentActivity)).length;
    let stopped = 0;
    for (;;) {
      const left = account.simulator.requests.length;
      // As a person's reconcile does: done is what began after the command did.
      const { record } = await account.check(night(1) + stopped * 1_000, {
        job: { ...jobs.reconcile, work: (run: Pipeline) => reconcile(run, night(1)) },
        onCall: async (call: { name: string }, make: () => Promise<unknown>) => {
          if (call.name !== 'GET agentactivity') return make();
          if (account.simulator.requests.length - left >= 7) throw new Killed();
          return make();
        },
      });
      if (record.status === 'succeeded') break;
      stopped += 1;
    }
    expect(stopped).toBeGreaterThan(5);
    const added = (await account.rows(agentActivity)).length - before;
    expect(await account.days()).toMatchObject([{ added, stored_before: before }]);
  });

  it('begins a check anew that was left unfinished the night before', async () => {
    const account = await open(centre.events);
    await account.pullUntil(26);
    await account.check(night(1), { onCall: killedAt(60, 'after') }).catch(() => {});
    await account.check(night(2));
    expect(await account.days()).toMatchObject([{ checked_at: night(2), confirmed: true }]);
  });

  it('proves no day from the memory of a process that stored it', async () => {
    const account = await open(centre.events.slice(0, 20), {}, { maxWindow: '1d' });
    const process = account.process();
    await account.run(monday + 26 * HOUR, { process });
    const [pointer = ''] = await account.keys('activity');
    await account.loseObjects([await account.versionOf(pointer)]);
    const { error } = await account.check(night(2), { process });
    expect(error).toBeInstanceOf(BlockLostError);
    expect(await account.days()).toEqual([]);
  });

  it('copies the ledger of whole days, and says which runs died', async () => {
    const account = await open([]);
    await account.run(monday + 20 * HOUR);
    await account.run(monday + 21 * HOUR, { onCall: killedAt(4, 'before') }).catch(() => {});
    await account.run(night(1) - 60_000, { onCall: killedAt(4, 'before') }).catch(() => {});
    await account.check(night(1));
    const runs = await account.rows(etlRuns);
    expect(runs.map(({ job, status, ended_at }) => [job, status, ended_at !== null])).toEqual([
      ['pull', 'succeeded', true],
      ['pull', 'died', false],
    ]);
    expect((await account.ledger()).map(({ status }) => status)).toEqual([
      ...['succeeded', 'started', 'died', 'succeeded'],
    ]);
    const [pulled] = await account.ledger().then((all) => all.slice(-1));
    expect(runs[0]).toMatchObject({
      run_id: pulled?.run_id,
      started_at: monday + 20 * HOUR,
      windows: pulled?.counts?.windows,
      derive_ms: pulled?.steps_ms?.derive,
      blocks: JSON.stringify(pulled?.blocks),
    });
  });

  it('copies runs into a block from before the table had all its columns', async () => {
    const account = await open([]);
    await account.run(monday + 20 * HOUR);
    const before = runIn(earlierRuns, monday + 19 * HOUR);
    const stored = writeBlock(earlierRuns, [before]);
    const block = { table: etlRuns, accountId: account.accountId, day: isoDay(monday) };
    await account.ask(monday + 21 * HOUR, ({ blocks }) => blocks.swap(block, null, stored));
    await account.check(night(1));
    const runs = await account.rows<Row>(etlRuns);
    expect(runs.map(({ started_at, windows }) => [started_at, windows])).toEqual([
      [monday + 19 * HOUR, null],
      [monday + 20 * HOUR, 4],
    ]);
    expect(runs[0]).toMatchObject(before);
  });
});
