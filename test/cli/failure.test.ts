import { CommanderError } from 'commander';
import * as ofCommandLine from '../../cli/errors.ts';
import { reportFailure } from '../../cli/failure/failure.ts';
import * as shared from '../../shared/errors.ts';

type Class = new (message: string, nextAction: string, limitBytes: null) => Error;

const classes = Object.entries({ ...shared, ...ofCommandLine }).filter(
  ([name]) => name !== 'ActivityLakeError',
) as unknown as [string, Class][];

/** The exit code of an error, and what is said of it on standard error. */
function ended(error: unknown) {
  const said = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  const code = reportFailure(error);
  const lines = said.mock.calls.join('');
  said.mockRestore();
  return { code, lines };
}

describe('the exit code', () => {
  it.each(classes)(
    'of %s is what docs/troubleshooting.md says, beside what to do',
    (name, Failure) => {
      const { code, lines } = ended(new Failure('It failed.', 'Do this.', null));
      expect(code).toBe(name === 'SettingsError' ? 2 : 1);
      expect(lines).toBe('error: It failed.\nDo this.\n');
    },
  );

  it('is 2 for what Commander refuses, and 0 for its help', () => {
    expect(ended(new CommanderError(1, 'commander.unknownOption', '')).code).toBe(2);
    expect(ended(new CommanderError(0, 'commander.helpDisplayed', '')).code).toBe(0);
  });

  it('is 1 for what nobody expected', () => {
    expect(ended(new TypeError('undefined is not a function')).code).toBe(1);
    expect(ended(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })).code).toBe(1);
  });
});
