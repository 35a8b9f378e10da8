import { isLimit, RowCapWatch } from '../../../shared/activity/row-cap.ts';
import { elements } from './elements.ts';

const all = { fromMs: 0, toMs: 8_000 };
const first = { fromMs: 0, toMs: 4_000 };
const second = { fromMs: 4_000, toMs: 8_000 };
const rows = (...names: string[]) => elements(names.map((AgentId) => ({ AgentId })));

describe('RowCapWatch', () => {
  it('suspects a limit once the halves hold more than the whole did', () => {
    const caps = new RowCapWatch();
    caps.suspect(all, rows('a', 'b'));
    expect(caps.read(first, caps.digestsOf(rows('a', 'b', 'c')))).toBeNull();
    expect(caps.read(second, caps.digestsOf([]))).toMatchObject({ count: 2, window: all });
    expect(caps.read({ fromMs: 8_000, toMs: 9_000 }, caps.digestsOf(rows('z')))).toBeNull();
  });

  it('counts rows that say the same, for the source does too', () => {
    const caps = new RowCapWatch();
    caps.suspect(all, rows('a', 'b', 'a'));
    caps.read(first, caps.digestsOf(rows('a', 'b', 'a')));
    expect(caps.read(second, caps.digestsOf(rows('c')))).toMatchObject({ count: 3 });
  });

  it('acquits a window whose halves hold the same', () => {
    const caps = new RowCapWatch();
    caps.suspect(all, rows('a', 'b'));
    caps.read(first, caps.digestsOf(rows('a')));
    expect(caps.read(second, caps.digestsOf(rows('a', 'b')))).toBeNull();
  });

  it('judges a half that was suspected in its turn by itself', () => {
    const caps = new RowCapWatch();
    caps.suspect(all, rows('a', 'b', 'c'));
    caps.suspect(first, rows('a', 'b', 'c'));
    caps.read({ fromMs: 0, toMs: 2_000 }, caps.digestsOf(rows('a', 'b', 'c')));
    expect(caps.read({ fromMs: 2_000, toMs: 4_000 }, caps.digestsOf([]))).toBeNull();
    expect(caps.read(second, caps.digestsOf(rows('d')))).toMatchObject({ count: 3 });
  });

  it('takes for a limit only what the same window, asked for again, still lacks', () => {
    const caps = new RowCapWatch();
    caps.suspect(all, rows('a', 'b'));
    const suspected = caps.read(all, caps.digestsOf(rows('a', 'b', 'late')));
    if (suspected === null) throw new Error('It lacked one.');
    expect(isLimit(suspected, rows('a', 'b'))).toBe(true);
    expect(isLimit(suspected, rows('a', 'b', 'late'))).toBe(false);
    // More rows than the limit would be, though not those.
    expect(isLimit(suspected, rows('a', 'b', 'c'))).toBe(false);
    // One came late and another was withdrawn.
    expect(isLimit(suspected, rows('a', 'late'))).toBe(false);
  });

  it('does not miss a row that is damaged in one answer alone', () => {
    const caps = new RowCapWatch();
    const damaged = {
      value: null,
      text: '{"AgentId":"\\xe9"}',
      plain: false,
      damaged: true as const,
    };
    caps.suspect(all, [damaged, ...rows('b')]);
    expect(caps.read(first, caps.digestsOf([damaged]))).toBeNull();
    const suspected = caps.read(all, caps.digestsOf(rows('a', 'b')));
    if (suspected === null) throw new Error('It lacked one.');
    expect(isLimit(suspected, [damaged, ...rows('b')])).toBe(false);
  });

  it('is a limit when more rows are missing than are damaged', () => {
    const caps = new RowCapWatch();
    const [damaged] = rows('x').map((row) => ({ ...row, value: null, damaged: true as const }));
    if (damaged === undefined) throw new Error('There is one.');
    caps.suspect(all, rows('a', 'b'));
    // What is damaged where it is read again says nothing of what was missing.
    expect(caps.digestsOf([damaged, ...rows('a')])).toHaveLength(1);
    const suspected = caps.read(all, caps.digestsOf(rows('c', 'd')));
    if (suspected === null) throw new Error('It lacked two.');
    expect(isLimit(suspected, [damaged, ...rows('a')])).toBe(true);
    expect(isLimit(suspected, [damaged, damaged])).toBe(false);
  });

  it('finds by its number of rows an answer that lacked one which is read now, or was since', () => {
    const caps = new RowCapWatch();
    caps.suspect(all, rows('a', 'b'));
    expect(caps.lacking(2, caps.digestsOf(rows('a')))).toBeNull();
    expect(caps.lacking(3, caps.digestsOf(rows('c')))).toBeNull();
    expect(caps.lacking(2, [])).toBeNull();
    expect(caps.lacking(2, caps.digestsOf(rows('c')))).toMatchObject({ window: all, count: 2 });
    expect(caps.lacking(2, [])).toMatchObject({ window: all });
  });

  it('tells of windows that end together the one with most rows', () => {
    for (const [outer, inner] of [
      [rows('a', 'b', 'c'), rows('a', 'b')],
      [rows('a', 'b'), rows('a', 'b', 'c')],
      [rows('a', 'b', 'c'), rows('a', 'b', 'd')],
    ]) {
      const caps = new RowCapWatch();
      caps.suspect(all, outer ?? []);
      caps.suspect(second, inner ?? []);
      const last = caps.read(second, caps.digestsOf(rows('e')));
      expect(last?.count).toBe(3);
      expect(last?.window).toBe(inner?.length === 3 && outer?.length === 2 ? second : all);
    }
  });

  it('suspects nothing before and after, and digests nothing then', () => {
    const caps = new RowCapWatch();
    expect([caps.suspected, caps.digestsOf(rows('a'))]).toEqual([null, []]);
    caps.suspect(all, rows('a'));
    caps.suspect(first, rows('a'));
    expect([caps.suspected, caps.digestsOf(rows('a')).length]).toEqual([all, 1]);
    caps.read(all, []);
    expect([caps.suspected, caps.digestsOf(rows('a'))]).toEqual([null, []]);
  });
});
