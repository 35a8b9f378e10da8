import { leaves } from '../../cli/examples.ts';
import { program } from '../../cli/program.ts';
import { typed } from '../../cli/terminal/command-name.ts';

const commands = leaves(program);

it.each(commands)(
  '$words --help ends with examples of options that it has',
  ({ words, command }) => {
    const help: string[] = [];
    command.configureOutput({ writeOut: (text) => void help.push(...text.split('\n')) });
    command.outputHelp();
    const examples = help.filter((line) => line.startsWith(`  ${typed} `));
    expect(examples).not.toEqual([]);
    for (const example of examples) {
      expect(example.slice(`  ${typed} `.length)).toMatch(new RegExp(`^${words}( |$)`));
      const own = [...command.options, ...(command.parent?.options ?? [])].map(({ long }) => long);
      const [, ...options] = example.slice(4 + typed.length).split(/ (?=--)/);
      for (const option of options) expect(own).toContain(option.split(' ')[0]);
    }
  },
);
