import type { Command } from 'commander';
import { SettingsError } from '../../../shared/errors.ts';
import { filled } from '../../../shared/views/question.ts';
import { lakeSettingsOf } from '../../account/by-hand.ts';
import { notEmpty, parseDay } from '../../options/option-values.ts';
import { accountIn, addPlaceOptions, inPlace, type PlaceOptions } from '../../places/open-place.ts';
import type { Place } from '../../places/place.ts';
import { note, out, paintFor } from '../../terminal/terminal.ts';
import { typedCommand } from '../../terminal/typed-command.ts';
import { addPrintOptions, type PrintOptions, printQuery } from '../sql.ts';
import { lastWholeDay } from './last-whole-day.ts';
import { type Question, questions, valuesFor } from './questions.ts';

type AskOptions = PlaceOptions &
  PrintOptions & {
    readonly accountId?: string;
    readonly day?: string;
    readonly from?: string;
    readonly to?: string;
    readonly agent?: string;
    readonly at?: string;
    readonly longer?: string;
    readonly sql?: true;
  };

export function addAsk(program: Command): void {
  const command = program
    .command('ask')
    .description('answer one of the questions of analysts; without a name, list them')
    .argument('[name]', 'of a question, such as timesheet')
    .option('--account-id <id>', 'which account, if there are several', notEmpty)
    .option('--day <YYYY-MM-DD>', 'the local day; default: the last whole one')
    .option('--from <YYYY-MM-DD>', 'the first local day, of questions about several')
    .option('--to <YYYY-MM-DD>', 'the last local day, included')
    .option('--agent <id>', 'which agent, of questions about one', notEmpty)
    .option('--at <time>', 'HH:MM of the local day, or a UTC instant, of questions about a moment')
    .option('--longer <minutes>', 'of questions about length: 30m');
  addPrintOptions(addPlaceOptions(command))
    .option('--sql', 'print the SQL instead, to go on from')
    .action(ask);
}

async function ask(name: string | undefined, options: AskOptions): Promise<void> {
  if (name === undefined) return list();
  const question = questions().find((each) => each.name === name);
  if (question === undefined) {
    throw new SettingsError(
      `There is no question "${name}".`,
      `There are ${questions()
        .map((each) => each.name)
        .join(', ')}.`,
    );
  }
  await inPlace(options, async (place) => {
    const values = await valuesOf(place, question, options);
    const sql = filled(question.text, values);
    if (options.sql) return out(sql);
    if (!options.json && !options.csv) sayWhat(question, values);
    await printQuery(place, sql, options);
  });
}

function list(): void {
  const { bold, dim } = paintFor(process.stdout);
  for (const { name, title, blanks } of questions()) {
    const asked = blanks.filter((blank) => blank.name !== 'account').map((blank) => blank.name);
    out(`${bold(name.padEnd(32))}${title}${dim(`  --${asked.join(' --')}`)}`);
  }
  note(
    `Answer one: \`${typedCommand('ask NAME')}\`. Without --day, --from and --to it is about the last whole days.`,
  );
}

/** What stands in the blanks of a question: what is given, and by default the last whole days. */
async function valuesOf(place: Place, question: Question, options: AskOptions) {
  const accountId = await accountIn(place, options.accountId);
  const settings = await lakeSettingsOf(place, accountId);
  const { day, from, to, agent, at, longer } = options;
  for (const [name, text] of Object.entries({ day, from, to })) {
    if (text !== undefined) parseDay(`--${name}`, text);
  }
  const given = { account: accountId, day, from, to, agent, at, longer };
  const { reportTimeZone } = settings;
  const last = await lastWholeDay({ place, settings });
  return valuesFor(question, given, { last, reportTimeZone });
}

function sayWhat({ title }: Question, values: Readonly<Record<string, string>>): void {
  const { account, ...others } = values;
  const words = Object.entries(others).map(([name, value]) => `${name} ${value}`);
  note(`${title}: account ${[account, ...words].join(', ')}`);
}
