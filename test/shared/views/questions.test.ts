import fc from 'fast-check';
import { savedQueries } from '../../../infra/saved-queries.ts';
import { SettingsError } from '../../../shared/errors.ts';
import { blanksOf, filled } from '../../../shared/views/question.ts';
import { utc } from './expected.ts';
import { Clocks, paint } from './painted.ts';
import { groupOf, randomAccount } from './random-account.ts';
import { type LakeAccount, type StayLake, stayLake } from './stay-lake.ts';

const questions = new Map(savedQueries('questions').map(({ file, text }) => [file, text]));
const textOf = (name: string) => questions.get(name) ?? '';

const accounts = fc
  .sample(randomAccount, { seed: 12, numRuns: 40 })
  .filter(({ events }) => events.length > 25)
  .slice(0, 3)
  .map((account, index) => ({ ...account, id: `account-${index}` }));

const daysOf = ({ reportTimeZone, known }: LakeAccount) =>
  new Clocks(reportTimeZone).days(known.fromMs / 1_000, known.toMs / 1_000);

interface Block {
  readonly account_id: string;
  readonly agent_id: string;
  readonly day: string;
  readonly from: number;
  readonly to: number;
  readonly group: string;
}

/** Work with a break in it, each day, of every agent and of one nobody ever saw. */
const plan: readonly Block[] = accounts.flatMap((account) =>
  daysOf(account).flatMap(({ day, from }) =>
    ['agent-0', 'agent-1', 'agent-2', 'ghost'].flatMap((agent_id, index) => {
      const start = from + 3_600 * (2 + index * 3) + 77;
      const block = { account_id: account.id, agent_id, day };
      return [
        { ...block, from: start, to: start + 14_000, group: 'work' },
        { ...block, from: start + 14_000, to: start + 15_800, group: 'break' },
        { ...block, from: start + 15_800, to: start + 25_001, group: 'work' },
      ];
    }),
  ),
);

let lake: StayLake;
beforeAll(async () => {
  const lines = plan.map(({ account_id, agent_id, day, from, to, group }) =>
    [account_id, agent_id, day, utc(from), utc(to), group].join(','),
  );
  const head = 'account_id,agent_id,day,starts_at,ends_at,planned_group';
  lake = await stayLake(accounts, [], `${[head, ...lines].join('\n')}\n`);
});
afterAll(() => lake.close());

/** What a value looks like that fits a blank. */
const some = (account: LakeAccount, day: string) => ({
  ...{ account: account.id, agent: 'agent-0', day, from: day, to: day, longer: '30m' },
  at: `${day}T10:15:00Z`,
});

function ask(name: string, values: Record<string, string>) {
  const asked = blanksOf(textOf(name)).map((blank) => [blank.name, values[blank.name] ?? '']);
  return lake.rows(filled(textOf(name), Object.fromEntries(asked)));
}

const everyDay = accounts.flatMap((account) =>
  daysOf(account).map((bounds) => ({ account, ...bounds, values: some(account, bounds.day) })),
);

describe('the questions of analysts', () => {
  it('are twelve, name their blanks, and never leave an account or a day open', () => {
    expect(questions.size).toBe(12);
    for (const [name, text] of questions) {
      const names = blanksOf(text).map((blank) => blank.name);
      expect([name, names]).toEqual([name, expect.arrayContaining(['account'])]);
      expect(names.includes('day') || names.includes('from')).toBe(true);
      const query = text.replace(/^--.*$/gm, '');
      for (const { literal } of blanksOf(text)) expect(query).toContain(literal);
      const literals = query.match(/DATE '[^']+'|'your-[^']+'|TIMESTAMP '[^']+'/g) ?? [];
      const known = [...blanksOf(text).map((blank) => blank.literal), "DATE '2024-01-01'"];
      for (const literal of literals) expect(known).toContain(literal);
    }
  });

  it.each([...questions.keys()])('%s runs, filled in', async (name) => {
    const answers = await Promise.all(everyDay.map(({ values }) => ask(name, values)));
    expect(answers.flat().length).toBeGreaterThan(0);
  });

  it('add up the half hours of an agent as painting does', async () => {
    for (const { account, from, to, values } of everyDay) {
      const clocks = new Clocks(account.reportTimeZone);
      const agent = paint(account).find(({ agentId }) => agentId === 'agent-0');
      const wanted = new Map<string, number>();
      for (let s = from; s < to; s += 1) {
        const status =
          s * 1_000 < account.known.fromMs || s * 1_000 >= account.known.toMs ? null : agent?.at(s);
        if (status === null || status === undefined) continue;
        const shown = clocks.show(s - (s % 900));
        const half = `${shown.slice(0, 14)}${Number(shown.slice(14, 16)) < 30 ? '00' : '30'}:00`;
        const key = JSON.stringify([half, clocks.offsetMinutes(s), status.activity, status.reason]);
        wanted.set(key, (wanted.get(key) ?? 0) + 1);
      }
      const found = await ask('what-an-agent-did', values);
      const asked = found.map((row) => [
        JSON.stringify([row.half_hour, row.offset_minutes, row.activity, row.reason_code]),
        row.seconds,
      ]);
      expect(new Map(asked as [string, number][])).toEqual(wanted);
    }
  });

  it('count who kept to the plan, who came late and who never came, second by second', async () => {
    const suits = (group: string, planned: string) =>
      (['available', 'busy', 'after_call'].includes(group) ? 'work' : group) === planned;
    for (const { account, day, from, to, values } of everyDay) {
      const agents = new Map(paint(account).map((agent) => [agent.agentId, agent]));
      const isKnown = (s: number) =>
        s >= Math.max(from, account.known.fromMs / 1_000) &&
        s < Math.min(to, account.known.toMs / 1_000);
      const groupAt = (agentId: string, s: number) => {
        const status = isKnown(s) ? agents.get(agentId)?.at(s) : null;
        return status === null || status === undefined
          ? ''
          : groupOf(status.activity, status.reason);
      };
      const kept = new Map<string, number>();
      const arrived = new Map<string, string>();
      for (const block of plan.filter((b) => b.account_id === account.id && b.day === day)) {
        kept.set(block.agent_id, kept.get(block.agent_id) ?? 0);
        for (let s = block.from; s < block.to; s += 1) {
          const group = groupAt(block.agent_id, s);
          if (suits(group, block.group))
            kept.set(block.agent_id, (kept.get(block.agent_id) ?? 0) + 1);
          const here = group !== '' && group !== 'offline';
          if (here && !arrived.has(block.agent_id)) arrived.set(block.agent_id, utc(s));
        }
      }
      const rows = await ask('adherence-and-conformance', values);
      expect(new Map(rows.map((row) => [row.agent_id, row.kept_seconds]))).toEqual(kept);
      for (const row of rows) expect(row.adherence).toBe(Number(row.kept_seconds) / 25_001);
      const missing = await ask('absent-or-late', values);
      for (const agentId of kept.keys()) {
        const start = plan.find(
          (b) => b.agent_id === agentId && b.account_id === account.id && b.day === day,
        );
        const row = missing.find((each) => each.agent_id === agentId);
        if (arrived.get(agentId) === utc(Number(start?.from))) expect(row).toBeUndefined();
        else expect(row?.arrived_at).toBe(arrived.get(agentId) ?? null);
      }
    }
  });

  it('count who was there at a moment', async () => {
    let present = 0;
    for (const { account, from, to, values } of everyDay) {
      const s = Math.floor(
        (Math.max(from, account.known.fromMs / 1_000) + Math.min(to, account.known.toMs / 1_000)) /
          2,
      );
      const wanted: Record<string, number> = {};
      for (const agent of paint(account)) {
        const status = agent.at(s);
        if (status === null) continue;
        const group = groupOf(status.activity, status.reason);
        wanted[group] = (wanted[group] ?? 0) + 1;
        present += 1;
      }
      const rows = await ask('staffed-at', { ...values, at: utc(s) });
      expect(Object.fromEntries(rows.map((row) => [row.activity_group, row.agents]))).toEqual(
        wanted,
      );
    }
    expect(present).toBeGreaterThan(3);
  });
});

describe('a question', () => {
  const text =
    "-- What\n-- Put yours in place of: account 'your-account-id', day DATE '2026-01-31'\nSELECT 'your-account-id', DATE '2026-01-31'";

  it('takes any text as a value, and nothing else than a value', () => {
    const account = "it's DATE '2026-01-31' -- $&";
    expect(filled(text, { account, day: '2026-02-01' })).toBe(
      "SELECT 'it''s DATE ''2026-01-31'' -- $&', DATE '2026-02-01'",
    );
  });

  it.each([
    [{ account: 'a' }, /--day is missing/],
    [{ account: 'a', day: "2026-01-31' OR true" }, /--day is "2026-01-31' OR true"/],
    [{ account: 'a', day: '2026-01-31', agent: 'x' }, /--agent is nothing/],
  ])('refuses %j', (values, message) => {
    expect(() => filled(text, values as unknown as Record<string, string>)).toThrow(SettingsError);
    expect(() => filled(text, values as unknown as Record<string, string>)).toThrow(message);
  });
});
