import { PassThrough } from 'node:stream';
import { NotConfirmedError } from '../../../cli/errors.ts';
import { confirm } from '../../../cli/terminal/confirmation.ts';
import { SettingsError } from '../../../shared/errors.ts';

const asked = (answer: string | null, yes?: true) => {
  const input = Object.assign(new PassThrough(), { isTTY: answer !== null });
  input.end(answer ?? '');
  return confirm('Really?', { yes }, { input, output: new PassThrough() });
};

describe('confirm', () => {
  it.each(['y\n', 'Yes\n'])('goes on when the answer is %j', async (answer) => {
    await expect(asked(answer)).resolves.toBeUndefined();
  });

  it.each(['n\n', '\n', 'yesterday\n', ''])('changes nothing when it is %j', async (answer) => {
    await expect(asked(answer)).rejects.toBeInstanceOf(NotConfirmedError);
  });

  it('wants --yes where nobody can be asked', async () => {
    await expect(asked(null)).rejects.toBeInstanceOf(SettingsError);
    await expect(asked(null, true)).resolves.toBeUndefined();
  });
});
