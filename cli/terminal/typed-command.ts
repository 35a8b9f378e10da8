import type { Command, Option } from 'commander';
import { ASKING, optionOf } from '../options/setting-options.ts';
import { typed } from './command-name.ts';
import { shellQuoted } from './wording.ts';

/** Options without which a command that is typed next would speak of another place or account. */
const REPEATED = ['--data', '--stack', '--credentials', ...ASKING.map(optionOf)];

/** What is at work, and the commands within which it stands: its options lead to where it works. */
let atWork: readonly Command[] = [];

/** From now on, what is typed next repeats the options that this command was given. */
export function rememberAtWork(command: Command): void {
  atWork = withParents(command);
}

/**
 * A command as a person types it next: called as ours was, with the options that say where and of whom.
 *
 * @param words from the name of the command on: `backfill --status`
 * @param accountId of whom, where the place has several accounts and none was named
 */
export function typedCommand(words: string, accountId?: string): string {
  const known = commandOf(words)?.flatMap(({ options }) => options) ?? [];
  const has = (option: Option) => new RegExp(`(^|\\s)${option.long}(\\s|$)`).test(words);
  const repeated = known
    .filter((option) => REPEATED.includes(option.long ?? '') && !has(option))
    .flatMap((option) => {
      const value = givenFor(option) ?? (option.long === '--account-id' ? accountId : undefined);
      return value === undefined ? [] : [`${option.long} ${shellQuoted(value)}`];
    });
  return [typed, words, ...repeated].join(' ');
}

/**
 * Writes a message as whoever reads it here would type it: in backticks stand commands, and the names of
 * settings. They are options where the command at work has them; on a stack only those that were given, for the
 * others are as deployed.
 */
export function asTyped(message: string): string {
  return message.replace(/`([^`]+)`/g, (span, code: string) => {
    const option = optionOf(code);
    if (option !== undefined) return isToBeGiven(option) ? option : code;
    return commandOf(code) === undefined ? span : `\`${typedCommand(code)}\``;
  });
}

/** The command that the words begin with, and those within which it stands; `undefined` when they do not. */
function commandOf(words: string): readonly Command[] | undefined {
  let found = atWork.at(-1);
  for (const word of words.split(' ')) {
    const next = found?.commands.find((command) => command.name() === word);
    if (next === undefined) break;
    found = next;
  }
  return found === undefined || found === atWork.at(-1) ? undefined : withParents(found);
}

function withParents(command: Command): readonly Command[] {
  return command.parent === null ? [command] : [command, ...withParents(command.parent)];
}

/** What the command line itself gave; what the environment gives needs no repeating. */
function givenFor(option: Option): string | undefined {
  const name = option.attributeName();
  const by = atWork.find((command) => command.getOptionValueSource(name) === 'cli');
  return by?.getOptionValue(name);
}

/** Whether a setting is changed by the option of that name: the command at work has it, and it counts there. */
function isToBeGiven(long: string): boolean {
  const option = atWork.flatMap(({ options }) => options).find((each) => each.long === long);
  const deployed = atWork.some((command) => command.getOptionValue('stack') !== undefined);
  return option !== undefined && (!deployed || givenFor(option) !== undefined);
}
