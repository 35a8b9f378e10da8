import type { Command } from 'commander';
import { program } from '../../cli/program.ts';

/** All commands, those within others too, by the words that call them. */
export const commands = new Map<string, Command>();

/** From here on a command is only understood: it does nothing. */
function disarm(command: Command, name: string): void {
  commands.set(name, command);
  command.action(() => {});
  command.exitOverride();
  command.configureOutput({ writeOut: () => {}, writeErr: () => {} });
  for (const each of command.commands) disarm(each, `${name} ${each.name()}`.trim());
}
disarm(program, '');

/** Why the command line would not take it. */
export async function refusal(words: readonly string[]): Promise<string | null> {
  return program.parseAsync(words, { from: 'user' }).then(
    () => null,
    ({ code, message }: { code?: string; message: string }) =>
      code === 'commander.helpDisplayed' ? null : message,
  );
}
