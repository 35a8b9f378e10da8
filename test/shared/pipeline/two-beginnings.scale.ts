import fc from 'fast-check';
import { SettingsError } from '../../../shared/errors.ts';
import { replay } from '../../../shared/jobs/replay.ts';
import { agentActivity } from '../../../shared/lake/tables.ts';
import { Killed, type OnCall, takingTurns } from './call-gate.ts';
import { essence, essenceOfTruth, startTestLake, type TestLake } from './test-lake.ts';

const HOUR = 3_600_000;
const KOLKATA_MS = 5.5 * HOUR;
const at = (iso: string) => Date.parse(iso);
const startMs = at('2024-11-18T00:00:00Z');
const nowMs = at('2024-11-18T06:00:00Z');
/** Too few for a wrong zone to show. */
const events = Array.from({ length: 5 }, (_, hour) => ({
  ...{ agentId: 'a', activity: 'Busy', reasonCode: `${hour}`, seq: 0 },
  ...{ eventMs: startMs + (hour + 0.5) * HOUR, listedAtMs: startMs + (hour + 0.5) * HOUR },
}));

const inUtc = { start: '2024-11-18T00:00:00Z', sourceTimeZone: 'UTC' };
const inKolkata = { start: '2024-11-18T02:00:00Z', sourceTimeZone: 'Asia/Kolkata' };

let lake: TestLake;
beforeAll(async () => {
  lake = await startTestLake();
});
afterAll(() => lake.stop());

/** An account whose source writes the time of Kolkata. */
const newAccount = (happened = events) =>
  lake.simulated({
    ...{ events: happened, startMs, nowMs: () => nowMs, behaviour: { timeZone: 'Asia/Kolkata' } },
    settings: { maxWindow: '3h', lookback: '0s' },
  });

/** The process dies after its n-th object: a response that lands, a version, its pointer. */
function killedAfterPut(n: number): OnCall {
  let puts = 0;
  return async ({ name }, make) => {
    if (puts === n) throw new Killed();
    const answer = await make();
    if (name === 'S3 PutObject') puts += 1;
    return answer;
  };
}

type Account = Awaited<ReturnType<typeof newAccount>>;

/** Whatever the checkpoint says of zone and start must be true of every row. */
async function expectOneReading(account: Account) {
  const state = await account.checkpoint();
  const shiftMs = state?.sourceTimeZone === 'UTC' ? KOLKATA_MS : 0;
  const truth = events
    .filter(
      ({ eventMs }) => eventMs >= (state?.startMs ?? 0) && eventMs < (state?.watermarkMs ?? 0),
    )
    .map((event) => ({ ...event, eventMs: event.eventMs + shiftMs }));
  expect(essence(await account.rows(agentActivity))).toEqual(essenceOfTruth(truth));
}

describe('a first run that stored nothing', () => {
  it.each([
    ['credentials are refused', {}, { kind: 'status', status: 403 }],
    ['the start is before the earliest date', { earliestDate: '2024-11-19' }, null],
    ['the source is down', {}, { kind: 'status', status: 400 }],
  ] as const)('binds nothing: %s', async (_why, settings, fault) => {
    const account = await newAccount();
    if (fault !== null) account.simulator.failNext(fault);
    const failed = await account.run({ nowMs, settings: { ...inUtc, ...settings } });
    expect(failed.record.status).toBe('failed');
    const { record } = await account.run({ nowMs, settings: inKolkata });
    expect(record).toMatchObject({ status: 'succeeded', counts: { new: 3 } });
    expect(await account.checkpoint()).toMatchObject({
      ...{ startMs: at(inKolkata.start), sourceTimeZone: 'Asia/Kolkata', bound: true },
    });
    await expectOneReading(account);
  });

  it('binds nothing when the source had nothing to tell, and a later start is read whole', async () => {
    const account = await newAccount([]);
    await account.run({ nowMs, settings: inUtc });
    const earlier = { start: '2024-11-17T00:00:00Z', sourceTimeZone: 'Asia/Kolkata' };
    const { record } = await account.run({ nowMs, settings: earlier });
    expect(record.watermark_before).toBe('2024-11-17T00:00:00.000Z');
    expect(record.counts?.windows).toBeGreaterThanOrEqual(10);
  });

  it('binds when a row is stored, though the run was killed before the watermark moved', async () => {
    const account = await newAccount();
    const killed = { onCall: killedAfterPut(3), nowMs, settings: inUtc };
    await account.run(killed).catch(() => undefined);
    expect((await account.rows(agentActivity)).length).toBeGreaterThan(0);
    const { error } = await account.run({ nowMs, settings: inKolkata });
    expect(error).toBeInstanceOf(SettingsError);
  });

  it('is bound by a replay that stores what it landed', async () => {
    const account = await newAccount();
    const killed = { onCall: killedAfterPut(1), nowMs, settings: inUtc };
    await account.run(killed).catch(() => undefined);
    expect((await account.checkpoint())?.bound).toBe(false);
    const job = { name: 'replay', work: (run: Parameters<typeof replay>[0]) => replay(run, {}) };
    await account.run({ nowMs, settings: inUtc, job });
    expect((await account.checkpoint())?.bound).toBe(true);
  });
});

describe('a checkpoint of which nothing is merged', () => {
  const landedAlone = async () => {
    const account = await newAccount();
    await account.run({ onCall: killedAfterPut(1), nowMs, settings: inUtc }).catch(() => undefined);
    return account;
  };

  it('is not made anew in another zone over what a replay stored', async () => {
    const account = await landedAlone();
    const job = { name: 'replay', work: (run: Parameters<typeof replay>[0]) => replay(run, {}) };
    await account.run({ nowMs, settings: inUtc, job });
    const stored = await account.rows(agentActivity);
    const { error } = await account.run({ nowMs, settings: { ...inKolkata, start: inUtc.start } });
    expect(error).toBeInstanceOf(SettingsError);
    expect(await account.rows(agentActivity)).toEqual(stored);
  });

  it('is not made anew while a replay reads it in another zone', async () => {
    const account = await landedAlone();
    await account.ask(nowMs, ({ checkpoint }) => checkpoint.beginZoneChange('UTC', 'Asia/Kolkata'));
    const earlier = { ...inUtc, start: '2024-11-17T23:00:00Z' };
    const { error } = await account.run({ nowMs, settings: earlier });
    expect(error).toBeInstanceOf(SettingsError);
    expect((await account.checkpoint())?.replayingZone).toBe('Asia/Kolkata');
    expect(await account.rows(agentActivity)).toEqual([]);
  });

  it('is made anew when a clock that ran ahead had moved its watermark', async () => {
    const account = await newAccount([]);
    await account.run({ nowMs: nowMs + 100 * HOUR, settings: { ...inUtc, maxWindow: '1d' } });
    const { record } = await account.run({ nowMs, settings: inUtc });
    expect(record).toMatchObject({
      ...{ status: 'succeeded', watermark_before: '2024-11-18T00:00:00.000Z' },
    });
  });
});

describe('two first runs that begin otherwise', () => {
  const settings = [inUtc, inKolkata] as const;

  it('store rows of one beginning alone, whatever call the second passes the first at', async () => {
    const whole = await (await newAccount()).run({ nowMs, settings: inUtc });
    for (const { index } of whole.gate.calls) {
      const account = await newAccount();
      await account.run({
        ...{ nowMs, settings: inUtc },
        onCall: async (call, make) => {
          if (call.index === index) await account.run({ nowMs, settings: inKolkata });
          return make();
        },
      });
      await expectOneReading(account);
    }
  });

  it('do not begin anew over rows of a run that was killed before its watermark moved', async () => {
    const account = await newAccount();
    account.simulator.failNext({ kind: 'status', status: 403 });
    await account.run({ nowMs, settings: inUtc });
    let updates = 0;
    const { record } = await account.run({
      ...{ nowMs, settings: inKolkata },
      onCall: async (call, make) => {
        if (call.name === 'DynamoDB UpdateItem' && updates++ === 0) {
          const killed = { onCall: killedAfterPut(3), nowMs, settings: inUtc };
          await account.run(killed).catch(() => undefined);
        }
        return make();
      },
    });
    expect((await account.rows(agentActivity)).length).toBeGreaterThan(0);
    expect(record.status).toBe('superseded');
    expect((await account.checkpoint())?.sourceTimeZone).toBe('UTC');
  });

  it('store rows of one beginning alone when they take turns at their calls, in any order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.nat(1)), async (choices) => {
        const account = await newAccount();
        await takingTurns(
          choices,
          settings.map((each) => (onCall) => account.run({ nowMs, settings: each, onCall })),
        );
        await expectOneReading(account);
        const zone = (await account.checkpoint())?.sourceTimeZone;
        const winner = settings.find(({ sourceTimeZone }) => sourceTimeZone === zone);
        const { record } = await account.run({ nowMs, settings: winner });
        expect(record.status).toBe('succeeded');
        await expectOneReading(account);
      }),
      { numRuns: 8 },
    );
  });
});
