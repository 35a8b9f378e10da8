import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { agentDigest } from '../../../shared/activity/erased-agents.ts';
import { sourceZone } from '../../../shared/activity/source-zone.ts';
import { nothingLearned } from '../../../shared/checkpoint/checkpoint.ts';
import type { StateDocument } from '../../../shared/checkpoint/state-document.ts';
import { EvidenceError } from '../../../shared/errors.ts';
import { importState, proveImport } from '../../../shared/jobs/import-state.ts';
import { moveWatermark } from '../../../shared/jobs/repairs.ts';
import { jobs } from '../../../shared/jobs/scheduled.ts';
import { agentActivity } from '../../../shared/lake/tables.ts';
import type { LakeRun } from '../../../shared/run/lake-run.ts';
import { answerLostAt, killedAt } from '../pipeline/call-gate.ts';
import { FIRST_RUN_MS, startTestLake, type TestLake } from '../pipeline/test-lake.ts';
import { exported, imported, NO_WORDS, pulled, watermarkHours } from './exported-account.ts';
import {
  type Account,
  expectNoFalseClaim,
  expectWholeAtLast,
  HOUR,
  newAccount,
  SETTLE,
  startMs,
} from './lost-table-account.ts';

let lake: TestLake;
beforeAll(async () => {
  lake = await startTestLake();
});
afterAll(() => lake.stop());

const job = (work: (run: LakeRun) => Promise<void>) => ({ name: 'state-import', work });

/** @returns what brings the events and their responses back to how they are now */
async function snapshot(account: Account): Promise<() => Promise<void>> {
  const { s3 } = lake.clients;
  const keys = async () => [
    ...(await account.keys('activity')),
    ...(await account.keys('landing')),
  ];
  const before = new Map<string, string | undefined>();
  for (const Key of await account.keys('activity')) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'lake', Key }));
    before.set(Key, await Body?.transformToString());
  }
  const landed = new Set(await account.keys('landing'));
  return async () => {
    for (const Key of await keys()) {
      const Body = before.get(Key);
      const at = { Bucket: 'lake', Key };
      if (Body !== undefined) await s3.send(new PutObjectCommand({ ...at, Body }));
      else if (!landed.has(Key)) await s3.send(new DeleteObjectCommand(at));
    }
  };
}

describe('a state', () => {
  it('that is older is refused, and with a word for it is read again and stored once', async () => {
    const account = await pulled(lake);
    const document = await exported(account);
    account.at(9);
    await account.run();
    await account.backfill('later', -4, -2);
    const rows = await account.rows(agentActivity);

    await expect(imported(account, document)).rejects.toThrow(
      /is read, and that the backfill "later"/,
    );
    expect(await watermarkHours(account)).toBe(9);
    await imported(account, document, { replace: true });
    expect(await watermarkHours(account)).toBe(6);
    await account.run();
    expect(await account.rows(agentActivity)).toEqual(rows);
    expect(await account.ask(({ backfills }) => backfills.all())).toMatchObject([{ name: 'old' }]);
    await expectWholeAtLast(account, startMs - 2 * HOUR);
  });

  it('that is newer than the lake is refused, and goes only as far as the lake proves', async () => {
    const account = await pulled(lake);
    const { checkpoint, backfills, ...around } = await exported(account);
    const newer: StateDocument = {
      ...around,
      checkpoint: { ...checkpoint, watermarkMs: startMs + 8 * HOUR },
      backfills: backfills.map((each) => ({ ...each, fromMs: startMs - 3 * HOUR })),
    };
    for (const isLost of [false, true]) {
      if (isLost) await account.loseTable();
      const refused = imported(account, newer, { replace: true });
      await expect(refused).rejects.toThrow(EvidenceError);
      await expect(refused).rejects.toThrow(
        '2024-11-18T17:00:00.000Z to 2024-11-18T18:00:00.000Z, 2024-11-19T02:00:00.000Z',
      );
    }
    account.at(8.5);
    await imported(account, newer, { withGaps: true });
    expect(await watermarkHours(account)).toBe(6);
    const [old] = await account.ask(({ backfills: there }) => there.all());
    expect(old).toMatchObject({ status: 'active', positionMs: startMs - 3 * HOUR });
    await account.run({ job: jobs.backfill });
    await expectWholeAtLast(account, startMs - 3 * HOUR);
  });

  it('of which the lake lacks what is in the midst has a gap there', async () => {
    const account = await pulled(lake);
    const document = await exported(account);
    // Pulled in windows of an hour; the rows of this one stay.
    await account.removeLanded((key) => key.includes('/20241118T223000Z_'));
    await account.loseTable();
    await expect(imported(account, document)).rejects.toThrow(EvidenceError);
    await imported(account, document, { withGaps: true });
    expect((await account.checkpoint())?.skipped).toEqual([
      { fromMs: startMs + 2.5 * HOUR, toMs: startMs + 3.5 * HOUR },
    ]);
    await expectWholeAtLast(account, startMs - 2 * HOUR);
  });

  it('of another account, zone or source is refused, whatever is said', async () => {
    const account = await pulled(lake);
    const { checkpoint, ...around } = await exported(account);
    const facts = { ...nothingLearned, pinnedAccountId: 'someone-else' };
    const words = { replace: true, withGaps: true };
    const refusedAs = (document: Partial<StateDocument>) =>
      expect(imported(account, { ...around, checkpoint, ...document }, words)).rejects;
    await refusedAs({ accountId: 'other' }).toThrow(/state of account other/);
    const kolkata = { ...checkpoint, sourceTimeZone: 'Asia/Kolkata' };
    await refusedAs({ checkpoint: kolkata }).toThrow(/read in Asia\/Kolkata/);
    const foreign = { checkpoint: { ...checkpoint, facts } };
    await refusedAs(foreign).toThrow(/name account someone-else/);
    await account.loseTable();
    await refusedAs(foreign).toThrow(/name account someone-else/);
    await refusedAs({ checkpoint: kolkata }).toThrow(/read in Asia\/Kolkata/);
    expect(await account.checkpoint()).toBeNull();
  });

  it('read in a zone in which the stored rows were not is refused where the table was lost, whatever it claims', async () => {
    const account = await pulled(lake);
    const document = await exported(account);
    const stored = await account.stored();
    await account.loseTable();
    const kolkata = sourceZone('Asia/Kolkata');
    for (const claims of [document.checkpoint, { ...document.checkpoint, watermarkMs: startMs }]) {
      const checkpoint = { ...claims, sourceTimeZone: kolkata.name, skipped: [] };
      const words = { replace: true, withGaps: true };
      const given = { ...document, checkpoint, backfills: [] };
      await expect(
        account.ask((run) => proveImport({ ...run, zone: kolkata }, given, words)),
      ).rejects.toThrow(/Nothing of account .* can be proved, its times read as Asia\/Kolkata/);
    }
    expect(await account.checkpoint()).toBeNull();
    expect(await account.stored()).toEqual(stored);
  });

  it('never takes back who was erased and what has expired', async () => {
    const account = await pulled(lake);
    const document = await exported(account);
    const digest = agentDigest(account.accountId, 'a-0');
    await account.ask(async ({ checkpoint }) => {
      await checkpoint.leaveOut(digest);
      await checkpoint.expireBefore(Date.parse('2024-11-19'));
    });
    await imported(account, document, { replace: true });
    const { erased, keptFromMs } = (await account.checkpoint()) ?? {};
    expect(erased).toEqual(new Set([digest]));
    expect(keptFromMs).toBe(Date.parse('2024-11-19'));
  });

  it('lets claim nothing that was not read, whatever ran, was killed and was lost, and ends whole', async () => {
    const killed = fc.option(fc.tuple(fc.nat(40), fc.constantFrom('before', 'after')), { freq: 1 });
    const step = fc.record({
      job: fc.constantFrom('pull', 'pull', 'backfill', 'reconcile'),
      hours: fc.constantFrom(0, 0.5, 1, 2),
      skip: fc.boolean(),
      killed,
    });
    const steps = fc.array(step, { minLength: 1, maxLength: 3 });
    const fates = fc.constantFrom('nothing is lost', 'table lost', 'lake of before');
    await fc.assert(
      fc.asyncProperty(steps, steps, fates, killed, async (before, after, fate, died) => {
        const account = await newAccount(lake);
        let hours = 1;
        account.at(hours);
        await account.run();
        await account.backfill('old', -3, -1);
        const make = async (all: typeof before) => {
          for (const { job: name, hours: more, skip, killed: at } of all) {
            hours = Math.min(10, hours + more);
            const nowMs = account.at(hours);
            const watermarkMs = (await account.checkpoint())?.watermarkMs ?? 0;
            const toMs = Math.min(watermarkMs + HOUR / 2, nowMs - SETTLE);
            if (skip) await account.ask((run) => moveWatermark(run, { toMs, skip }));
            const onCall = at === null ? undefined : killedAt(at[0], at[1] as 'before');
            await account.run({ job: jobs[name], onCall }).catch(() => undefined);
          }
        };
        await make(before);
        const earlier = { document: await exported(account), goBack: await snapshot(account) };
        await make(after);
        const isOlder = fate === 'lake of before';
        const document = isOlder ? await exported(account) : earlier.document;
        if (isOlder) await earlier.goBack();
        if (fate !== 'nothing is lost') await account.loseTable();
        // Whoever was killed says `started` for a while.
        await account.loseTable((item) => item.startsWith('run#'));
        const words = { replace: true, withGaps: true };
        const found = await account.ask((run) => proveImport(run, document, words));
        const onCall = died === null ? undefined : killedAt(died[0], died[1] as 'before');
        await account
          .run({ job: job((run) => importState(run, found)), onCall })
          .catch(() => undefined);
        await expectNoFalseClaim(account, startMs + hours * HOUR + SETTLE);
        await account.loseTable((item) => item.startsWith('run#'));
        await imported(account, document, words);
        await expectNoFalseClaim(account, startMs + hours * HOUR + SETTLE);
        const skipped = [...before, ...after].some(({ skip }) => skip);
        await expectWholeAtLast(account, startMs, skipped);
      }),
      { numRuns: 6 },
    );
  });
});

describe('an import beside other runs', () => {
  it.each([
    ['a pull', (account: Account) => account.run()],
    [
      'an erasure',
      (account: Account) => account.ask(({ checkpoint }) => checkpoint.leaveOut('f'.repeat(64))),
    ],
  ])('loses to %s that was faster, and changes nothing', async (_, meanwhile) => {
    const account = await pulled(lake);
    const document = await exported(account);
    await account.ask((run) => moveWatermark(run, { toMs: startMs + 4 * HOUR, skip: false }));
    account.at(8);
    const found = await account.ask((run) => proveImport(run, document, NO_WORDS));
    await meanwhile(account);
    const before = await account.checkpoint();
    const { record } = await account.run({ job: job((run) => importState(run, found)) });
    expect(record.status).toBe('superseded');
    expect(await account.checkpoint()).toEqual(before);
  });

  it('does not begin while one is under way', async () => {
    const account = await pulled(lake);
    const document = await exported(account);
    await account.ask(({ ledger }) =>
      ledger.begin({
        ...{ run_id: 'other', account_id: account.accountId, job: 'pull', code_version: 'x' },
        ...{ started_at: new Date(FIRST_RUN_MS).toISOString(), status: 'started' },
      }),
    );
    await expect(imported(account, document, { replace: true })).rejects.toThrow(/under way: pull/);
  });

  it('supersedes a pull that it overtakes, and nothing of either is lost', async () => {
    const account = await pulled(lake);
    const document = await exported(account);
    account.at(8);
    await account.run();
    const words = { replace: true, withGaps: false };
    const found = await account.ask((run) => proveImport(run, document, words));
    account.at(10);
    let overtaken = false;
    const { record } = await account.run({
      onCall: async ({ name }, make) => {
        if (name === 'S3 PutObject' && !overtaken) {
          overtaken = true;
          // As one that began in the same instant, and did not find the other's record yet.
          await account.ask((run) => run.checkpoint.put(found.state.checkpoint, found.seen));
        }
        return make();
      },
    });
    expect(record.status).toBe('superseded');
    expect(await watermarkHours(account)).toBe(6);
    await expectWholeAtLast(account, startMs - 2 * HOUR);
  });

  it('succeeds when the answer of its write is lost, and says what it moved', async () => {
    const account = await pulled(lake);
    const document = await exported(account);
    await account.loseTable();
    const found = await account.ask((run) => proveImport(run, document, NO_WORDS));
    const importing = job((run) => importState(run, found));
    const { gate } = await account.run({ job: importing });
    const index = gate.calls.findIndex(({ name }, at) => name === 'DynamoDB PutItem' && at > 0);
    await account.loseTable();
    const { record } = await account.run({ job: importing, onCall: answerLostAt(index) });
    const watermark_after = new Date(startMs + 6 * HOUR).toISOString();
    expect(record).toMatchObject({ status: 'succeeded', watermark_after });
    expect(record.watermark_before).toBeUndefined();
  });
});
