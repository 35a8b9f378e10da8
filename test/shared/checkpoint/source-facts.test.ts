import type { Checkpoint, LearnedFacts } from '../../../shared/checkpoint/checkpoint.ts';
import { SourceFacts } from '../../../shared/checkpoint/source-facts.ts';

const HOUR = 3_600_000;
const NOTHING: LearnedFacts = {
  windowMs: null,
  rowCap: null,
  mostRows: 0,
  listed: null,
  pinnedAccountId: null,
};

function setUp(learned: Partial<LearnedFacts> = {}) {
  const remembered: Omit<LearnedFacts, 'pinnedAccountId'>[] = [];
  const checkpoint = {
    remember: async (facts: Omit<LearnedFacts, 'pinnedAccountId'>) => void remembered.push(facts),
  } as Checkpoint;
  const facts = new SourceFacts(checkpoint, { ...NOTHING, ...learned }, 6 * HOUR);
  const suspicionOf = (rows: number, cutBy: string | null = null) =>
    facts.suspicionOf({ cutBy, updates: { length: rows } });
  const read = (rows: number, hour = 0, cap: number | null = null) =>
    facts.windowRead({ fromMs: hour * HOUR, toMs: (hour + 1) * HOUR }, rows, cap);
  return { facts, suspicionOf, read, remembered };
}

describe('what is learned of a source', () => {
  it.each(['an answer', 'a window asked for again'])('holds no limit below %s', async (what) => {
    const { facts, suspicionOf, read, remembered } = setUp({ rowCap: 77, mostRows: 77 });
    expect(suspicionOf(77)).toBe('limit');
    if (what === 'an answer') suspicionOf(78);
    else facts.wasLate(78);
    await read(78);
    expect(remembered.at(-1)).toMatchObject({ rowCap: null, mostRows: 78 });
    expect(suspicionOf(77)).toBeNull();
  });

  it('says nothing of the most rows that a lower limit refutes', async () => {
    const { suspicionOf, read, remembered } = setUp({ mostRows: 1_312 });
    await read(43, 0, 500);
    expect(remembered.at(-1)).toMatchObject({ rowCap: 500, mostRows: 500 });
    // Else the next limit, raised a little, would be trusted.
    expect(suspicionOf(650)).toBe('record');
  });

  it('holds the latest window that has rows, and writes it down a few times a day', async () => {
    const { facts, read, remembered } = setUp({ mostRows: 9 });
    for (let hour = 0; hour < 24; hour += 1) await read(hour % 2, hour);
    expect(facts.listed).toEqual({ fromMs: 23 * HOUR, toMs: 24 * HOUR });
    await read(1, 3);
    expect(facts.listed?.toMs).toBe(24 * HOUR);
    expect(remembered.map(({ listed }) => (listed?.toMs ?? 0) / HOUR)).toEqual([8, 16, 24]);
  });

  it('is a limit until more rows come, and a round number where more came before', () => {
    const { suspicionOf } = setUp({ rowCap: 77, mostRows: 77 });
    expect([suspicionOf(76), suspicionOf(77), suspicionOf(77)]).toEqual([null, 'limit', 'limit']);
    const { suspicionOf: ofMany } = setUp({ mostRows: 500 });
    expect([ofMany(300), ofMany(499), ofMany(500), ofMany(600), ofMany(300)]).toEqual([
      ...['round', null, 'limit', 'limit', 'round'],
    ]);
  });

  it('is no guess where an answer says itself that rows are missing', () => {
    expect(setUp().suspicionOf(3, 'hasMore')).toBe('proved');
  });

  it('is written down whichever fact is new, and only then', async () => {
    const { suspicionOf, read, remembered } = setUp({ mostRows: 9 });
    suspicionOf(9);
    await read(9);
    expect(remembered).toEqual([]);
    suspicionOf(10);
    await read(10);
    expect(remembered).toMatchObject([{ mostRows: 10, rowCap: null, windowMs: null }]);
    const { read: limited, remembered: ofLimited } = setUp({ windowMs: HOUR, mostRows: 10 });
    await limited(10, 0, 10);
    expect(ofLimited).toMatchObject([{ windowMs: HOUR, mostRows: 10, rowCap: 10 }]);
  });
});

describe('the window that is asked for', () => {
  it('is as long as one that worked, and no longer than it may be', () => {
    expect(setUp().facts).toMatchObject({ windowMs: 6 * HOUR, answered: false });
    expect(setUp({ windowMs: 2 * HOUR }).facts.windowMs).toBe(2 * HOUR);
    expect(setUp({ windowMs: 8 * HOUR }).facts.windowMs).toBe(6 * HOUR);
  });

  it.each(['was cut', 'proved a limit'])('shrinks to what works once an answer %s', async (how) => {
    const { facts, read, remembered } = setUp({ windowMs: 2 * HOUR });
    await read(1, 3);
    expect(facts.windowMs).toBe(2 * HOUR);
    if (how === 'was cut') facts.wasCut();
    await read(1, 3, how === 'was cut' ? null : 500);
    expect(facts.windowMs).toBe(HOUR);
    expect(remembered.at(-1)).toMatchObject({ windowMs: HOUR });
    // And does not grow in the same run.
    await facts.growWindow();
    expect(remembered.at(-1)).toMatchObject({ windowMs: HOUR });
  });

  it('shrinks for one cut alone, and to nothing longer', async () => {
    const { facts, read } = setUp({ windowMs: HOUR / 2 });
    facts.wasCut();
    await read(1, 3);
    expect(facts.windowMs).toBe(HOUR / 2);
    facts.windowMs = 2 * HOUR;
    await read(1, 3);
    expect(facts.windowMs).toBe(2 * HOUR);
  });

  it('is half as long after one that timed out, but not for a source that is merely down', async () => {
    const { facts, remembered } = setUp();
    await facts.shrinkWindow({ fromMs: HOUR, toMs: HOUR + 10 * 60_000 - 2_000 });
    expect(remembered).toEqual([]);
    await facts.shrinkWindow({ fromMs: HOUR, toMs: HOUR + 10 * 60_000 });
    await facts.shrinkWindow({ fromMs: HOUR, toMs: 5 * HOUR });
    expect(remembered.map(({ windowMs }) => windowMs)).toEqual([5 * 60_000, 2 * HOUR]);
  });

  it('grows a little at the end of a run, up to the longest', async () => {
    const { facts, remembered } = setUp({ windowMs: 4 * HOUR });
    await facts.growWindow();
    expect(remembered).toMatchObject([{ windowMs: 5 * HOUR }]);
    const longest = setUp();
    await longest.facts.growWindow();
    expect(longest.remembered).toEqual([]);
  });
});
