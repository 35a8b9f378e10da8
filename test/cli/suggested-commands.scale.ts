import { once } from 'node:events';
import path from 'node:path';
import { typed } from '../../cli/terminal/command-name.ts';
import {
  type Account,
  activity,
  type Ended,
  FROM,
  NOW,
  start,
  startAccount,
  startProcess,
  temporaryFolder,
} from './activity-command.ts';

/** What calls our command in a message of the bundle that tests start. */
const NAMES = [typed, 'activity', 'npx agent-activity-lake'];

let account: Account;
let data: string;

beforeAll(async () => {
  account = await startAccount();
  data = path.join(await temporaryFolder(), 'a lake');
});

afterAll(() => account.simulator.stop());

/** The lines and code in backticks that begin as our command does, in what a person was shown. */
function suggestedIn({ stdout, stderr }: Pick<Ended, 'stdout' | 'stderr'>): string[] {
  const name = NAMES.map((each) => each.replaceAll('-', '\\-')).join('|');
  const pattern = new RegExp(`(?:^ +|\`)(?:${name}) ([^\`\\n]+?)(?:  +#.*)?(?:\`|$)`, 'gm');
  return [...`${stdout}${stderr}`.matchAll(pattern)].map(([, words = '']) => words);
}

/** Types it into a shell, as it was printed. */
function typeIn(words: string): Promise<Ended> {
  const command = `"$NODE" "$ACTIVITY_COMMAND" ${words}`;
  process.env.NODE = process.execPath;
  return startProcess('sh', '-c', command).ended;
}

async function expectAllToWork(shown: Ended, ...begin: readonly string[]): Promise<void> {
  const suggested = suggestedIn(shown);
  for (const each of begin) {
    expect(suggested).toEqual(expect.arrayContaining([expect.stringContaining(each)]));
  }
  for (const words of suggested) {
    const { code, stderr } = await typeIn(words);
    expect({ words, code, stderr }).toEqual({ words, code: 0, stderr: expect.anything() });
  }
}

describe('what a message suggests, typed as it is printed', () => {
  it('works: check, pull, and what a pull says to try', async () => {
    const options = [...account.options.slice(0, -2), '--data', data];
    const checked = await activity('check', ...options);
    expect(checked).toMatchObject({ code: 0 });
    expect(suggestedIn(checked)).toEqual([expect.stringMatching(/^pull /)]);
    const pulled = await activity(
      'pull',
      ...account.options,
      '--data',
      data,
      '--from',
      FROM,
      '--now',
      NOW,
    );
    expect(pulled).toMatchObject({ code: 0 });
    await expectAllToWork(pulled, 'sql ', 'status ', 'runs ');
  });

  it('works: a gap is listed, and filled by the backfill that the list gives', async () => {
    const back = ['--data', data, '--reason', 'a test', '--yes'];
    const older = await activity(
      'pull',
      ...account.options,
      '--data',
      data,
      '--from',
      '2025-03-11',
      '--now',
      NOW,
    );
    await expectAllToWork(older, 'backfill --from 2025-03-11');
    expect(
      await activity('watermark', 'set', '--to', '2025-03-11T10:00:00Z', ...back),
    ).toMatchObject({ code: 0 });
    const skipped = await activity(
      'watermark',
      'set',
      '--to',
      '2025-03-11T12:00:00Z',
      '--skip',
      ...back,
    );
    await expectAllToWork(skipped, 'gaps ');
    const gaps = await activity('gaps', '--data', data);
    await expectAllToWork(
      gaps,
      'backfill --from 2025-03-11T10:00:00.000Z --to 2025-03-11T12:00:00.000Z',
    );
    expect(suggestedIn(await activity('gaps', '--data', data))).toEqual([]);
  });

  it('works: what an error says to do first', async () => {
    const empty = path.join(await temporaryFolder(), 'empty');
    const early = await activity(
      'backfill',
      ...account.options,
      '--data',
      empty,
      '--from',
      '2025-01-01',
      '--to',
      '2025-01-02',
    );
    expect(early).toMatchObject({ code: 2 });
    await expectAllToWork(early, 'pull ');
  });

  it('works: the demonstration', async () => {
    const folder = path.join(await temporaryFolder(), 'a demo');
    const shown = await activity('demo', '--data', folder);
    const suggested = suggestedIn(shown).filter((words) => words.includes(folder));
    expect(suggested.length).toBeGreaterThanOrEqual(6);
    for (const words of suggested) {
      expect(await typeIn(words)).toMatchObject({ code: 0 });
    }
  });

  it('works: the simulated account', async () => {
    const folder = await temporaryFolder();
    const file = path.join(folder, 'credentials.json');
    const serving = start('simulate', '--agents', '3', '--credentials', file);
    let stdout = '';
    serving.process.stdout.on('data', (said) => (stdout += said));
    while (!stdout.includes('--data ./practice\n') || !stdout.includes(' status ')) {
      await once(serving.process.stdout, 'data');
    }
    const here = stdout.replaceAll('./practice', path.join(folder, 'practice'));
    await expectAllToWork({ stdout: here, stderr: '' } as Ended, 'check ', 'pull ', 'status ');
    serving.process.kill('SIGINT');
    await serving.ended;
  });
});
