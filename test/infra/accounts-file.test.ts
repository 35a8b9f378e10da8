import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accountsInFile } from '../../infra/accounts-file.ts';
import { SettingsError } from '../../shared/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'accounts-'));
const file = join(folder, 'accounts.json');

afterAll(() => rmSync(folder, { recursive: true }));

const refusal = (named = file): SettingsError => {
  try {
    accountsInFile(named);
  } catch (error) {
    if (error instanceof SettingsError) return error;
  }
  throw new Error('it was read');
};

describe('the file of accounts', () => {
  it('is asked for by name while it is missing, with what to write', () => {
    const missing = join(folder, 'missing.json');
    expect(refusal(missing).message).toContain(`There is no ${missing}`);
    expect(refusal(missing).nextAction).toContain(
      '[{"id": "63fb…", "host": "smartassist.kore.ai"}]',
    );
  });

  it('is named when it is no JSON', () => {
    writeFileSync(file, '[{"id": "a",]');
    expect(refusal().message).toMatch(new RegExp(`${file} can't be read: `));
  });

  it('is a list as cdk.json would have it', () => {
    writeFileSync(file, '[{"id": "a"}]');
    expect(accountsInFile(file)).toEqual([{ id: 'a' }]);
  });
});
