import { Stopwatch } from '../../shared/stopwatch.ts';
import { FakeClock } from './smartassist/fake-clock.ts';

const nothing = {
  plan: 0,
  wait: 0,
  request: 0,
  parse: 0,
  land: 0,
  merge: 0,
  advance: 0,
  derive: 0,
};

describe('a stopwatch', () => {
  it('adds up what each step takes, and takes what is within a step from it', async () => {
    const clock = new FakeClock();
    const stopwatch = new Stopwatch(clock);
    const request = () =>
      stopwatch.during('request', async () => {
        await clock.sleep(1);
        await stopwatch.during('wait', () => clock.sleep(20));
        await clock.sleep(300);
        return 'answer';
      });
    expect(await request()).toBe('answer');
    await clock.sleep(4_000);
    await request();
    await stopwatch.during('merge', () => stopwatch.during('merge', () => clock.sleep(50_000)));
    expect(stopwatch.times).toEqual({ ...nothing, wait: 40, request: 602, merge: 50_000 });
  });

  it('tells the time of what failed, and goes on with the step around it', async () => {
    const clock = new FakeClock();
    const stopwatch = new Stopwatch(clock);
    const broken = async () => {
      await clock.sleep(7);
      throw new Error('broken');
    };
    await stopwatch.during('plan', async () => {
      await expect(stopwatch.during('request', broken)).rejects.toThrow('broken');
      await clock.sleep(1);
    });
    expect(stopwatch.times).toEqual({ ...nothing, request: 7, plan: 1 });
  });
});
