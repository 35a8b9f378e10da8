import { Command } from 'commander';
import { typed } from '../../../cli/terminal/command-name.ts';
import { asTyped, rememberAtWork, typedCommand } from '../../../cli/terminal/typed-command.ts';

/** Types a command of a small program, which is at work from then on. */
function at(...words: readonly string[]): void {
  const program = new Command().hook('preAction', (_, command) => rememberAtWork(command));
  const withOptions = (command: Command, ...options: readonly string[]) => {
    for (const option of options) command.option(`${option} <value>`);
    return command.action(() => {});
  };
  const place = ['--data', '--stack', '--account-id'];
  const source = [...place, '--host', '--source-time-zone'];
  withOptions(program.command('pull'), ...source, '--earliest-date', '--every');
  withOptions(program.command('replay'), ...place, '--source-time-zone', '--reason');
  withOptions(program.command('sql'), '--data', '--stack').argument('[query]');
  const runs = withOptions(program.command('runs'), ...place);
  withOptions(runs.command('show')).argument('<id>');
  program.parse(words, { from: 'user' });
}

describe('a command to be typed next', () => {
  it('repeats the options that say where and of whom, as far as it has them', () => {
    at('pull', '--data', './my lake', '--account-id', 'a', '--host', 'h', '--every', '5m');
    expect(typedCommand('sql "SELECT 1"')).toBe(`${typed} sql "SELECT 1" --data './my lake'`);
    expect(typedCommand('replay')).toBe(`${typed} replay --data './my lake' --account-id a`);
    at('runs', 'show', 'abcd', '--stack', 'lake');
    expect(typedCommand('runs')).toBe(`${typed} runs --stack lake`);
  });

  it('repeats none that stands there already', () => {
    at('pull', '--data', './lake', '--account-id', 'a');
    expect(typedCommand('runs --data ./other')).toBe(`${typed} runs --data ./other --account-id a`);
  });

  it('names the account where one must be named and none was', () => {
    at('runs', '--data', './lake');
    expect(typedCommand('replay', 'b')).toBe(`${typed} replay --data ./lake --account-id b`);
    expect(typedCommand('sql', 'b')).toBe(`${typed} sql --data ./lake`);
    at('runs', '--account-id', 'a');
    expect(typedCommand('replay', 'b')).toBe(`${typed} replay --account-id a`);
  });
});

describe('a message', () => {
  it('tells commands as they are typed here, and leaves alone what is none', () => {
    at('pull', '--data', './lake');
    const message = 'Run it: `replay --reason …`, or `aws configure`, or `pulling`, or "pull".';
    const shown = `Run it: \`${typed} replay --reason … --data ./lake\`, or \`aws configure\`, or \`pulling\`, or "pull".`;
    expect(asTyped(message)).toBe(shown);
  });

  it('tells settings as the options that the command at work has', () => {
    at('pull', '--data', './lake');
    expect(asTyped('Set `sourceTimeZone`.')).toBe('Set --source-time-zone.');
    expect(asTyped('Set `keepRows`.')).toBe('Set keepRows.');
    expect(asTyped('"earliestDate" in cdk.json')).toBe('"earliestDate" in cdk.json');
  });

  it('tells settings of a stack by their own names, unless an option changed them', () => {
    at('pull', '--stack', 'lake', '--earliest-date', '2026-01-01');
    expect(asTyped('Set `sourceTimeZone`.')).toBe('Set sourceTimeZone.');
    expect(asTyped('Set `earliestDate`.')).toBe('Set --earliest-date.');
  });
});
