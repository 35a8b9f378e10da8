import { reportFailure } from './failure/failure.ts';
import { requireHome } from './places/person.ts';
import { program } from './program.ts';
import { useProxies } from './proxies.ts';
import { watchOutput } from './terminal/terminal.ts';

/** Parses the command line and does what it says; the exit code tells what became of it. */
export function runProgram(): void {
  watchOutput();
  requireHome();
  const proxied = useProxies();
  // A query may begin with a comment, as those of sql/audit do: it is no option.
  const given = process.argv.slice(2).map((text) => (/^--\s/.test(text) ? `\n${text}` : text));
  program
    .parseAsync(given, { from: 'user' })
    .catch((error: unknown) => {
      process.exitCode = reportFailure(error);
    })
    .finally(() => {
      if (proxied) endNow();
    });
}

/** Node.js goes on asking a proxy that hangs up or is silent, long after the request was given up. */
function endNow(): void {
  process.stdout.write('', () => process.stderr.write('', () => process.exit()));
}
