import fc from 'fast-check';
import type { AgentActivityRow } from '../../../shared/activity/event.ts';
import { stays } from '../../../shared/activity/stays.ts';
import { agentStay } from '../../../shared/lake/agent-stay.ts';
import { expectedViews } from '../views/expected.ts';
import { groupOf, randomAccount } from '../views/random-account.ts';
import { withdrawalOf } from '../views/stay-lake.ts';

const HOUR_MS = 3_600_000;
const DAY = '2026-01-31';
const dayMs = Date.parse(`${DAY}T00:00:00Z`);
const settings = { reportTimeZone: 'UTC', longestStayMs: 12 * HOUR_MS };
const always = { fromMs: dayMs - 100 * HOUR_MS, toMs: dayMs + 100 * HOUR_MS };

/** `-1:30:00` is half past ten in the evening before. */
function at(time: string): number {
  const [, before, h = 0, m = 0, s = 0] = /^(-?)(\d+):(\d+)(?::(\d+))?$/.exec(time) ?? [];
  const ms = (Number(h) * 3_600 + Number(m) * 60 + Number(s)) * 1_000;
  return dayMs + (before === '-' ? -ms : ms);
}

const event = (
  time: string,
  activity: string,
  more: Partial<AgentActivityRow> = {},
): AgentActivityRow => ({
  ...{ agent_id: 'a', event_time: at(time), activity, reason_code: null, occurrence: 1 },
  ...{ changes_in_second: 1, event_seq: 0, ingested_at: at(time) + 1, source_object: 'x' },
  ...{ extra: null, ...more },
});

/** Activity, start and end as offsets of the day, length, changes, why it ended, and what was before. */
function told(
  events: readonly AgentActivityRow[],
  { withdrawn = [] as AgentActivityRow[], known = always, day = DAY } = {},
) {
  const clock = (ms: number | null) =>
    ms === null ? null : new Date(ms).toISOString().slice(ms < dayMs ? 5 : 11, 19);
  return stays(events, withdrawn.map(withdrawalOf), day, settings, known).map((row) =>
    [
      row.activity + (row.reason_code ?? ''),
      `${clock(row.started_at)}–${clock(row.ended_at) ?? ''}`,
      ...[row.seconds, row.changes, row.end_reason, row.activity_before ?? '?'],
    ].join(' '),
  );
}

describe('the stays of a day', () => {
  it('are cut at midnight, and know when and after what they began', () => {
    const events = [event('-2:00', 'Offline'), event('-1:00', 'Available'), event('1:00', 'Busy')];
    expect(told(events)).toEqual([
      'Available 00:00:00–01:00:00 3600 0 change Offline',
      'Busy 01:00:00–13:00:00 43200 1 limit Available',
    ]);
    const [carried] = stays(events, [], DAY, settings, always);
    expect(carried?.entered_at).toBe(at('-1:00'));
    const before = told(events, { day: '2026-01-30' });
    expect(before.at(-1)).toBe('Available 01-30T23:00:00–00:00:00 3600 1 day Offline');
  });

  it('know what was before a change at midnight sharp, so that it is no login', () => {
    expect(
      told([event('-1:00', 'Busy'), event('0:00', 'Available'), event('0:10', 'Away')])[0],
    ).toBe('Available 00:00:00–00:10:00 600 1 change Busy');
  });

  it('last twelve hours after the last sign of life, and not a second more', () => {
    expect(told([event('1:00', 'Available')])).toEqual([
      'Available 01:00:00–13:00:00 43200 1 limit ?',
    ]);
    expect(told([event('1:00', 'Available'), event('9:00', 'Available')])).toEqual([
      'Available 01:00:00–21:00:00 72000 2 limit ?',
    ]);
    expect(told([event('1:00', 'Available'), event('13:00', 'Offline')])[0]).toBe(
      'Available 01:00:00–13:00:00 43200 1 change ?',
    );
    expect(told([event('1:00', 'Available'), event('13:00:01', 'Offline')])).toEqual([
      'Available 01:00:00–13:00:00 43200 1 limit ?',
      'Offline 13:00:01–00:00:00 39599 1 day ?',
    ]);
    // The limit at midnight sharp is the midnight's.
    expect(told([event('12:00', 'Available')])).toEqual([
      'Available 12:00:00–00:00:00 43200 1 day ?',
    ]);
    expect(told([event('-12:00', 'Available')])).toEqual([]);
  });

  it('are open until the watermark, and know nothing of what lies beyond', () => {
    const known = { ...always, toMs: at('10:00') };
    expect(told([event('9:00', 'Available'), event('10:00', 'Busy')], { known })).toEqual([
      'Available 09:00:00– 3600 1 open ?',
    ]);
    expect(told([event('9:00', 'Available')], { known: { ...always, toMs: dayMs } })).toEqual([]);
  });

  it('know nothing from before the history', () => {
    const known = { ...always, fromMs: at('9:00') };
    const events = [event('8:59:59', 'Busy'), event('9:00', 'Away'), event('9:30', 'Offline')];
    expect(told(events, { known })[0]).toBe('Away 09:00:00–09:30:00 1800 1 change ?');
    const [row] = stays(events, [], DAY, settings, known);
    expect(row?.observed_from).toBe(at('9:00'));
  });

  it('of one second are in the source’s order, and have no length but the last', () => {
    const second = [
      event('9:00', 'Busy', { event_seq: 1 }),
      event('9:00', 'Available', { event_seq: 2, occurrence: 2 }),
      event('9:00', 'Available', { event_seq: 0 }),
    ];
    expect(told([...second, event('9:10', 'Offline')]).slice(0, 3)).toEqual([
      'Available 09:00:00–09:00:00 0 1 change ?',
      'Busy 09:00:00–09:00:00 0 1 change Available',
      'Available 09:00:00–09:10:00 600 1 change Busy',
    ]);
  });

  it('of two names for one change have the one that was told later', () => {
    const [old, renamed] = [
      event('9:00', 'Tea', { ingested_at: 1 }),
      event('9:00', 'Coffee', { ingested_at: 2 }),
    ];
    expect(told([renamed, old, event('9:10', 'Offline')]).slice(0, 2)).toEqual([
      'Tea 09:00:00–09:00:00 0 1 change ?',
      'Coffee 09:00:00–09:10:00 600 1 change Tea',
    ]);
  });

  it('are one while the status is repeated, and two when its reason changes', () => {
    const events = [
      event('9:00', 'Away', { reason_code: '1' }),
      event('9:05', 'Away', { reason_code: '1' }),
      event('9:10', 'Away', { reason_code: '2' }),
      event('9:20', 'Offline'),
    ];
    expect(told(events).slice(0, 2)).toEqual([
      'Away1 09:00:00–09:10:00 600 2 change ?',
      'Away2 09:10:00–09:20:00 600 1 change Away',
    ]);
  });

  it('know the reason of what was before', () => {
    const events = [event('9:00', 'Away', { reason_code: '1' }), event('9:05', 'Busy')];
    const rows = stays(events, [], DAY, settings, always);
    expect(rows.map((row) => row.reason_code_before)).toEqual([null, '1']);
  });

  it('come agent by agent, and in one order where nothing says which change was first', () => {
    const events = [
      event('9:00', 'Busy', { agent_id: 'b' }),
      event('9:00', 'Away', { agent_id: 'c', reason_code: '2', ingested_at: 1 }),
      event('9:00', 'Away', { agent_id: 'c', reason_code: '1', ingested_at: 1 }),
      event('9:00', 'Away', { agent_id: 'c', ingested_at: 1 }),
      event('9:00', 'Busy', { agent_id: 'a' }),
      event('9:00', 'Away', { agent_id: 'a' }),
    ];
    const named = (given: readonly AgentActivityRow[]) =>
      stays(given, [], DAY, settings, always).map(
        (row) => `${row.agent_id} ${row.activity}${row.reason_code ?? ''}`,
      );
    const inOrder = ['a Away', 'a Busy', 'b Busy', 'c Away', 'c Away1', 'c Away2'];
    expect(named(events)).toEqual(inOrder);
    expect(named([...events].reverse())).toEqual(inOrder);
  });

  it('count an event at midnight sharp that repeats a stay without a second in the day', () => {
    const events = [
      event('-1:00', 'Available'),
      event('0:00', 'Available', { event_seq: 0 }),
      event('0:00', 'Busy', { event_seq: 1 }),
      event('0:10', 'Offline'),
    ];
    expect(told(events).slice(0, 2)).toEqual([
      'Available 00:00:00–00:00:00 0 1 change ?',
      'Busy 00:00:00–00:10:00 600 1 change Available',
    ]);
  });

  it('leave out what was withdrawn, and what returned they don’t', () => {
    const events = [event('9:00', 'Available'), event('9:10', 'Busy'), event('9:20', 'Offline')];
    const [, busy] = events as [AgentActivityRow, AgentActivityRow];
    expect(told(events, { withdrawn: [busy] })[0]).toBe(
      'Available 09:00:00–09:20:00 1200 1 change ?',
    );
    const returned = [{ ...withdrawalOf(busy), returned_at: 1 }];
    expect(stays(events, returned, DAY, settings, always)[1]?.activity).toBe('Busy');
  });
});

describe('any account', () => {
  const naming = { groupOf, nameOf: (id: string) => id };

  it('has the stays that living through each second gives', () => {
    fc.assert(
      fc.property(randomAccount, (account) => {
        const withdrawn = account.withdrawn.map((index) => withdrawalOf(account.events[index]));
        const { agent_state: wanted } = expectedViews(account, naming);
        const days = [...new Set(wanted.map((row) => String(row.day)))];
        const shown = (ms: number | null) =>
          ms === null ? null : new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
        const found = days.flatMap((day) =>
          stays(account.events, withdrawn, day, account, account.known).map((row) => ({
            ...row,
            day,
            started_at: shown(row.started_at),
            ended_at: shown(row.ended_at),
            entered_at: shown(row.entered_at),
          })),
        );
        const key = (row: object) =>
          ['day', 'agent_id', 'activity', 'reason_code', 'started_at', 'ended_at', 'seconds']
            .concat(['entered_at', 'event_seq', 'changes', 'end_reason', 'activity_before'])
            .map((name) => row[name as keyof typeof row])
            .join('|');
        expect(found.map(key).sort()).toEqual(wanted.map(key).sort());
      }),
      { numRuns: 15 },
    );
  });

  it('has the same rows in whatever order its events come, one for each identity, and no second twice', () => {
    fc.assert(
      fc.property(randomAccount, fc.nat(), (account, pivot) => {
        const turned = [
          ...account.events.slice(pivot % 30),
          ...account.events.slice(0, pivot % 30),
        ];
        const day = new Date(account.known.fromMs).toISOString().slice(0, 10);
        const rows = stays(account.events, [], day, account, account.known);
        expect(stays(turned.reverse(), [], day, account, account.known)).toEqual(rows);
        const identities = rows.map((row) =>
          agentStay.identity.map((name) => row[name as keyof typeof row]).join('|'),
        );
        expect(identities).toHaveLength(new Set(identities).size);
        for (const { agent_id, observed_from, observed_until } of rows) {
          const seconds = rows
            .filter((row) => row.agent_id === agent_id)
            .reduce((sum, row) => sum + row.seconds, 0);
          expect(seconds * 1_000).toBeLessThanOrEqual(observed_until - observed_from);
        }
      }),
      { numRuns: 60 },
    );
  });
});
