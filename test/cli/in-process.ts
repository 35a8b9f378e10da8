import type { Command } from 'commander';
import { leaves } from '../../cli/examples.ts';
import { reportFailure } from '../../cli/failure/failure.ts';
import { program } from '../../cli/program.ts';
import { lookThrough } from '../looked-through.ts';

/** How a command ended that ran in this process. */
export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What can be run, by the words that call it. */
export const commands: ReadonlyMap<string, Command> = new Map(
  leaves(program).map(({ words, command }) => [words, command]),
);

let before: Promise<unknown> = Promise.resolve();

/**
 * What `main.ts` does in a process of its own, in this one: in a tenth of the time, for tests of what a command does and
 * says. Those of how processes meet, end and are killed start them: `activity()`. One after the other, for they share
 * the streams of this process.
 */
export function inProcess(...words: readonly string[]): Promise<Said> {
  const said = before.then(() => run(words));
  before = said;
  return said;
}

async function run(words: readonly string[]): Promise<Said> {
  const written = { stdout: '', stderr: '' };
  const restore = [
    watch('stdout', (text) => (written.stdout += text)),
    watch('stderr', (text) => (written.stderr += text)),
    withoutTerminal(process.stdin),
    ...(['SIGINT', 'SIGTERM'] as const).map(withoutNewListeners),
  ];
  const { exitCode } = process;
  process.exitCode = undefined;
  try {
    await program.parseAsync(words, { from: 'user' });
    return { code: Number(process.exitCode ?? 0), ...written };
  } catch (error) {
    return { code: reportFailure(error), ...written };
  } finally {
    process.exitCode = exitCode;
    for (const undo of restore) undo();
    lookThrough(`${written.stdout}${written.stderr}`);
  }
}

function watch(name: 'stdout' | 'stderr', onText: (text: string) => void): () => void {
  const undo = withoutTerminal(process[name]);
  const spy = jest.spyOn(process[name], 'write').mockImplementation((text) => {
    onText(String(text));
    return true;
  });
  return () => {
    spy.mockRestore();
    undo();
  };
}

/** As if nobody sat there, whoever starts the tests. */
function withoutTerminal(stream: { isTTY?: boolean }): () => void {
  const { isTTY } = stream;
  stream.isTTY = false;
  return () => {
    stream.isTTY = isTTY;
  };
}

/** A process that ends needs not take them off. */
function withoutNewListeners(signal: NodeJS.Signals): () => void {
  const listening = process.listeners(signal);
  return () => {
    for (const listener of process.listeners(signal)) {
      if (!listening.includes(listener)) process.off(signal, listener);
    }
  };
}
