import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { type Priority, SharedRequestBudget } from '../../../shared/checkpoint/request-budget.ts';
import { OutOfTimeError } from '../../../shared/errors.ts';
import { FakeClock } from '../smartassist/fake-clock.ts';
import { checkpointTable } from './checkpoint-table.ts';

const started = checkpointTable();
let accounts = 0;

function setUp(requestsPerMinute: number, accountId = `account-${accounts++}`) {
  const clock = new FakeClock();
  const start = clock.nowMs;
  const another = (priority?: Priority) =>
    new SharedRequestBudget({
      db: started.db,
      table: started.table,
      accountId,
      requestsPerMinute,
      priority,
      clock,
    });
  return { accountId, clock, start, another, budget: another(), deadlineMs: start + 3_600_000 };
}

const stored = async (accountId: string) => {
  const Key = { account_id: accountId, item: 'budget' };
  return (await started.db.send(new GetCommand({ TableName: started.table, Key }))).Item;
};

/** The most instants that any 60 seconds hold. */
function mostInAMinute(instants: readonly number[]): number {
  return Math.max(
    ...instants.map((from) => instants.filter((at) => at >= from && at < from + 60_000).length),
  );
}

/** Does something between a budget's reading of the log and its writing. */
function beforeWrite(act: (write: () => Promise<unknown>) => Promise<unknown>) {
  const send = started.db.send.bind(started.db);
  const intercepted = async (command: object) => {
    const passOn = () => send(command as PutCommand);
    return command instanceof PutCommand ? act(passOn) : passOn();
  };
  return jest.spyOn(started.db, 'send').mockImplementation(intercepted as typeof started.db.send);
}
describe('the request budget', () => {
  it('never lets more than its number pass in any minute, whoever asks and when', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.array(
          fc.record({
            pauseMs: fc.integer({ min: 0, max: 40_000 }),
            asking: fc.integer({ min: 1, max: 3 }),
          }),
          { minLength: 1, maxLength: 10 },
        ),
        async (limit, steps) => {
          const { clock, another, deadlineMs } = setUp(limit);
          const budgets = [another(), another(), another()];
          const taken: number[] = [];
          for (const { pauseMs, asking } of steps) {
            clock.nowMs += pauseMs;
            await Promise.all(
              budgets.slice(0, asking).map(async (budget) => {
                await budget.take(deadlineMs);
                taken.push(clock.nowMs);
              }),
            );
          }
          expect(mostInAMinute(taken)).toBeLessThanOrEqual(limit);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('gives its whole number at once, and the next one a minute later', async () => {
    const { budget, clock, deadlineMs } = setUp(3);
    for (let n = 0; n < 3; n++) await budget.take(deadlineMs);
    expect(clock.slept).toEqual([]);
    await budget.take(deadlineMs);
    expect(clock.slept).toEqual([61_000]);
  });

  it('is full again place by place, as each request leaves the minute', async () => {
    const { budget, clock, start, deadlineMs } = setUp(2);
    await budget.take(deadlineMs);
    clock.nowMs = start + 30_000;
    await budget.take(deadlineMs);
    await budget.take(deadlineMs);
    expect(clock.nowMs).toBe(start + 61_000);
    await budget.take(deadlineMs);
    expect(clock.nowMs).toBe(start + 91_000);
  });

  it('does not let the minute turn into room for twice the number', async () => {
    const { budget, clock, start, deadlineMs } = setUp(2);
    clock.nowMs = start + 59_000;
    for (let n = 0; n < 2; n++) await budget.take(deadlineMs);
    clock.nowMs = start + 60_000;
    await budget.take(deadlineMs);
    expect(clock.nowMs).toBeGreaterThanOrEqual(start + 119_000);
  });

  it('keeps only what still counts', async () => {
    const { accountId, budget, clock, deadlineMs } = setUp(5);
    for (let n = 0; n < 4; n++) {
      await budget.take(deadlineMs);
      clock.nowMs += 61_000;
    }
    expect(Object.keys((await stored(accountId))?.sent)).toHaveLength(1);
  });

  it('is each account its own', async () => {
    const one = setUp(1);
    const other = setUp(1);
    await one.budget.take(one.deadlineMs);
    await other.budget.take(other.deadlineMs);
    expect(other.clock.slept).toEqual([]);
  });

  it.each([601, 100_000])('holds by the second for %d a minute, in a small item', async (limit) => {
    const { accountId, budget, another, clock, start, deadlineMs } = setUp(limit);
    // One place is left, and all were taken at the last moment of a second.
    const full = { [start]: limit - 1 };
    await started.db.send(
      new PutCommand({
        TableName: started.table,
        Item: { account_id: accountId, item: 'budget', version: 1, sent: full },
      }),
    );
    clock.nowMs = start + 1;
    await budget.take(deadlineMs);
    expect((await stored(accountId))?.sent).toEqual({ ...full, [start + 1_000]: 1 });
    await another().take(deadlineMs);
    expect(clock.nowMs).toBe(start + 61_000);
  });

  it('ends when the wait would pass the deadline, without waiting', async () => {
    const { budget, clock, start } = setUp(1);
    await budget.take(start + 61_000);
    await expect(budget.take(start + 61_000)).rejects.toBeInstanceOf(OutOfTimeError);
    expect(clock.slept).toEqual([]);
    await budget.take(start + 61_001);
  });

  it('gives nothing at the deadline', async () => {
    const { budget, start, accountId } = setUp(1);
    await expect(budget.take(start)).rejects.toBeInstanceOf(OutOfTimeError);
    expect(await stored(accountId)).toBeUndefined();
  });

  it('ends a wait that is interrupted', async () => {
    const { budget, deadlineMs } = setUp(1);
    await budget.take(deadlineMs);
    const reason = new Error('interrupted');
    await expect(budget.take(deadlineMs, AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  it('gives the last place to one of two that saw it free', async () => {
    const { budget, another, clock, start, deadlineMs } = setUp(1);
    const rival = another();
    const spy = beforeWrite(async (write) => {
      spy.mockRestore();
      await rival.take(deadlineMs);
      return write();
    });
    await budget.take(deadlineMs);
    expect(clock.nowMs).toBeGreaterThanOrEqual(start + 61_000);
  });

  it('ends at the deadline when the log changes under it again and again', async () => {
    const { budget, another, start } = setUp(1_000);
    let deep = false;
    beforeWrite(async (write) => {
      if (!deep) {
        deep = true;
        await another().take(start + 3_600_000);
        deep = false;
      }
      return write();
    });
    await expect(budget.take(start + 200)).rejects.toBeInstanceOf(OutOfTimeError);
  });

  it('wastes a place, and no more, when the answer of a write is lost', async () => {
    const { accountId, budget, clock, deadlineMs } = setUp(3);
    const spy = beforeWrite(async (write) => {
      spy.mockRestore();
      await write();
      return write(); // The SDK sends it again, and the condition no longer holds.
    });
    await budget.take(deadlineMs);
    const { sent } = (await stored(accountId)) ?? {};
    expect(Object.values<number>(sent).reduce((a, b) => a + b)).toBe(2);
    await budget.take(deadlineMs);
    const before = clock.nowMs;
    await budget.take(deadlineMs);
    expect(clock.nowMs - before).toBeGreaterThan(60_000);
  });

  it('logs again what took long to log, so that it counts from when it is sent', async () => {
    const { accountId, budget, clock, start, deadlineMs } = setUp(5);
    const spy = beforeWrite(async (write) => {
      spy.mockRestore();
      await write();
      clock.nowMs += 20_000;
    });
    await budget.take(deadlineMs);
    expect(Object.keys((await stored(accountId))?.sent)).toContain(String(start + 20_000));
  });

  it('reads the log once while nobody else writes, and again when somebody has', async () => {
    const { budget, another, deadlineMs, accountId } = setUp(10);
    const send = jest.spyOn(started.db, 'send');
    const names = () => send.mock.calls.splice(0).map(([command]) => command.constructor.name);
    await budget.take(deadlineMs);
    await budget.take(deadlineMs);
    expect(names()).toEqual(['GetCommand', 'PutCommand', 'PutCommand']);
    await another().take(deadlineMs);
    names();
    await budget.take(deadlineMs);
    expect(names()).toEqual(['PutCommand', 'GetCommand', 'PutCommand']);
    const { sent } = (await stored(accountId)) ?? {};
    expect(Object.values(sent)).toEqual([4]);
  });

  it('is not blocked by what a wrong clock wrote, but counts what is a little ahead', async () => {
    const { accountId, budget, clock, start, deadlineMs } = setUp(1);
    const put = (atMs: number) =>
      started.db.send(
        new PutCommand({
          TableName: started.table,
          Item: { account_id: accountId, item: 'budget', version: 1, sent: { [atMs]: 1 } },
        }),
      );
    await put(start + 86_400_000);
    await budget.take(deadlineMs);
    expect(clock.slept).toEqual([]);
    await put(start + 5_000);
    await budget.take(deadlineMs);
    expect(clock.slept).toEqual([66_000]);
  });
});

describe('the part of the background', () => {
  it('is half of the budget, and leaves the other half to the pull, whoever comes first', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 9 }),
        fc.array(
          fc.record({
            priority: fc.constantFrom('pull' as const, 'background' as const),
            gapMs: fc.nat(9_000),
          }),
          { minLength: 10, maxLength: 30 },
        ),
        async (perMinute, asked) => {
          const { clock, another, deadlineMs } = setUp(perMinute);
          const sent: Record<Priority, number[]> = { pull: [], background: [] };
          for (const { priority, gapMs } of asked) {
            clock.nowMs += gapMs;
            await another(priority).take(deadlineMs);
            sent[priority].push(clock.nowMs);
          }
          expect(mostInAMinute([...sent.pull, ...sent.background])).toBeLessThanOrEqual(perMinute);
          expect(mostInAMinute(sent.background)).toBeLessThanOrEqual(Math.floor(perMinute / 2));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('never makes the pull wait for more than its own requests', async () => {
    const { clock, start, another, deadlineMs } = setUp(10);
    const greedy = another('background');
    const [pull, sent] = [another('pull'), [] as number[]];
    for (let minute = 0; minute < 3; minute += 1) {
      for (let i = 0; i < 5; i += 1) await greedy.take(deadlineMs);
      const before = clock.nowMs;
      for (let i = 0; i < 5; i += 1) await pull.take(deadlineMs);
      sent.push(clock.nowMs - before);
    }
    expect(sent).toEqual([0, 0, 0]);
    expect(clock.nowMs - start).toBeGreaterThanOrEqual(120_000);
  });

  it('is one request of a budget of one', async () => {
    const { clock, start, another, deadlineMs } = setUp(1);
    await another('background').take(deadlineMs);
    await another('pull').take(deadlineMs);
    expect(clock.nowMs - start).toBeGreaterThanOrEqual(60_000);
  });

  it('ends a run whose time is over before it may send', async () => {
    const { another, start } = setUp(4);
    const background = another('background');
    await background.take(start + 30_000);
    await background.take(start + 30_000);
    await expect(background.take(start + 30_000)).rejects.toThrow(OutOfTimeError);
    await another('pull').take(start + 30_000);
  });
});
