import { groupsOf, namedTwice } from '../../../shared/activity/activity-groups.ts';
import { accountOffsetsSql } from '../../../shared/views/account-offsets.ts';
import { activityGroupsSql } from '../../../shared/views/activity-groups.ts';

const earliestMs = Date.parse('2026-01-01T00:00:00Z');
const offsetsOf = (reportTimeZone: string) =>
  [
    ...accountOffsetsSql([{ id: 'a', reportTimeZone }], earliestMs).matchAll(
      /\(1, TIMESTAMP '([^']+)', TIMESTAMP '([^']+)', (-?\d+)\)/g,
    ),
  ].map(([, from, to, minutes]) => [from, to, Number(minutes)]);

describe('account_offsets', () => {
  it('has one row for a zone that never changes', () => {
    const always = ['1970-01-01 00:00:00', '9999-01-01 00:00:00'];
    expect(offsetsOf('UTC')).toEqual([[...always, 0]]);
    expect(offsetsOf('Asia/Kathmandu')).toEqual([[...always, 345]]);
  });

  it('has every change of the others, to the second, without a gap', () => {
    expect(offsetsOf('America/New_York').slice(0, 3)).toEqual([
      ['1970-01-01 00:00:00', '2026-03-08 07:00:00', -300],
      ['2026-03-08 07:00:00', '2026-11-01 06:00:00', -240],
      ['2026-11-01 06:00:00', '2027-03-14 07:00:00', -300],
    ]);
    expect(offsetsOf('Australia/Lord_Howe').slice(1, 3)).toEqual([
      ['2026-04-04 15:00:00', '2026-10-03 15:30:00', 630],
      ['2026-10-03 15:30:00', '2027-04-03 15:00:00', 660],
    ]);
    for (const [index, [from]] of offsetsOf('Africa/Cairo').entries()) {
      if (index > 0) expect(from).toBe(offsetsOf('Africa/Cairo')[index - 1]?.[1]);
    }
  });

  it('lists the changes of a zone once, however many accounts live in it', () => {
    const zones = ['America/New_York', 'Europe/Berlin'];
    const accounts = Array.from({ length: 400 }, (_, index) => ({
      ...{ id: `63fb9a0f90425b644d3ec0${index}`, reportTimeZone: zones[index % 2] as string },
    }));
    const sql = accountOffsetsSql(accounts, earliestMs);
    expect(sql.match(/TIMESTAMP '2026-03-08 07:00:00', TIMESTAMP/g)).toHaveLength(1);
    expect(sql).toContain("('63fb9a0f90425b644d3ec00', 1)");
    expect(sql).toContain("('63fb9a0f90425b644d3ec0399', 2)");
    expect(sql.length).toBeLessThan(30_000);
  });
});

describe('activity_groups', () => {
  const own = [
    { activity: 'AVAILABLE', group: 'busy' as const },
    { activity: 'Away', reasonCode: '1', group: 'other_work' as const, label: "Kim's “tea”" },
    { activity: 'İSTANBUL ΟΔΟΣ', group: 'break' as const },
  ];

  it('has the defaults, but for what the account says itself', () => {
    const groups = groupsOf(own);
    expect(groups.filter(({ activity }) => activity === 'available')).toEqual([
      { activity: 'available', group: 'busy' },
    ]);
    expect(groups.filter(({ activity }) => activity === 'away')).toHaveLength(2);
    expect(groups).toContainEqual({ activity: 'system away', group: 'system' });
  });

  it('holds any text as it is, letters each in lower case', () => {
    const sql = activityGroupsSql([{ id: 'a', activityGroups: own }]);
    expect(sql).toContain("(1, 'away', '1', 'other_work', 'Kim''s “tea”')");
    expect(sql).toContain("'istanbul οδοσ'");
  });

  it('is empty, with its types, for no account', () => {
    expect(activityGroupsSql([])).toMatch(/WHERE false$/);
  });

  it('names the same status twice when only its case differs', () => {
    expect(namedTwice([...own, { activity: 'available', group: 'break' }])?.activity).toBe(
      'available',
    );
    expect(namedTwice(own)).toBeUndefined();
  });
});
