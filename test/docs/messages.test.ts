import { existsSync, readFileSync } from 'node:fs';
import { optionOf, variableOf } from '../../cli/options/setting-options.ts';
import { commands, refusal } from './disarmed-program.ts';
import { commandsIn, type Message, messages, messagesIn } from './messages-in-code.ts';

const names = [...commands.keys()].filter((name) => name !== '' && !name.includes(' '));
const typed = messages.flatMap((message) => commandsIn(message, names));
const ours = typed.filter(({ words }) => words[0] === '@activity');

const inOneLine = ({ file, words }: (typeof typed)[number]) => `${file}: ${words.join(' ')}`;

describe('what messages tell a person to type', () => {
  it('is taken by the command line as it stands there', async () => {
    const refused: string[] = [];
    for (const command of ours) {
      const reason = await refusal(command.words.slice(1));
      if (reason !== null) refused.push(`${inOneLine(command)}: ${reason}`);
    }
    expect(refused).toEqual([]);
    expect(ours.map(inOneLine)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/pull\/summary.ts: @activity status/),
        expect.stringMatching(/demonstration.ts: @activity replay --verify --data/),
        expect.stringMatching(/simulate.ts: @activity check --account-id/),
        expect.stringMatching(/gaps.ts: @activity backfill --from/),
        expect.stringMatching(/checkpoint\/checkpoint.ts: @activity checkpoint rebuild --reason/),
        expect.stringMatching(/infra|jobs\/repairs.ts: @activity pull/),
        expect.stringMatching(/data-folder.ts: @activity demo --data/),
      ]),
    );
    expect(ours.length).toBeGreaterThan(40);
  });

  it('gives the reason where one is needed', () => {
    const without = ours.filter(({ words }) => {
      const [, first = '', second = ''] = words;
      const command = commands.get(`${first} ${second}`) ?? commands.get(first);
      const takesReason = command?.options.some(({ long }) => long === '--reason');
      const changesNothing = words.includes('--verify') || words.includes('--help');
      const isFree = first === 'derive' || (first === 'backfill' && !words.includes('--cancel'));
      return takesReason && !changesNothing && !isFree && !words.includes('--reason');
    });
    expect(without.map(inOneLine)).toEqual([]);
  });

  it('calls scripts and programs that are there', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
    const missing = typed.filter(({ words: [program, first = '', second = ''] }) => {
      if (program === 'npm') return scripts[first === 'run' ? second : first] === undefined;
      return program === 'npx' && !existsSync(`node_modules/.bin/${first}`);
    });
    expect(missing.map(inOneLine)).toEqual([]);
  });
});

describe('options that messages name', () => {
  const all = new Set(
    [...commands.values()].flatMap(({ options }) => options.map(({ long }) => long)),
  );
  /** Those of the command in whose file a message stands; of all, elsewhere. */
  const knownIn = (file: string) => {
    const [, name] = /^cli\/commands\/([\w-]+)/.exec(file) ?? [];
    // What it serves is asked by other commands.
    if (name === 'simulate') return all;
    const own = [...commands].filter(([words]) => words.split(' ')[0] === name);
    return own.length === 0
      ? all
      : new Set(own.flatMap(([, { options }]) => options.map(({ long }) => long)));
  };

  it('are those of its command', () => {
    const isProse = ({ text, file }: Message) => /\w.* \w/.test(text) && !file.startsWith('infra/');
    const wrong = messages.filter(isProse).flatMap(({ file, text }) => {
      const known = knownIn(file);
      const withoutCommands = text.replace(/`[^`]*`|(^|\s)(@activity|aws) .*$/gm, '');
      return [...withoutCommands.matchAll(/(?<![\w-])--[a-z][\w-]*/g)]
        .filter(([option]) => option !== '--help' && option !== '--version' && !known.has(option))
        .map(([option]) => `${file}: ${option} in "${text}"`);
    });
    expect(wrong).toEqual([]);
  });

  it('stand in backticks where they are settings, so that they can be shown as options', () => {
    const bare = /(?<![`"\w])(?!accountId\b)[a-z]+[A-Z]\w*/g;
    const wrong = messages
      .filter(({ isOfError, text }) => isOfError && / /.test(text))
      .flatMap(({ file, text }) =>
        [...text.matchAll(bare)]
          .filter(([name]) => optionOf(name) !== undefined)
          .map(([name]) => `${file}: ${name} in "${text}"`),
      );
    expect(wrong).toEqual([]);
    expect(variableOf('--settle-delay <duration>')).toBe('ACTIVITY_SETTLE_DELAY');
  });
});

test('pages that messages name are there, and their sections', () => {
  const wrong = messages.flatMap(({ file, text }) =>
    [...text.matchAll(/docs\/([\w/-]+\.md)(?:#([\w-]+)|, "([^"]+)")?/g)]
      .filter(([, page, anchor, heading]) => !hasSection(`docs/${page}`, anchor, heading))
      .map(([mention]) => `${file}: ${mention}`),
  );
  expect(wrong).toEqual([]);
});

function hasSection(
  page: string,
  anchor: string | undefined,
  heading: string | undefined,
): boolean {
  if (!existsSync(page)) return false;
  const headings = [...readFileSync(page, 'utf8').matchAll(/^(?:#+ |\*\*)(.+?)(?:$|\*\*)/gm)].map(
    ([, text = '']) => text,
  );
  if (heading !== undefined) return headings.includes(heading);
  const anchors = headings.map((text) =>
    text
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  );
  // A hole: what fills it is tested where it is made.
  return anchor === undefined || anchor === '1' || anchors.includes(anchor);
}

test('what is wrong would be found', async () => {
  const inCode = (source: string) =>
    messagesIn('x.ts', source).flatMap((each) => commandsIn(each, names));
  const [inText] = inCode('throw new SettingsError("No.", "Type `gaps --stak lake` first.")');
  expect(inText?.words).toEqual(['@activity', 'gaps', '--stak', 'lake']);
  expect(await refusal(inText?.words.slice(1) ?? [])).toContain('--stak');
  const [called] = inCode("out('  ' + typedCommand('backfill --form ' + from))");
  expect(called?.words).toEqual(['@activity', 'backfill', '--form', '1']);
});
