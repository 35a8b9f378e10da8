import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CredentialsFile } from '../../../cli/account/credentials-file.ts';
import { CredentialsError, SettingsError } from '../../../shared/errors.ts';
import { temporaryFolder } from '../activity-command.ts';

describe('a file of credentials', () => {
  it('is read again when the source refused what stood there', async () => {
    const file = path.join(await temporaryFolder(), 'credentials.json');
    const fill = (clientSecret: string) =>
      writeFile(file, JSON.stringify({ clientId: 'cs', clientSecret }), { mode: 0o600 });
    await fill('first');
    const credentials = await CredentialsFile.open(file);
    await fill('second');
    expect(await credentials.current()).toMatchObject({ clientSecret: 'first' });
    expect(await credentials.refresh()).toMatchObject({ clientSecret: 'second' });
    expect(await credentials.current()).toMatchObject({ clientSecret: 'second' });

    await writeFile(file, '{"clientId": ');
    await expect(credentials.refresh()).rejects.toBeInstanceOf(CredentialsError);
    await rm(file);
    await expect(credentials.refresh()).rejects.toBeInstanceOf(SettingsError);
    expect(await credentials.current()).toMatchObject({ clientSecret: 'second' });
  });
});
