import { type Backfill, Backfills } from '../../../shared/checkpoint/backfills.ts';
import { CheckpointConflictError, SettingsError } from '../../../shared/errors.ts';
import { checkpointTable } from './checkpoint-table.ts';

const HOUR = 3_600_000;
const fromMs = Date.parse('2026-03-01T00:00:00Z');
const spring: Backfill = {
  ...{ name: 'spring', fromMs, toMs: fromMs + 10 * HOUR, positionMs: fromMs },
  ...{ status: 'active', addedAtMs: fromMs + 100 * HOUR, by: 'Ada' },
};

const started = checkpointTable();

/** The backfills of one account, as two runs have them. */
function twoRuns() {
  const itemsOf = started.newAccount();
  return { mine: new Backfills(itemsOf('mine')), theirs: new Backfills(itemsOf('theirs')) };
}

describe('the backfills of an account', () => {
  it('are told as they were added, the oldest first', async () => {
    const { mine, theirs } = twoRuns();
    const older = { ...spring, name: 'the older one', addedAtMs: spring.addedAtMs - 1_000 };
    expect(await mine.add(spring)).toEqual(spring);
    await mine.add(older);
    expect(await theirs.all()).toEqual([older, spring]);
    await mine.forget('spring');
    expect(await theirs.all()).toEqual([older]);
  });

  it('take one that is added again for what it is, as far as it has come', async () => {
    const { mine } = twoRuns();
    await mine.add(spring);
    const moved = await mine.advance(spring, fromMs + HOUR);
    expect(await mine.add({ ...spring, by: 'Bob' })).toEqual(moved);
  });

  it('let no other span have the name of one, nor the same once it has ended', async () => {
    const { mine } = twoRuns();
    await mine.add(spring);
    for (const other of [
      { ...spring, fromMs: fromMs - HOUR },
      { ...spring, toMs: spring.toMs + HOUR },
    ]) {
      await expect(mine.add(other)).rejects.toThrow(SettingsError);
    }
    await mine.cancel('spring');
    await expect(mine.add(spring)).rejects.toThrow('is cancelled already');
  });

  it('say so when one could not be added, unless there is one already', async () => {
    const { mine } = twoRuns();
    await mine.add(spring);
    const failure = new Error('throttled');
    jest.spyOn(started.db, 'send').mockImplementationOnce(() => Promise.reject(failure));
    await expect(mine.add(spring)).rejects.toBe(failure);
  });
});

describe('a backfill', () => {
  it('moves from where it is, and ends where it has come to', async () => {
    const { mine, theirs } = twoRuns();
    const moved = await mine.advance(await mine.add(spring), fromMs + HOUR);
    expect(moved).toEqual({ ...spring, positionMs: fromMs + HOUR });
    const done = await mine.finish(moved);
    expect(done).toEqual({ ...moved, status: 'done' });
    expect(await theirs.all()).toEqual([done]);
  });

  it('is moved by one of two runs that hold it', async () => {
    const { mine, theirs } = twoRuns();
    await mine.add(spring);
    const moved = await theirs.advance(spring, fromMs + 2 * HOUR);
    await expect(mine.advance(spring, fromMs + HOUR)).rejects.toThrow(CheckpointConflictError);
    expect(await mine.all()).toEqual([moved]);
  });

  it('is moved no more once it is cancelled, or has ended', async () => {
    const { mine, theirs } = twoRuns();
    await mine.add(spring);
    const cancelled = await theirs.cancel('spring');
    expect(cancelled).toEqual({ ...spring, status: 'cancelled' });
    await expect(mine.advance(spring, fromMs + HOUR)).rejects.toThrow(CheckpointConflictError);
    await expect(mine.finish(spring)).rejects.toThrow(CheckpointConflictError);
    expect(await mine.all()).toEqual([cancelled]);
  });

  /** What another run does between the look at a backfill and what follows from it. */
  function meanwhile(act: () => Promise<unknown>) {
    const send = started.db.send.bind(started.db);
    jest.spyOn(started.db, 'send').mockImplementationOnce((async (command: never) => {
      try {
        return await send(command);
      } finally {
        await act();
      }
    }) as typeof started.db.send);
  }

  it('is cancelled wherever a run has moved it meanwhile', async () => {
    const { mine, theirs } = twoRuns();
    await mine.add(spring);
    meanwhile(() => theirs.advance(spring, fromMs + HOUR));
    const cancelled = await mine.cancel('spring');
    expect(cancelled).toMatchObject({ positionMs: fromMs + HOUR, status: 'cancelled' });
    expect(await mine.all()).toEqual([cancelled]);
  });

  it('is added although one of its name was there until a moment ago', async () => {
    const { mine, theirs } = twoRuns();
    await theirs.add(spring);
    meanwhile(() => theirs.forget('spring'));
    expect(await mine.add(spring)).toEqual(spring);
    expect(await mine.all()).toEqual([spring]);
  });

  it('is not cancelled when it has ended meanwhile', async () => {
    const { mine, theirs } = twoRuns();
    await mine.add(spring);
    meanwhile(() => theirs.finish(spring));
    await expect(mine.cancel('spring')).rejects.toThrow('"spring" is done already');
    expect(await mine.all()).toMatchObject([{ status: 'done' }]);
  });

  it('can’t be cancelled when there is none, or it has ended', async () => {
    const { mine } = twoRuns();
    await expect(mine.cancel('spring')).rejects.toThrow('There is no backfill "spring".');
    await mine.finish(await mine.add(spring));
    await expect(mine.cancel('spring')).rejects.toThrow('"spring" is done already');
  });
});
