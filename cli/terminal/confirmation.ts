import { createInterface } from 'node:readline';
import { SettingsError } from '../../shared/errors.ts';
import { NotConfirmedError } from '../errors.ts';

/** Where a question is asked and answered. */
interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream;
}

/**
 * Asks before something is done that a person must mean. Only `y` and `yes` are a yes.
 *
 * @param question ends with a question mark
 * @throws NotConfirmedError when the answer is any other
 * @throws SettingsError when there is nobody to ask, and no `--yes`
 */
export async function confirm(
  question: string,
  { yes }: { readonly yes?: true | undefined },
  { input, output }: Terminal = { input: process.stdin, output: process.stderr },
): Promise<void> {
  if (yes) return;
  if (input.isTTY !== true) {
    throw new SettingsError(
      `This asks before it acts, and standard input is no terminal. ${question}`,
      'Say --yes if that is meant.',
    );
  }
  const asked = createInterface({ input, output });
  const answer = await new Promise<string>((resolve) => {
    asked.question(`${question} [y/N] `, resolve);
    // Ctrl-D and Ctrl-C are no yes.
    asked.once('close', () => resolve(''));
  });
  asked.close();
  if (/^\s*y(es)?\s*$/i.test(answer)) return;
  throw new NotConfirmedError('Nothing was changed.', 'Run it again and answer y to go on.');
}
