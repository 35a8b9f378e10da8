import type { Behaviour } from '../../../local/simulator/behaviour.ts';
import { type ContactCentre, contactCentre } from '../../../local/simulator/contact-centre.ts';
import { SettingsError } from '../../../shared/errors.ts';
import { jobs } from '../../../shared/jobs/scheduled.ts';
import { agentActivity, agents, rejectedActivity } from '../../../shared/lake/tables.ts';
import type { AccountSettingsInput } from '../../../shared/settings.ts';
import {
  essence,
  essenceOfTruth,
  startTestLake,
  type TestAccount,
  type TestLake,
} from '../pipeline/test-lake.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const startMs = Date.parse('2024-11-18T06:00:00Z');
const centre = contactCentre({ seed: 3, agents: 20, fromMs: startMs, toMs: startMs + 30 * HOUR });

let lake: TestLake;
beforeAll(async () => {
  lake = await startTestLake();
});
afterAll(async () => {
  await lake.stop();
});

/** An account that begins at `startMs`, and of which this happened. */
const accountOf = (
  truth: ContactCentre,
  nowMs: () => number,
  behaviour: Partial<Behaviour>,
  settings: Partial<AccountSettingsInput>,
) => lake.simulated({ ...truth, startMs, nowMs, behaviour, settings });

async function open(
  behaviour: Partial<Behaviour> = {},
  settings: Partial<AccountSettingsInput> = {},
) {
  let nowMs = startMs;
  const account = await accountOf(centre, () => nowMs, behaviour, settings);
  const run = (afterMs: number, options: Partial<Parameters<typeof account.run>[0]> = {}) => {
    nowMs = startMs + afterMs;
    return account.run({ nowMs, ...options });
  };
  return { ...account, run };
}

/** The padding of the last request may bring events beyond the watermark: they are early, not wrong. */
async function expectTruth(account: Pick<TestAccount, 'rows'>, ms: number) {
  const settled = (eventMs: number) => eventMs < ms - 90_000;
  const stored = await account.rows(agentActivity);
  expect(essence(stored.filter((row) => settled(row.event_time)))).toEqual(
    essenceOfTruth(centre.events.filter((e) => e.listedAtMs <= ms && settled(e.eventMs))),
  );
}

describe('pull', () => {
  it('catches up in windows no longer than allowed, and then stores what is new', async () => {
    const account = await open({}, { maxWindow: '2h' });
    await account.run(9 * HOUR);
    await account.run(9 * HOUR + 5 * MINUTE);
    for (const { from, to } of account.simulator.requests) {
      const lengthMs = Date.parse(to ?? '') - Date.parse(from ?? '');
      expect(lengthMs).toBeLessThanOrEqual(2 * HOUR + 4_000);
    }
    const nowMs = startMs + 9 * HOUR + 5 * MINUTE;
    await expectTruth(account, nowMs);
    expect((await account.checkpoint())?.watermarkMs).toBe(nowMs - 90_000);
  });

  it('writes no block when nothing is new, and says so', async () => {
    const account = await open();
    const first = await account.run(9 * HOUR);
    expect(first.record.blocks?.length).toBeGreaterThan(0);
    const again = await account.run(9 * HOUR);
    expect(again.record).toMatchObject({ status: 'succeeded', blocks: [], counts: { new: 0 } });
    expect(again.gate.calls.filter(({ name }) => name === 'S3 PutObject').length).toBe(
      again.record.counts?.windows,
    );
  });

  it('asks for one window when all is well', async () => {
    const account = await open();
    await account.run(9 * HOUR);
    const { record } = await account.run(9 * HOUR + 5 * MINUTE);
    expect(record.counts).toMatchObject({ requests: 1, windows: 1, windows_split: 0, retries: 0 });
  });

  it('counts the new events of statuses that Kore.ai does not document, in whatever case', async () => {
    const names = ['Available', 'AWAY', 'Busy', 'Offline', 'System Away', 'Login Prep', 'Coaching'];
    const [event] = centre.events as [ContactCentre['events'][number]];
    const events = names.map((activity, seq) => ({ ...event, activity, seq }));
    const nowMs = event.eventMs + HOUR;
    const account = await accountOf({ ...centre, events }, () => nowMs, {}, {});
    const { record } = await account.run({ nowMs });
    expect(record.counts).toMatchObject({ new: names.length, unknown_activity: 1 });
  });

  it('names in every row a landing object that is there', async () => {
    const account = await open();
    await account.run(9 * HOUR);
    const landed = new Set(await account.keys('landing'));
    const rows = await account.rows(agentActivity);
    expect(rows.length).toBeGreaterThan(50);
    for (const { source_object } of rows) expect(landed).toContain(source_object);
  });

  it('begins no window for which it has no time, and goes on in the next run', async () => {
    const account = await open({}, { maxWindow: '1h' });
    const stopped = await account.run(9 * HOUR, { timeMs: 5_000 });
    expect(stopped.record.status).toBe('stopped');
    expect(account.simulator.requests).toHaveLength(0);
    const { record } = await account.run(9 * HOUR);
    expect(record.status).toBe('succeeded');
  });

  it('remembers the limit and the window that a silently cutting source forced on it', async () => {
    const account = await open({
      rowCap: { rows: 77, keep: 'newest', announcedBy: 'nothing' },
    });
    const first = await account.run(9 * HOUR);
    const facts = (await account.checkpoint())?.facts;
    expect(facts).toMatchObject({ rowCap: 77, mostRows: 77 });
    expect(facts?.windowMs).toBeLessThan(2 * HOUR);
    const second = await account.run(12 * HOUR);
    const splits = (r: typeof first) => r.record.counts?.windows_split ?? 0;
    expect(splits(second)).toBeLessThan(splits(first));
    await expectTruth(account, startMs + 12 * HOUR);
  });

  it('halves what times out after the source had answered', async () => {
    const account = await open({}, { maxWindow: '1h', requestTimeout: '1s' });
    let seen = 0;
    account.simulator.respondWith(() => {
      seen += 1;
      if (seen === 2) account.simulator.failNext({ kind: 'stalledBody' });
      return undefined;
    });
    const { record } = await account.run(3 * HOUR);
    expect(record).toMatchObject({ status: 'succeeded', counts: { retries: 0 } });
    const [, stalled, next] = account.simulator.requests;
    expect(next?.from).toBe(stalled?.from);
    expect(Date.parse(next?.to ?? '')).toBeLessThan(Date.parse(stalled?.to ?? ''));
    await expectTruth(account, startMs + 3 * HOUR);
  });

  it('refuses another source time zone than the stored events were read in', async () => {
    const account = await open();
    await account.run(1 * HOUR);
    const { error } = await account.run(2 * HOUR, {
      settings: { sourceTimeZone: 'Asia/Kolkata' },
    });
    expect(error).toBeInstanceOf(SettingsError);
    expect((await account.checkpoint())?.watermarkMs).toBe(startMs + HOUR - 90_000);
  });

  it('refuses an answer for another account than all before it, and merges nothing of it', async () => {
    const account = await open({ answeredAccountId: 'one' });
    await account.run(1 * HOUR);
    const before = await account.rows(agentActivity);
    account.simulator.behave({ answeredAccountId: 'two' });
    const { record } = await account.run(3 * HOUR);
    expect(record).toMatchObject({ status: 'failed', failure: { class: 'SourceContractError' } });
    expect(record.failure?.message).toMatch(/two.*one/);
    expect(await account.rows(agentActivity)).toEqual(before);
  });

  it('names the likely zone when events come hours off, before it merges any', async () => {
    const account = await open({ timeZone: 'Asia/Kolkata' }, { maxWindow: '1h' });
    const { record } = await account.run(9 * HOUR);
    expect(record.failure?.next_action).toMatch(/Asia\/Kolkata/);
    expect(await account.rows(agentActivity)).toEqual([]);
  });

  it('enters every run into the ledger, also one that failed', async () => {
    const account = await open();
    await account.run(1 * HOUR);
    account.simulator.failNext({ kind: 'status', status: 403 });
    await account.run(2 * HOUR);
    const runs = await account.ledger();
    expect(runs.map(({ status }) => status).sort()).toEqual(['failed', 'succeeded']);
    const failed = runs.find(({ status }) => status === 'failed');
    expect(failed).toMatchObject({
      failure: { class: 'CredentialsError' },
      counts: { requests: 1, auth_failures: 1 },
      watermark_before: failed?.watermark_after,
    });
  });
});

/** An account of which exactly this happened, all of it listed. */
function openWith(
  happened: readonly { agentId: string; eventMs: number }[],
  behaviour: Partial<Behaviour> = {},
  settings: Partial<AccountSettingsInput> = {},
) {
  const events = happened.map((event) => ({
    activity: 'Offline',
    reasonCode: null,
    seq: 0,
    listedAtMs: event.eventMs,
    ...event,
  }));
  return accountOf({ agents: [], events }, () => Number.MAX_SAFE_INTEGER, behaviour, settings);
}

describe('a second in which everybody changes', () => {
  const burst = Array.from({ length: 25 }, (_, i) => ({
    agentId: `a-${i}`,
    eventMs: startMs + 7 * MINUTE,
  }));
  const later = Array.from({ length: 10 }, (_, i) => ({
    agentId: `b-${i}`,
    eventMs: startMs + (8 + i) * MINUTE,
  }));

  it('is stored, though no answer ever had more rows, and counted as suspect', async () => {
    const account = await openWith(burst);
    const { record } = await account.run({ nowMs: startMs + HOUR });
    expect(record).toMatchObject({ status: 'succeeded', counts: { new: 25 } });
    expect(record.counts?.suspect_windows).toBeGreaterThan(0);
  });

  it.each(['oldest', 'newest'] as const)(
    'fails the run when the source gives only its %s rows and says nothing',
    async (keep) => {
      const everything = [...burst, ...later, { agentId: 'c', eventMs: startMs + MINUTE }];
      const account = await openWith(everything, {
        rowCap: { rows: 23, keep, announcedBy: 'nothing' },
      });
      const { record } = await account.run({ nowMs: startMs + HOUR });
      expect(record.failure?.message).toMatch(/one second can't be split/);
      expect((await account.checkpoint())?.watermarkMs).toBeLessThanOrEqual(startMs + 7 * MINUTE);
    },
  );
});

describe('rejected rows', () => {
  it('without a readable time are stored once, though windows of two days find them', async () => {
    const account = await openWith([]);
    const broken = { AgentId: 'a', EventTime: 'soon', Activity: 'Busy' };
    account.simulator.respondWith(() => ({
      status: 200,
      body: JSON.stringify({ AgentUpdates: [broken] }),
    }));
    const midnight = Date.parse('2024-11-19T00:00:00Z');
    for (const minutes of [-30, 40, 65, 75, 85]) {
      await account.run({ nowMs: midnight + minutes * MINUTE });
    }
    expect(await account.rows(rejectedActivity)).toHaveLength(1);
  });
});

describe('dates that make no sense', () => {
  it('a watermark ahead of now fails the run instead of waiting in silence', async () => {
    const account = await open();
    await account.run(9 * HOUR);
    const { record } = await account.run(2 * HOUR);
    expect(record.failure?.class).toBe('WatermarkAheadError');
  });

  it('a start before the earliest date is refused as a setting', async () => {
    const account = await open({}, { start: '2023-06-01' });
    const { record } = await account.run(HOUR);
    expect(record.failure).toMatchObject({ class: 'SettingsError' });
    expect(record.failure?.message).toMatch(/earliestDate/);
  });

  it('a clock set ahead by a user reads the events of its own time', async () => {
    const aheadMs = Date.parse('2099-01-01T00:00:00Z');
    const account = await openWith(
      [{ agentId: 'a', eventMs: aheadMs - HOUR }],
      {},
      {
        start: new Date(aheadMs - 2 * HOUR).toISOString(),
      },
    );
    const { record } = await account.run({ nowMs: aheadMs });
    expect(record).toMatchObject({ status: 'succeeded', counts: { new: 1, rejected: 0 } });
  });
});

describe('directory', () => {
  it('stores each agent once, with the name the source gave last', async () => {
    const account = await open();
    await account.run(0, { job: jobs.directory });
    const { record } = await account.run(HOUR, { job: jobs.directory });
    expect(record.status).toBe('succeeded');
    const stored = await account.rows(agents);
    expect(stored).toHaveLength(centre.agents.length);
    const [first] = centre.agents;
    expect(stored).toContainEqual({
      agent_id: first?.agentId,
      first_name: first?.firstName,
      last_name: first?.lastName,
      checked_at: expect.any(Number),
    });
  });
});
