import { DayChecks } from '../../../shared/checkpoint/day-checks.ts';
import { CheckpointConflictError } from '../../../shared/errors.ts';
import { checkpointTable } from './checkpoint-table.ts';

const HOUR = 3_600_000;
const DAY = '2026-03-01';
const dayMs = Date.parse(DAY);
const beganAtMs = dayMs + 48 * HOUR;
const first = { listed: 5, stored_before: 3, added: 2, withdrawn: 1, suspect_windows: 0 };
const second = { listed: 50, stored_before: 30, added: 20, withdrawn: 10, suspect_windows: 7 };
const both = { listed: 55, stored_before: 33, added: 22, withdrawn: 11, suspect_windows: 7 };

const started = checkpointTable();

/** The checks of one account, as two runs have them. */
function twoRuns() {
  const itemsOf = started.newAccount();
  return { mine: new DayChecks(itemsOf('mine')), theirs: new DayChecks(itemsOf('theirs')) };
}

describe('the check of a day', () => {
  it('begins at midnight with nothing counted, and goes on where it was left', async () => {
    const { mine, theirs } = twoRuns();
    expect(await mine.latest(DAY)).toBeNull();
    const begun = await mine.begin(DAY, beganAtMs, null);
    const nothing = { listed: 0, stored_before: 0, added: 0, withdrawn: 0, suspect_windows: 0 };
    expect(begun).toEqual({
      ...{ day: DAY, beganAtMs, positionMs: dayMs, counts: nothing, finished: false },
    });
    expect(await theirs.latest(DAY)).toEqual(begun);
    const half = await mine.advance(begun, dayMs + HOUR, first);
    expect(half).toEqual({ ...begun, positionMs: dayMs + HOUR, counts: first });
    const whole = await theirs.advance(half, dayMs + 2 * HOUR, second);
    expect(whole).toEqual({ ...begun, positionMs: dayMs + 2 * HOUR, counts: both });
    await theirs.finish(whole);
    expect(await mine.latest(DAY)).toEqual({ ...whole, finished: true });
  });

  it('counts a window once, whichever of two runs is faster', async () => {
    const { mine, theirs } = twoRuns();
    const begun = await mine.begin(DAY, beganAtMs, null);
    await theirs.advance(begun, dayMs + HOUR, first);
    await expect(mine.advance(begun, dayMs + HOUR, first)).rejects.toThrow(CheckpointConflictError);
    expect((await mine.latest(DAY))?.counts).toEqual(first);
  });

  it('counts a window once although the answer to that is lost', async () => {
    const { mine } = twoRuns();
    const begun = await mine.begin(DAY, beganAtMs, null);
    await mine.advance(begun, dayMs + HOUR, first);
    await mine.advance(begun, dayMs + HOUR, first);
    expect((await mine.latest(DAY))?.counts).toEqual(first);
  });

  it('is begun once', async () => {
    const { mine, theirs } = twoRuns();
    const begun = await mine.begin(DAY, beganAtMs, null);
    await expect(theirs.begin(DAY, beganAtMs + 1, null)).rejects.toThrow(CheckpointConflictError);
    // The answer was lost, and it is begun again.
    expect(await mine.begin(DAY, beganAtMs, null)).toEqual(begun);
    expect(await mine.latest(DAY)).toEqual(begun);
  });

  it('is not begun when that failed, and is kept for 400 days when it did not', async () => {
    const { mine } = twoRuns();
    const send = jest.spyOn(started.db, 'send');
    await mine.begin(DAY, beganAtMs, null);
    expect(send.mock.calls[0]?.[0].input).toMatchObject({
      Item: { expires_at: beganAtMs / 1_000 + 400 * 86_400 },
    });
    const failure = new Error('throttled');
    send.mockImplementationOnce(() => Promise.reject(failure));
    await expect(mine.begin(DAY, beganAtMs, null)).rejects.toBe(failure);
  });

  it('takes the place of the one before, which moves no more', async () => {
    const { mine, theirs } = twoRuns();
    const before = await mine.begin(DAY, beganAtMs, null);
    const anew = await theirs.begin(DAY, beganAtMs + HOUR, before);
    await expect(mine.begin(DAY, beganAtMs + 2 * HOUR, before)).rejects.toThrow(
      CheckpointConflictError,
    );
    await expect(mine.advance(before, dayMs + HOUR, first)).rejects.toThrow(
      CheckpointConflictError,
    );
    await expect(mine.finish(before)).rejects.toThrow(CheckpointConflictError);
    expect(await mine.latest(DAY)).toEqual(anew);
  });

  it('moves no more once its row is stored', async () => {
    const { mine, theirs } = twoRuns();
    const begun = await mine.begin(DAY, beganAtMs, null);
    await theirs.finish(begun);
    await expect(mine.advance(begun, dayMs + HOUR, first)).rejects.toThrow(CheckpointConflictError);
  });
});
