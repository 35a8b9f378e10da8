import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { givenAccount, remember } from '../../../cli/account/source-account.ts';
import { SettingsError } from '../../../shared/errors.ts';
import { temporaryFolder } from '../activity-command.ts';

const [HOST, CREDENTIALS] = ['http://127.0.0.1:9', 'credentials.json'];

let data: string;

beforeEach(async () => {
  data = await temporaryFolder();
});

const known = (...ids: string[]) => {
  for (const accountId of ids) {
    const options = { data, accountId, host: HOST, credentials: path.join(data, CREDENTIALS) };
    remember(options, { accountId, host: HOST }, true);
  }
};

describe('a folder that knows its accounts', () => {
  it('needs no option for the only one, and the id alone for one of several', () => {
    known('a');
    expect(givenAccount({ data }).settings.accountId).toBe('a');
    known('b');
    expect(() => givenAccount({ data })).toThrow(/several accounts: a, b/);
    expect(givenAccount({ data, accountId: 'b' })).toMatchObject({
      settings: { accountId: 'b', host: HOST },
      credentialsFile: path.join(data, CREDENTIALS),
    });
  });

  it('takes a new one with its host, and refuses an id that it does not know without', () => {
    known('a', 'b');
    expect(() => givenAccount({ data, accountId: 'c' })).toThrow(/no account c, only a, b/);
    expect(() => givenAccount({ data, accountId: 'c' })).toThrow(SettingsError);
    const other = { data, accountId: 'c', host: HOST, credentials: CREDENTIALS };
    expect(givenAccount(other).settings.accountId).toBe('c');
  });

  it('keeps what its file says of an account when it is pulled again', () => {
    known('a');
    const file = path.join(data, 'accounts.json');
    const written = [
      { ...JSON.parse(readFileSync(file, 'utf8'))[0], reportTimeZone: 'Asia/Tokyo' },
    ];
    writeFileSync(file, JSON.stringify(written));
    known('a', 'b');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject([...written, { id: 'b' }]);
  });
});
