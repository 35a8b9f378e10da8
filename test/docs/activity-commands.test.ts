import { readFileSync } from 'node:fs';
import { program } from '../../cli/program.ts';
import { commandsInPages, type PageCommand } from './commands-in-pages.ts';
import { commands, refusal } from './disarmed-program.ts';

const inPages = commandsInPages('npm').flatMap(({ words, ...where }) => {
  const [script, ...rest] = words.slice(1).filter((word) => word !== 'run' && word !== '-s');
  return script === 'activity' ? [{ ...where, words: rest.filter((word) => word !== '--') }] : [];
});

/** Code in the text that only begins as a command does: `replay --verify`. */
const mentioned = program.commands.flatMap((command) =>
  commandsInPages(command.name()).filter(({ words }) => words.length > 1),
);

const refusals = async (found: readonly PageCommand[]) => {
  const all: string[] = [];
  for (const { page, line, words } of found) {
    const reason = await refusal(words);
    if (reason !== null) all.push(`${page}:${line}: ${words.join(' ')}: ${reason}`);
  }
  return all;
};

describe('commands of the command line in README.md and docs/', () => {
  it('are taken as they stand there', async () => {
    expect(inPages.length).toBeGreaterThan(50);
    expect(await refusals(inPages)).toEqual([]);
  });

  it('would be refused if they were not right', async () => {
    expect(await refusal(['replay', '--verfy', '--stack', 'lake'])).toContain('--verfy');
    expect(await refusal(['watermark', 'move'])).toContain('too many arguments');
    expect(await refusal(['runs', 'show'])).toContain("'id'");
    expect(await refusal(['runs', '--limit', 'many'])).toContain('--limit');
  });

  it('have options that exist where they are only mentioned', () => {
    expect(mentioned.length).toBeGreaterThan(20);
    for (const { page, line, words } of mentioned) {
      const [first = '', second = ''] = words;
      const command = commands.get(`${first} ${second}`) ?? commands.get(first);
      const known = command?.options.map(({ long }) => long);
      for (const option of words.filter((word) => word.startsWith('--'))) {
        expect([`${page}:${line}`, option, known]).toEqual([
          `${page}:${line}`,
          option,
          expect.arrayContaining([option]),
        ]);
      }
    }
  });

  it('are all in the list of README.md', () => {
    const rows = [...readFileSync('README.md', 'utf8').matchAll(/^\| (`[a-z].*?) \|.*$/gm)];
    const listed = rows
      .flatMap(([, cell = '']) => [...cell.matchAll(/`([^`]+)`/g)])
      .map(([, name = '']) => name);
    const leaves = [...commands].filter(([name, { commands: within }]) => {
      return name !== '' && (within.length === 0 || name === 'runs');
    });
    expect(listed).toEqual(expect.arrayContaining(leaves.map(([name]) => name)));
  });
});
