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
  const suspicionOf = (rows: number) =>
    facts.suspicionOf({
      ...{ kind: 'answer', accountId: null, cutBy: null, unknownFields: [] },
      updates: Array(rows).fill(null),
    });
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
});
