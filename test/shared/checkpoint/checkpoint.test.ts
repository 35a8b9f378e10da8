import { GetCommand } from '@aws-sdk/lib-dynamodb';
import {
  Checkpoint,
  type CheckpointState,
  type KnownState,
  nothingLearned,
} from '../../../shared/checkpoint/checkpoint.ts';
import {
  CheckpointConflictError,
  CheckpointLostError,
  SettingsError,
  SourceContractError,
} from '../../../shared/errors.ts';
import { checkpointTable } from './checkpoint-table.ts';

const HOUR = 3_600_000;
const startMs = Date.parse('2026-03-01T00:00:00Z');
const watermarkMs = startMs + 10 * HOUR;
const known: KnownState = {
  ...{ startMs, watermarkMs, sourceTimeZone: 'UTC' },
  ...{ keptFromMs: startMs + HOUR, erased: new Set(['digest']) },
  skipped: [{ fromMs: startMs + 2 * HOUR, toMs: startMs + 3 * HOUR }],
  facts: {
    ...{ windowMs: HOUR, rowCap: 200, mostRows: 150, pinnedAccountId: 'st-1' },
    listed: { fromMs: startMs + 4 * HOUR, toMs: startMs + 5 * HOUR },
  },
};
const opening = {
  ...{ startMs: undefined, byDefaultMs: startMs, sourceTimeZone: 'UTC', earliestMs: 0 },
  ...{ nowMs: startMs + 20 * HOUR, holdsRows: async () => false },
};

const started = checkpointTable();

/** The checkpoint of one account, as two runs have it. */
function twoRuns() {
  const itemsOf = started.newAccount();
  return { mine: new Checkpoint(itemsOf('mine')), theirs: new Checkpoint(itemsOf('theirs')) };
}

/** With the checkpoint that is known above. */
async function twoRunsOf(state: Partial<KnownState> = {}) {
  const runs = twoRuns();
  await runs.theirs.put({ ...known, ...state }, null);
  return runs;
}

describe('a checkpoint that is put in its place', () => {
  it('is what is known', async () => {
    const { mine } = await twoRunsOf();
    expect(await mine.load()).toEqual({ ...known, replayingZone: null, bound: true });
  });

  it('may know little', async () => {
    const little = {
      ...{ keptFromMs: Number.NEGATIVE_INFINITY, erased: new Set<string>(), skipped: [] },
      facts: nothingLearned,
    };
    const { mine } = await twoRunsOf(little);
    expect(await mine.load()).toMatchObject({
      ...{ keptFromMs: Number.NEGATIVE_INFINITY, erased: new Set(), skipped: [] },
      facts: nothingLearned,
    });
  });

  it('takes the place of none that another run made, or moved, meanwhile', async () => {
    const { mine, theirs } = await twoRunsOf();
    await expect(mine.put(known, null)).rejects.toThrow(CheckpointConflictError);
    const seen = await mine.load();
    await theirs.advance(watermarkMs, watermarkMs + HOUR);
    await expect(mine.put({ ...known, startMs: 0 }, seen)).rejects.toThrow(CheckpointConflictError);
    expect(await mine.load()).toMatchObject({ startMs, watermarkMs: watermarkMs + HOUR });
    await mine.put({ ...known, watermarkMs: startMs }, await mine.load());
    expect(await mine.load()).toMatchObject({ watermarkMs: startMs });
  });

  it('takes the place of none that was bound, or begins elsewhere, meanwhile', async () => {
    const { mine, theirs } = twoRuns();
    await theirs.open(opening);
    const seen = await mine.load();
    await theirs.bind();
    await expect(mine.put(known, seen)).rejects.toThrow(CheckpointConflictError);
    expect(await mine.load()).toMatchObject({ startMs, bound: true });
    const elsewhere = { ...((await mine.load()) as CheckpointState), startMs: startMs + HOUR };
    await expect(mine.put(known, elsewhere)).rejects.toThrow(CheckpointConflictError);
  });

  it('is there when the answer to that was lost', async () => {
    const { mine } = twoRuns();
    await mine.put(known, null);
    await mine.put(known, null);
    expect(await mine.load()).toMatchObject({ watermarkMs });
  });
});

describe('the watermark', () => {
  it('is moved by one of two runs that hold it', async () => {
    const { mine, theirs } = await twoRunsOf();
    await theirs.advance(watermarkMs, watermarkMs + 2 * HOUR);
    await expect(mine.advance(watermarkMs, watermarkMs + HOUR)).rejects.toThrow(
      CheckpointConflictError,
    );
    expect(await mine.load()).toMatchObject({ watermarkMs: watermarkMs + 2 * HOUR });
  });

  it('leaves a gap where a person moves it ahead, and none of it when it is moved back', async () => {
    const { mine } = await twoRunsOf({ skipped: [] });
    const moveTo = async (hours: number) => {
      const state = await mine.load();
      if (state === null) throw new Error('It was put there.');
      await mine.moveByHand(state, startMs + hours * HOUR);
      const { watermarkMs: nowMs, skipped } = (await mine.load()) ?? { watermarkMs: 0 };
      const hour = (ms: number) => (ms - startMs) / HOUR;
      return [hour(nowMs), skipped?.map(({ fromMs, toMs }) => [hour(fromMs), hour(toMs)])];
    };
    expect(await moveTo(12)).toEqual([12, [[10, 12]]]);
    expect(await moveTo(13)).toEqual([
      13,
      [
        [10, 12],
        [12, 13],
      ],
    ]);
    expect(await moveTo(11)).toEqual([11, [[10, 11]]]);
    expect(await moveTo(11)).toEqual([11, [[10, 11]]]);
    expect(await moveTo(4)).toEqual([4, []]);
  });

  it('is not moved by hand from where a run has moved it meanwhile', async () => {
    const { mine, theirs } = await twoRunsOf();
    await theirs.advance(watermarkMs, watermarkMs + HOUR);
    await expect(mine.moveByHand(known, startMs)).rejects.toThrow(CheckpointConflictError);
    expect(await mine.load()).toMatchObject({ watermarkMs: watermarkMs + HOUR });
  });
});

describe('what has expired', () => {
  it('never moves back, whoever is faster', async () => {
    const { mine, theirs } = await twoRunsOf({ keptFromMs: Number.NEGATIVE_INFINITY });
    await mine.expireBefore(startMs + HOUR);
    await theirs.expireBefore(startMs + 3 * HOUR);
    await mine.expireBefore(startMs + 2 * HOUR);
    expect(await mine.load()).toMatchObject({ keptFromMs: startMs + 3 * HOUR });
  });

  it('makes no checkpoint', async () => {
    const { mine } = twoRuns();
    await mine.expireBefore(startMs);
    expect(await mine.load()).toBeNull();
  });
});

describe('who is left out', () => {
  it('is who was when a run first looked', async () => {
    const { mine, theirs } = await twoRunsOf();
    expect(mine.erased).toEqual(new Set());
    await mine.load();
    await theirs.leaveOut('another digest');
    expect((await mine.load())?.erased).toEqual(new Set(['digest', 'another digest']));
    expect(mine.erased).toEqual(new Set(['digest']));
  });

  it('is nobody while there is no checkpoint', async () => {
    await expect(twoRuns().mine.leaveOut('digest')).rejects.toThrow('conditional');
  });

  it('stays left out when a history that has no row begins anew', async () => {
    const { mine, theirs } = twoRuns();
    await theirs.open(opening);
    await theirs.leaveOut('digest');
    const anew = await mine.open({ ...opening, startMs: startMs + HOUR });
    expect(anew).toMatchObject({ startMs: startMs + HOUR, erased: new Set(['digest']) });
  });
});

describe('a change of zone', () => {
  it('lets no run open the checkpoint before it has ended, and none but in the new zone after', async () => {
    const { mine, theirs } = await twoRunsOf();
    await theirs.beginZoneChange('UTC', 'Asia/Kolkata');
    expect(await mine.load()).toMatchObject({
      ...{ sourceTimeZone: 'UTC', replayingZone: 'Asia/Kolkata' },
    });
    const kolkata = { ...opening, sourceTimeZone: 'Asia/Kolkata' };
    for (const settings of [opening, kolkata]) {
      await expect(mine.open(settings)).rejects.toThrow('A replay reads all stored events again');
    }
    await theirs.endZoneChange('UTC', 'Asia/Kolkata');
    await expect(mine.open(opening)).rejects.toThrow(SettingsError);
    expect(await mine.open(kolkata)).toMatchObject({ watermarkMs, replayingZone: null });
  });

  it('lets a history without a row not begin anew meanwhile', async () => {
    const { mine, theirs } = twoRuns();
    await theirs.open(opening);
    await theirs.beginZoneChange('UTC', 'Asia/Kolkata');
    await expect(mine.open({ ...opening, startMs: startMs + HOUR })).rejects.toThrow('A replay');
    expect(await mine.load()).toMatchObject({ startMs, replayingZone: 'Asia/Kolkata' });
  });

  it('is ended by one of two that read in different zones', async () => {
    const { mine, theirs } = await twoRunsOf();
    await mine.beginZoneChange('UTC', 'Asia/Kolkata');
    await theirs.beginZoneChange('UTC', 'Asia/Tokyo');
    await theirs.endZoneChange('UTC', 'Asia/Tokyo');
    await expect(mine.endZoneChange('UTC', 'Asia/Kolkata')).rejects.toThrow(
      CheckpointConflictError,
    );
  });
});

describe('the account that responses name', () => {
  it('is pinned once, for all runs', async () => {
    const { mine, theirs } = await twoRunsOf({ facts: { ...known.facts, pinnedAccountId: null } });
    await mine.pinAccountId('st-1');
    await theirs.pinAccountId('st-1');
    await expect(theirs.pinAccountId('st-2')).rejects.toThrow(SourceContractError);
    await expect(theirs.pinAccountId('st-2')).rejects.toThrow('all before it named st-1');
    expect((await mine.load())?.facts.pinnedAccountId).toBe('st-1');
  });
});

describe('what was learned of the source', () => {
  it('is kept, and only beside a checkpoint', async () => {
    const { mine, theirs } = await twoRunsOf();
    const listed = { fromMs: startMs, toMs: startMs + HOUR };
    const facts = { windowMs: HOUR, rowCap: 77, mostRows: 99, listed };
    await mine.remember(facts);
    expect((await theirs.load())?.facts).toEqual({ ...facts, pinnedAccountId: 'st-1' });
    await mine.remember({ windowMs: null, rowCap: null, mostRows: 0, listed: null });
    expect((await theirs.load())?.facts).toMatchObject({ rowCap: null, listed: null });
    await expect(twoRuns().mine.remember(facts)).rejects.toThrow('conditional');
  });
});

describe('opening', () => {
  it('begins the history where it is to begin, and binds nobody', async () => {
    const { mine } = twoRuns();
    expect(await mine.open({ ...opening, startMs: startMs + HOUR })).toMatchObject({
      ...{ startMs: startMs + HOUR, watermarkMs: startMs + HOUR },
      ...{ bound: false, replayingZone: null, skipped: [] },
    });
  });

  it('is refused where rows are stored of which there is no checkpoint', async () => {
    const { mine } = twoRuns();
    const holdsRows = async () => true;
    await expect(mine.open({ ...opening, holdsRows })).rejects.toThrow(CheckpointLostError);
    expect(await mine.load()).toBeNull();
  });

  it('finds the checkpoint whose first row it met', async () => {
    const { mine, theirs } = twoRuns();
    const holdsRows = async () => {
      await theirs.open(opening);
      await theirs.bind();
      return true;
    };
    expect(await mine.open({ ...opening, holdsRows })).toMatchObject({ startMs, bound: true });
  });

  it('goes on from the checkpoint that another run made meanwhile', async () => {
    const { mine, theirs } = twoRuns();
    const holdsRows = async () => {
      await theirs.open(opening);
      await theirs.bind();
      return false;
    };
    const laterMs = startMs + HOUR;
    expect(await mine.open({ ...opening, byDefaultMs: laterMs, holdsRows })).toMatchObject({
      ...{ startMs, bound: true },
    });
  });

  it('begins no later than the first run did, unless somebody says so', async () => {
    const { mine, theirs } = twoRuns();
    await theirs.open(opening);
    const byDefaultMs = startMs + HOUR;
    expect(await mine.open({ ...opening, byDefaultMs })).toMatchObject({ startMs });
    expect(await mine.open({ ...opening, byDefaultMs: startMs - HOUR })).toMatchObject({
      startMs: startMs - HOUR,
    });
    expect(await mine.open({ ...opening, startMs: byDefaultMs })).toMatchObject({
      startMs: byDefaultMs,
    });
  });

  it('takes for made by a clock that ran ahead what lies ahead of this one, and nothing sooner', async () => {
    const { mine, theirs } = twoRuns();
    await theirs.open(opening);
    await theirs.advance(startMs, watermarkMs);
    expect(await mine.open({ ...opening, nowMs: watermarkMs })).toMatchObject({ watermarkMs });
    expect(await mine.open({ ...opening, nowMs: watermarkMs - 1 })).toMatchObject({
      watermarkMs: startMs,
    });
  });

  it('is refused when history would begin before the earliest date, also by a stored start', async () => {
    const { mine, theirs } = twoRuns();
    await expect(mine.open({ ...opening, earliestMs: startMs + 1 })).rejects.toThrow(SettingsError);
    expect(await mine.load()).toBeNull();
    await theirs.open({ ...opening, earliestMs: startMs });
    await theirs.bind();
    await expect(mine.open({ ...opening, earliestMs: startMs + 1 })).rejects.toThrow(SettingsError);
  });
});

describe('a history that begins anew', () => {
  /** What another run does between the look at the checkpoint and what follows from it. */
  function meanwhile(act: () => Promise<unknown>) {
    const send = started.db.send.bind(started.db);
    jest.spyOn(started.db, 'send').mockImplementationOnce((async (command: never) => {
      const found = await send(command);
      await act();
      return found;
    }) as typeof started.db.send);
  }
  const anew = { ...opening, startMs: startMs + HOUR };

  it('does not take the place of one that has a row since', async () => {
    const { mine, theirs } = twoRuns();
    await theirs.open(opening);
    meanwhile(() => theirs.bind());
    expect(await mine.open(anew)).toMatchObject({ startMs, bound: true });
  });

  it('does not take the place of one that a replay reads since', async () => {
    const { mine, theirs } = twoRuns();
    await theirs.open(opening);
    meanwhile(() => theirs.beginZoneChange('UTC', 'Asia/Kolkata'));
    await expect(mine.open(anew)).rejects.toThrow('A replay');
    expect(await mine.load()).toMatchObject({ startMs, replayingZone: 'Asia/Kolkata' });
  });

  it('asks for no rows, since a checkpoint is there', async () => {
    const { mine, theirs } = twoRuns();
    await theirs.open(opening);
    const holdsRows = () => Promise.reject(new Error('It was asked.'));
    expect(await mine.open({ ...anew, holdsRows })).toMatchObject({ startMs: anew.startMs });
  });
});

describe('a failure that is no race', () => {
  it.each<[string, (checkpoint: Checkpoint) => Promise<unknown>]>([
    ['opening', (checkpoint) => checkpoint.open({ ...opening, startMs: startMs + HOUR })],
    ['putting', (checkpoint) => checkpoint.put(known, null)],
    ['expiring', (checkpoint) => checkpoint.expireBefore(startMs)],
    ['binding', (checkpoint) => checkpoint.bind()],
    ['pinning', (checkpoint) => checkpoint.pinAccountId('st-1')],
    ['advancing', (checkpoint) => checkpoint.advance(startMs, watermarkMs)],
  ])('of %s is told', async (_what, act) => {
    const { mine } = twoRuns();
    await mine.open(opening);
    const failure = new Error('throttled');
    const send = started.db.send.bind(started.db);
    let failed = false;
    jest.spyOn(started.db, 'send').mockImplementation(((command: object) => {
      if (failed || command instanceof GetCommand) return send(command as never);
      failed = true;
      return Promise.reject(failure);
    }) as typeof started.db.send);
    await expect(act(mine)).rejects.toBe(failure);
  });
});

describe('binding', () => {
  it('needs a checkpoint that was opened, and is done once', async () => {
    const { mine } = twoRuns();
    await mine.bind();
    expect(await mine.load()).toBeNull();
    await mine.open(opening);
    await mine.bind();
    const send = jest.spyOn(started.db, 'send');
    await mine.bind();
    expect(send).not.toHaveBeenCalled();
    send.mockRestore();
    expect(await mine.load()).toMatchObject({ bound: true });
  });

  it('is the same by two runs that open the same history', async () => {
    const { mine, theirs } = twoRuns();
    await mine.open(opening);
    await theirs.open(opening);
    await theirs.bind();
    await mine.bind();
    expect(await mine.load()).toMatchObject({ bound: true });
  });

  it.each([
    ['start', { startMs: startMs + HOUR }],
    ['zone', { sourceTimeZone: 'Asia/Kolkata' }],
  ])('is refused when another run has begun with another %s', async (_what, other) => {
    const { mine, theirs } = twoRuns();
    await mine.open(opening);
    await theirs.open({ ...opening, ...other });
    await expect(mine.bind()).rejects.toThrow(CheckpointConflictError);
    expect(await theirs.load()).toMatchObject({ bound: false });
    await theirs.bind();
    await expect(mine.bind()).rejects.toThrow(CheckpointConflictError);
  });
});
