import type { Command, Option } from 'commander';
import * as v from 'valibot';
import { folderAccountEntries } from '../../cli/places/folder-accounts.ts';
import { program } from '../../cli/program.ts';
import { accountEntries, deploymentEntries } from '../../infra/settings.ts';
import {
  accountTexts,
  deploymentTexts,
  environmentTexts,
  folderAccountTexts,
} from './setting-texts.ts';

/** Values that no setting takes, so that its schema says what it takes. */
const REFUSED = ['\0', '', 0.5, true];
/** Messages that say what kind of value it is, and not which are allowed. */
const KIND_ALONE = /^(Invalid|text)\b/;

/** An option that so many commands have is told once. */
const SHARED_BY = 3;

/** The page `docs/configuration.md`, made from the schemas that settings are read by and from the command line itself. */
export function configurationPage(): string {
  return [
    '# Configuration',
    '',
    'Made from `infra/settings.ts`, `docs/generator/setting-texts.ts` and the options of the command line by `npm run docs`; a test keeps them the same.',
    'How to deploy: [deploy.md](deploy.md). What is wrong or misspelt is refused, with the field, its value and what is allowed.',
    '',
    '## Of a deployment',
    '',
    'Under `context` in `cdk.json`; `-c name=value` changes one for a single command, lists as JSON.',
    '',
    ...table(deploymentEntries, deploymentTexts),
    '## Of an account',
    '',
    'Each an object in the list `accounts`.',
    '',
    ...table(accountEntries, accountTexts),
    '## Of an account in a data folder',
    '',
    'Each an object in the list in `accounts.json` of the folder. Where there is none, the default of the option holds.',
    'The first `pull` of an account writes it there, so that `--account-id`, `--host` and `--credentials` are needed once.',
    '',
    'A folder may hold several accounts. `status`, `runs`, `gaps`, `files`, `state show` and `backfill --status` tell of all of them, or of the one that `--account-id` names; `sql` reads all, each row with its `account_id`. Every other command works on one account and asks which: a crontab has a line for each, `pull --account-id ID --quiet`.',
    '',
    ...table(folderAccountEntries, folderAccountTexts),
    '## Of the command line',
    '',
    `\`npm run activity -- COMMAND\`. Exit codes: 0 done; 1 failed, or what was compared differs; 2 the command was given wrongly.`,
    '',
    'Options that several commands have:',
    '',
    ...optionTable(shared),
    ...commands.flatMap(ofCommand),
    '## Of the environment',
    '',
    '| Variable | Meaning |',
    '|---|---|',
    ...Object.entries(environmentTexts).map(([names, text]) => `| \`${names}\` | ${text} |`),
    '',
  ].join('\n');
}

function table(
  schemas: Readonly<Record<string, v.GenericSchema>>,
  texts: Readonly<Record<string, string>>,
): string[] {
  return [
    '| Setting | Default | Allowed | Meaning |',
    '|---|---|---|---|',
    ...Object.entries(schemas).map(
      ([name, schema]) =>
        `| \`${name}\` | ${defaultOf(schema)} | ${allowedBy(schema)} | ${texts[name]} |`,
    ),
    '',
  ];
}

function defaultOf(schema: v.GenericSchema): string {
  if (v.safeParse(schema, undefined).issues !== undefined) return 'needed';
  const { default: value } = schema as { readonly default?: unknown };
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return 'none';
  return `\`${value}\``;
}

function allowedBy(schema: v.GenericSchema): string {
  const messages = REFUSED.flatMap((value) => v.safeParse(schema, value).issues ?? []).map(
    ({ message }) => message,
  );
  const allowed = messages.find((message) => !KIND_ALONE.test(message));
  if (allowed === undefined) throw new Error('A setting does not say what it allows.');
  return escaped(allowed);
}

/** Those that do something, under the names by which they are typed. */
function commandsIn(command: Command, before = ''): { name: string; command: Command }[] {
  const name = `${before}${command.name()}`;
  const under = command.commands.flatMap((each) => commandsIn(each, `${name} `));
  // One that has others under it may do something by itself: then it takes options.
  return under.length === 0 || command.options.length > 0 ? [{ name, command }, ...under] : under;
}

const commands = program.commands.flatMap((command) => commandsIn(command));
const shared = optionsSharedBy(commands.map(({ command }) => command));

/** Each once, in the order in which the commands have them. */
function optionsSharedBy(all: readonly Command[]): readonly Option[] {
  const options = all.flatMap(shownOptions);
  const rows = options.map(optionRow);
  return options.filter(
    (option, at) =>
      rows.indexOf(optionRow(option)) === at &&
      rows.filter((row) => row === rows[at]).length >= SHARED_BY,
  );
}

function ofCommand({ name, command }: { readonly name: string; readonly command: Command }) {
  const given = command.registeredArguments.map((each) =>
    each.required ? `<${each.name()}>` : `[${each.name()}]`,
  );
  const ofSeveral = new Set(shared.map(optionRow));
  const own = shownOptions(command).filter((option) => !ofSeveral.has(optionRow(option)));
  const others = shownOptions(command).filter((option) => ofSeveral.has(optionRow(option)));
  const also = own.length === 0 ? 'Options' : 'Also';
  return [
    `### ${[name, ...given].join(' ')}`,
    '',
    sentence(command.description()),
    '',
    ...optionTable(own),
    ...(others.length === 0
      ? []
      : [`${also}: ${others.map(({ long }) => `\`${long}\``).join(', ')}.`, '']),
  ];
}

/** Without those that the product keeps for itself. */
function shownOptions(command: Command): readonly Option[] {
  return command.options.filter(({ hidden }) => !hidden);
}

function optionTable(options: readonly Option[]): string[] {
  if (options.length === 0) return [];
  return ['| Option | Meaning |', '|---|---|', ...options.map(optionRow), ''];
}

function optionRow({ flags, description, argChoices, envVar }: Option): string {
  const choices = argChoices === undefined ? '' : `: ${argChoices.join(', ')}`;
  const variable = envVar === undefined ? '' : ` Or the variable \`${envVar}\`.`;
  return `| \`${flags}\` | ${escaped(sentence(`${description}${choices}`))}${variable} |`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** In a cell of a table, where angle brackets would be markup. */
function escaped(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
