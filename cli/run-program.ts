import { exitCodeOf } from './failure.ts';
import { requireHome } from './person.ts';
import { program } from './program.ts';
import { useProxies } from './proxies.ts';
import { watchOutput } from './terminal.ts';

/** Parses the command line and does what it says; the exit code tells what became of it. */
export function runProgram(): void {
  watchOutput();
  requireHome();
  useProxies();
  program.parseAsync().catch((error: unknown) => {
    process.exitCode = exitCodeOf(error);
  });
}
