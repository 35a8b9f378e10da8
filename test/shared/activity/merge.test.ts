import fc from 'fast-check';
import { type MergeRules, mergeRows, type Row } from '../../../shared/activity/merge.ts';
import type { Table } from '../../../shared/lake/table.ts';
import { agentActivity, agents, rejectedActivity } from '../../../shared/lake/tables.ts';

/** Few values, so that rows often share an identity, or all but one column. */
function rowOf(table: Table): fc.Arbitrary<Row> {
  const value = (name: string, type: string, nullable: boolean) => {
    const some: fc.Arbitrary<string | number> =
      type === 'string'
        ? fc.constantFrom('a', 'b', '😀', '\uffee')
        : fc.integer({ min: 0, max: 2 }).map((n) => (name === 'event_time' ? n * 9_000_000 : n));
    return nullable ? fc.option(some, { nil: null }) : some;
  };
  return fc.record(
    Object.fromEntries(table.columns.map((c) => [c.name, value(c.name, c.type, c.nullable)])),
  );
}

describe.each([agentActivity, rejectedActivity, agents])('merging rows of $name', (table) => {
  const rows = fc.array(rowOf(table), { maxLength: 8 });
  const merge = (a: readonly Row[], b: readonly Row[]) => mergeRows(table, a, b).rows;
  const stored = rows.map((list) => merge([], list));

  it('is idempotent', () => {
    fc.assert(
      fc.property(stored, (a) => {
        const again = mergeRows(
          table,
          a,
          a.map((row) => ({ ...row })),
        );
        expect(again).toMatchObject({ added: [], changed: 0, repeated: a.length });
        expect(again.rows).toBe(a);
      }),
    );
  });

  it('is commutative', () => {
    fc.assert(fc.property(stored, stored, (a, b) => expect(merge(a, b)).toEqual(merge(b, a))));
  });

  it('is associative', () => {
    fc.assert(
      fc.property(stored, stored, stored, (a, b, c) =>
        expect(merge(merge(a, b), c)).toEqual(merge(a, merge(b, c))),
      ),
    );
  });

  it('keeps one row an identity and says what it did', () => {
    fc.assert(
      fc.property(stored, rows, (a, incoming) => {
        const { rows: all, added: fresh, changed, repeated } = mergeRows(table, a, incoming);
        const added = fresh.length;
        const identity = (row: Row) => JSON.stringify(table.identity.map((c) => row[c]));
        const identities = new Set([...a, ...incoming].map(identity));
        expect(all).toHaveLength(identities.size);
        expect(new Set(all.map(identity))).toEqual(identities);
        expect(all.length).toBe(a.length + added);
        expect(added + repeated).toBe(incoming.length);
        const before = new Set(a.map((row) => JSON.stringify(row, Object.keys(row).sort())));
        const differing = all.filter(
          (row) => !before.has(JSON.stringify(row, Object.keys(row).sort())),
        );
        expect(differing.length).toBe(added + changed);
      }),
    );
  });
});

describe('precedence', () => {
  const event = {
    agent_id: 'a',
    event_time: 0,
    activity: 'Busy',
    reason_code: null,
    occurrence: 1,
    changes_in_second: 2,
    event_seq: 1,
    ingested_at: 50,
    source_object: 'k2',
    extra: null,
  };

  it('keeps of an event the row ingested first, and its position where most changes were listed', () => {
    const later = {
      ...event,
      ingested_at: 60,
      source_object: 'k1',
      changes_in_second: 3,
      event_seq: 0,
    };
    const merged = mergeRows(agentActivity, [event], [later]);
    expect(merged.rows).toEqual([{ ...event, changes_in_second: 3, event_seq: 0 }]);
    expect(merged.changed).toBe(1);
  });

  it('is the whole row’s when nothing else decides, but not that of values which grow', () => {
    const [x, y] = [
      { ...event, reason_code: 'r', changes_in_second: 3, event_seq: 2, extra: 'x' },
      { ...event, reason_code: 'r', changes_in_second: 3, event_seq: 1, extra: 'y' },
    ];
    expect(mergeRows(agentActivity, [x], [y]).rows).toEqual([x]);
    expect(mergeRows(agentActivity, [y], [x]).rows).toEqual([x]);
  });

  it('does not depend on the order of columns', () => {
    const rules = { identity: ['id'], winner: { least: ['at'] }, largest: [], sort: [] };
    const [one, other] = [
      { id: 1, at: 1, left: 1, right: 2 },
      { right: 1, left: 2, at: 1, id: 1 },
    ];
    expect(mergeRows<Row>(rules, [one], [other]).rows).toEqual([one]);
    expect(mergeRows<Row>(rules, [other], [one]).rows).toEqual([one]);
  });

  it('keeps of an agent what the directory said last', () => {
    const named = { agent_id: 'a', first_name: 'Zoë', last_name: 'Old', checked_at: 1 };
    const renamed = { ...named, last_name: 'New', checked_at: 2 };
    expect(mergeRows(agents, [renamed], [named]).rows).toEqual([renamed]);
    expect(mergeRows(agents, [named], [renamed]).rows).toEqual([renamed]);
  });
});

describe('merged rows', () => {
  const rules: MergeRules = {
    ...{ identity: ['id'], winner: { least: ['at'] }, largest: ['most', 'of_it'] },
    sort: ['name', ({ at }) => -Number(at)],
  };
  const row = (id: string, more: Row = {}): Row => ({
    ...{ id, name: 0, at: 1, most: 0, of_it: 0, ...more },
  });

  it('stand in the order of their table: nothing first, and what is alike by identity', () => {
    const inOrder = [
      ...[row('g', { name: null }), row('f', { name: -1 }), row('e', { at: 3 })],
      ...[row('b', { at: 2 }), row('c', { at: 2 }), row('d', { at: 2 }), row('a')],
    ];
    const turned = [...inOrder].reverse();
    expect(mergeRows(rules, [], turned).rows).toEqual(inOrder);
    expect(mergeRows(rules, turned.slice(0, 4), turned.slice(4).reverse()).rows).toEqual(inOrder);
  });

  it('are told as they are stored when one came twice', () => {
    const [late, early] = [row('a', { at: 2, most: 5, of_it: 1 }), row('a', { at: 1, most: 5 })];
    const both = { ...early, of_it: 1 };
    const merged = { rows: [both], added: [both], changed: 0, repeated: 1 };
    expect(mergeRows(rules, [], [late, early])).toEqual(merged);
    expect(mergeRows(rules, [], [early, late])).toEqual(merged);
  });
});
